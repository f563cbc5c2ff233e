"""Weights by their legacy names, from the variable store of `tf.compat.v1`."""

import tensorflow as tf


def weight(name, shape, dtype, **settings):
    """Returns the weight of this name in the current variable scope.

    Args:
        name: Name within the scope.
        shape: Sequence of integers.
        dtype: Data type of the tensor that it is used with.
        **settings: As in `tf.compat.v1.get_variable`, which makes it.

    Raises:
        RuntimeError: eagerly, where TensorFlow keeps no variable by its name: the weights would be new, and lost
            again, in every call.

    Example:
        >>> with tf.Graph().as_default(), tf.compat.v1.variable_scope("conv1"):
        ...     weight("kernel", (3, 3, 3, 8), "float32").name
        'conv1/kernel:0'
    """
    scope = tf.compat.v1.get_variable_scope()
    if tf.executing_eagerly() and scope.custom_getter is None:
        raise RuntimeError(
            f'Expected a graph to make the weight "{scope.name}/{name}" in. Received an eager call, in which '
            f"TensorFlow keeps no variable by its name. Call the legacy function in tf.Graph().as_default(), through "
            f"tf.compat.v1.wrap_function(function, signature), or in a variable_scope with a custom_getter."
        )
    return tf.compat.v1.get_variable(name, shape, dtype=tf.as_dtype(dtype).base_dtype, **settings)
