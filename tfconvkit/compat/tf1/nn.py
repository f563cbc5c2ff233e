"""The `tf.nn` of TensorFlow 1: static shapes as they were, cross entropies by named arguments only.

Arguments by position could be swapped silently: their order changed in TensorFlow 1.0.
"""

import tensorflow as tf

from tfconvkit.compat.tf1 import remedies, rnn_cell
from tfconvkit.compat.tf1.namespace import lay_over
from tfconvkit.compat.tf1.renamed import NN

v1 = tf.compat.v1

__all__ = [
    "conv2d_transpose",
    "rnn_cell",
    "sigmoid_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits",
    "sparse_softmax_cross_entropy_with_logits",
]


def conv2d_transpose(value=None, filter=None, output_shape=None, *args, **kwargs):
    """Computes what tf.compat.v1.nn.conv2d_transpose does; its static shape is the whole `output_shape`, as it was.

    Today TensorFlow takes the batch from `value`, where networks of that time often leave it unknown.

    Args:
        value, filter, output_shape, *args, **kwargs: As in `tf.compat.v1.nn.conv2d_transpose`.

    Example:
        >>> with tf.Graph().as_default():
        ...     x, w = tf.placeholder("float32", (None, 4, 4, 3)), tf.zeros((5, 5, 2, 3))
        ...     tf.nn.conv2d_transpose(x, w, output_shape=[6, 8, 8, 2], strides=[1, 2, 2, 1]).shape
        TensorShape([6, 8, 8, 2])
    """
    y = v1.nn.conv2d_transpose(value, filter, output_shape, *args, **kwargs)
    sizes = tf.get_static_value(tf.convert_to_tensor(output_shape), partial=True)
    if sizes is not None:
        y.set_shape([None if size is None else int(size) for size in sizes])
    return y


def _named_only(name):
    """Returns a cross entropy that refuses arguments by position, whose order changed in TensorFlow 1.0."""
    function = getattr(v1.nn, name)

    def cross_entropy(*args, **kwargs):
        if args:
            raise ValueError(
                f"tf.nn.{name}: expected named arguments only, because their order changed in TensorFlow 1.0. "
                f"Received {len(args)} by position. Write labels=..., logits=...; before 1.0, logits came first."
            )
        if "targets" in kwargs:
            kwargs["labels"] = kwargs.pop("targets")
        return function(**kwargs)

    cross_entropy.__name__ = cross_entropy.__qualname__ = name
    cross_entropy.__doc__ = f"Computes what tf.compat.v1.nn.{name} does, from named arguments only."
    return cross_entropy


sigmoid_cross_entropy_with_logits = _named_only("sigmoid_cross_entropy_with_logits")
softmax_cross_entropy_with_logits = _named_only("softmax_cross_entropy_with_logits")
sparse_softmax_cross_entropy_with_logits = _named_only("sparse_softmax_cross_entropy_with_logits")

__getattr__, __dir__ = lay_over(__name__, "tf.nn", v1.nn, remedies.NN, NN)
