"""Ops of `neuralgym.ops.summary_ops`: summaries for TensorBoard, in graphs of `tf.compat.v1`.

Eagerly and in `tf.function` they do nothing: the collections that `tf.compat.v1.summary.merge_all` reads are of graphs.
"""

import tensorflow as tf

v1 = tf.compat.v1
_TO_BYTES = {
    "BGR": lambda images: (tf.reverse(images, [-1]) + 1) * 127.5,
    "RGB": lambda images: (images + 1) * 127.5,
    "GREY": lambda images: images * 255,
}


def scalar_summary(name, value, sess=None, summary_writer=None, step=None):
    """Adds a scalar to the summaries of the graph, and writes it at once where a writer is given.

    Args:
        name: Name of the summary, below the current scope.
        value: Tensor, variable or number.
        sess: Session to compute it in; the default session when None.
        summary_writer: `tf.compat.v1.summary.FileWriter`, or None.
        step: Step to write it with.

    Raises:
        ValueError: with a writer, if there is no step or no session.
    """
    if _has_no_collections():
        return
    summary = v1.summary.scalar(name, value)
    if summary_writer is None:
        return
    sess = sess or v1.get_default_session()
    if step is None or sess is None:
        raise ValueError(
            f'scalar_summary "{name}": a summary_writer needs a step and a session. Received step={step!r}, '
            f"sess={sess!r}. Pass both, or call it in `with tf.Session() as sess:`."
        )
    summary_writer.add_summary(sess.run(summary), step)


def images_summary(images, name, max_outs, color_format="BGR"):
    """Adds images to the summaries of the graph.

    Args:
        images: `(batch, height, width, channels)`, from -1 to 1, or from 0 to 1 for `"GREY"`; clipped.
        name: Name of the summary, below the current scope.
        max_outs: Largest number of images shown.
        color_format: `"BGR"`, `"RGB"` or `"GREY"`.

    Raises:
        NotImplementedError: for another colour format.
    """
    if color_format not in _TO_BYTES:
        raise NotImplementedError(
            f'images_summary "{name}": color_format must be one of {sorted(_TO_BYTES)}. Received {color_format!r}. '
            "Convert the images to one of them."
        )
    if not _has_no_collections():
        with v1.variable_scope(name):
            v1.summary.image(name, tf.clip_by_value(_TO_BYTES[color_format](images), 0, 255), max_outputs=max_outs)


def gradients_summary(y, x, norm=tf.abs, name="gradients_y_wrt_x"):
    """Adds `sum norm(dy/dx)` to the summaries of the graph.

    Args:
        y: Tensor.
        x: Tensor that `y` depends on.
        norm: Function of the gradient.
        name: Name of the summary, below the current scope.
    """
    if not _has_no_collections():
        scalar_summary(name, tf.reduce_sum(norm(v1.gradients(y, x)[0])))


def _has_no_collections():
    return v1.executing_eagerly_outside_functions()
