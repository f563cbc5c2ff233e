"""The parts of `tf.contrib` that networks need: `framework`, `layers`, `losses`, `rnn` and `slim`."""

from tfconvkit.compat.tf1 import remedies
from tfconvkit.compat.tf1.contrib import framework, layers, losses, rnn, slim
from tfconvkit.compat.tf1.namespace import lay_over

__all__ = ["framework", "layers", "losses", "rnn", "slim"]

__getattr__, __dir__ = lay_over(__name__, "tf.contrib", remedies=remedies.CONTRIB)
