"""Placeholders and sessions, with what to do where TensorFlow 2 runs code eagerly."""

import tensorflow as tf

v1 = tf.compat.v1
_REMEDY = (
    "Call tf.disable_v2_behavior() right after the import, or put the script into `with tf.Graph().as_default():`."
)


def placeholder(dtype, shape=None, name=None):
    """Makes a placeholder in the current graph.

    Args:
        dtype, shape, name: As in `tf.compat.v1.placeholder`.

    Raises:
        RuntimeError: eagerly, where nothing is there to be fed.

    Example:
        >>> with tf.Graph().as_default():
        ...     placeholder(tf.float32, (None, 3), name="x").name
        'x:0'
    """
    if tf.executing_eagerly():
        raise RuntimeError(f'Expected a graph to put the placeholder "{name}" in. Received eager code. {_REMEDY}')
    return v1.placeholder(dtype, shape=shape, name=name)


class _ChecksGraph:
    """Says why a session has nothing to run."""

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """Runs operations and evaluates tensors, as `tf.compat.v1.Session.run` does.

        Raises:
            RuntimeError: for an empty graph, because the operations were computed eagerly.
        """
        if tf.executing_eagerly() and not self.graph.get_operations():
            raise RuntimeError(
                f"Expected operations in the session's graph. Received none: they were computed eagerly. {_REMEDY}"
            )
        return super().run(fetches, feed_dict=feed_dict, options=options, run_metadata=run_metadata)


class Session(_ChecksGraph, v1.Session):
    """Runs a graph, as `tf.compat.v1.Session` does.

    Raises:
        RuntimeError: in `run`, for an empty graph, because the operations were computed eagerly.

    Example:
        >>> with tf.Graph().as_default(), Session() as session:
        ...     int(session.run(tf.constant(2) + 3))
        5
    """


class InteractiveSession(_ChecksGraph, v1.InteractiveSession):
    """Runs a graph as the default session from now on, as `tf.compat.v1.InteractiveSession` does.

    Raises:
        RuntimeError: in `run`, for an empty graph, because the operations were computed eagerly.

    Example:
        >>> with tf.Graph().as_default():
        ...     session = InteractiveSession()
        ...     int(session.run(tf.constant(2) + 3)), session.close()
        (5, None)
    """
