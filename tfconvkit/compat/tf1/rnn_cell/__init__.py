"""The `tf.nn.rnn_cell` of TensorFlow 1.15, which Keras 3 has no more: cells for `tf.nn.dynamic_rnn` and its kin."""

from tfconvkit.compat.tf1.namespace import lay_over
from tfconvkit.compat.tf1.rnn_cell.cells import BasicRNNCell, GRUCell, RNNCell
from tfconvkit.compat.tf1.rnn_cell.lstm import BasicLSTMCell, LSTMCell, LSTMStateTuple
from tfconvkit.compat.tf1.rnn_cell.wrappers import DeviceWrapper, DropoutWrapper, MultiRNNCell, ResidualWrapper

__all__ = [
    "BasicLSTMCell",
    "BasicRNNCell",
    "DeviceWrapper",
    "DropoutWrapper",
    "GRUCell",
    "LSTMCell",
    "LSTMStateTuple",
    "MultiRNNCell",
    "RNNCell",
    "ResidualWrapper",
]

__getattr__, __dir__ = lay_over(__name__, "tf.nn.rnn_cell")
