"""The `tf.contrib.rnn` of TensorFlow 1.15: the cells of `tf.nn.rnn_cell`, and the static recurrences of `tf.nn`."""

import types

import tensorflow as tf

from tfconvkit.compat.tf1 import rnn_cell
from tfconvkit.compat.tf1.namespace import lay_over

nn = tf.compat.v1.nn
static_rnn, static_bidirectional_rnn = nn.static_rnn, nn.static_bidirectional_rnn
static_state_saving_rnn = nn.static_state_saving_rnn

__all__ = ["static_bidirectional_rnn", "static_rnn", "static_state_saving_rnn"]

_cells = types.SimpleNamespace(**{name: getattr(rnn_cell, name) for name in rnn_cell.__all__})
_OTHER = "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell."

__getattr__, __dir__ = lay_over(__name__, "tf.contrib.rnn", _cells, {name: _OTHER for name in (
    "AttentionCellWrapper", "CoupledInputForgetGateLSTMCell", "GLSTMCell", "GRUBlockCell", "GRUBlockCellV2",
    "GridLSTMCell", "HighwayWrapper", "IntersectionRNNCell", "LSTMBlockCell", "LSTMBlockFusedCell",
    "LayerNormBasicLSTMCell", "NASCell", "PhasedLSTMCell", "TimeFreqLSTMCell", "TimeReversedFusedRNN", "UGRNNCell",
)})
