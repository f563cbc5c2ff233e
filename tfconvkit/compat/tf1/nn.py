"""The `tf.nn` of TensorFlow 1: cross entropies take named arguments only, so that none are swapped silently."""

import tensorflow as tf

from tfconvkit.compat.tf1 import remedies, rnn_cell
from tfconvkit.compat.tf1.namespace import lay_over
from tfconvkit.compat.tf1.renamed import NN

v1 = tf.compat.v1

__all__ = [
    "rnn_cell",
    "sigmoid_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits",
    "sparse_softmax_cross_entropy_with_logits",
]


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
