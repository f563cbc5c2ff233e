"""The long short-term memory."""

from typing import Any, NamedTuple

import tensorflow as tf

from tfconvkit.compat.tf1.layers.arguments import activation_of, channels_of
from tfconvkit.compat.tf1.rnn_cell.cells import RNNCell, affine


class LSTMStateTuple(NamedTuple):
    """The state of an LSTM: the memory `c` and the output `h`."""

    c: Any
    h: Any

    @property
    def dtype(self):
        """Data type of the state."""
        return self.c.dtype


class BasicLSTMCell(RNNCell):
    """Computes `c = sigmoid(f + forget_bias) c + sigmoid(i) activation(j)` and `h = activation(c) sigmoid(o)`.

    The gates are `i, j, f, o = [x, h] kernel + bias`, in this order along the kernel's last axis.

    Args:
        num_units: Size of `c` and of `h`.
        forget_bias: Added to the gate that forgets.
        state_is_tuple: Whether the state is an `LSTMStateTuple`, otherwise one tensor with `c` first.
        activation, reuse, name, dtype, **kwargs: As in `BasicRNNCell`.

    Reference:
        Zaremba et al., Recurrent Neural Network Regularization, 2014 (https://arxiv.org/abs/1409.2329).

    Example:
        >>> BasicLSTMCell(4).state_size
        LSTMStateTuple(c=4, h=4)
    """

    def __init__(self, num_units, forget_bias=1.0, state_is_tuple=True, activation=None, reuse=None, name=None,
                 dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype, _reuse=reuse, **kwargs)
        self.num_units, self.forget_bias, self.state_is_tuple = num_units, forget_bias, state_is_tuple
        self.activation, self.initializer = activation_of(activation) or tf.tanh, None

    @property
    def state_size(self):
        return LSTMStateTuple(self.num_units, self.num_units) if self.state_is_tuple else 2 * self.num_units

    @property
    def output_size(self):
        return self.num_units

    def build(self, input_shape):
        size = channels_of(input_shape, -1, type(self).__name__, 2)
        self.pair = self._pair("", size, 4 * self.num_units, self.initializer)

    def call(self, inputs, state):
        c, h = state if self.state_is_tuple else tf.split(state, 2, axis=1)
        i, j, f, o = tf.split(affine(inputs, h, self.pair), 4, axis=1)
        c = tf.sigmoid(f + self.forget_bias) * c + tf.sigmoid(i) * self.activation(j)
        h = self.activation(c) * tf.sigmoid(o)
        return h, LSTMStateTuple(c, h) if self.state_is_tuple else tf.concat([c, h], 1)


class LSTMCell(BasicLSTMCell):
    """Computes what `BasicLSTMCell` does, with an initialiser; peepholes, clipping and projection are not here.

    Args:
        num_units, forget_bias, state_is_tuple, activation, reuse, name, dtype, **kwargs: As in `BasicLSTMCell`.
        initializer: Of the kernel, as in `get_variable`.
        use_peepholes, cell_clip, num_proj, proj_clip, num_unit_shards, num_proj_shards: Only their defaults.

    Raises:
        NotImplementedError: for peepholes, clipping and projections.
    """

    def __init__(self, num_units, use_peepholes=False, cell_clip=None, initializer=None, num_proj=None,
                 proj_clip=None, num_unit_shards=None, num_proj_shards=None, forget_bias=1.0, state_is_tuple=True,
                 activation=None, reuse=None, name=None, dtype=None, **kwargs):
        if use_peepholes or any(each is not None for each in (cell_clip, num_proj, proj_clip)):
            raise NotImplementedError(
                f"LSTMCell: expected neither use_peepholes, cell_clip, num_proj nor proj_clip. Received "
                f"{use_peepholes}, {cell_clip}, {num_proj}, {proj_clip}. Leave them out, or subclass RNNCell."
            )
        super().__init__(num_units, forget_bias=forget_bias, state_is_tuple=state_is_tuple, activation=activation,
                         reuse=reuse, name=name, dtype=dtype, **kwargs)
        self.initializer = initializer
