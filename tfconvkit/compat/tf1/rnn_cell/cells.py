"""The simple cells: Elman's and the gated recurrent unit, and the base class of all."""

import tensorflow as tf

from tfconvkit.compat.tf1.layers.arguments import activation_of, channels_of
from tfconvkit.compat.tf1.layers.base import Layer

v1 = tf.compat.v1


class RNNCell(Layer):
    """Maps inputs and a state to outputs and the next state: `cell(inputs, state) -> (outputs, state)`.

    Subclasses define `state_size` and `output_size`, `build` and `call(inputs, state)`.

    Args:
        trainable, name, dtype, **kwargs: As in `tf.layers.Layer`.
    """

    def zero_state(self, batch_size, dtype):
        """Returns the state of zeros.

        Args:
            batch_size: Integer, or tensor of one.
            dtype: Data type.
        """
        return tf.nest.map_structure(lambda size: tf.zeros((batch_size, size), dtype), self.state_size)

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """Returns the state of zeros, for the batch and data type of inputs if they are given."""
        if inputs is not None:
            batch_size, dtype = tf.shape(inputs)[0], inputs.dtype
        return self.zero_state(batch_size, dtype)

    def _pair(self, prefix, size, outputs, initializer=None, bias_initializer=None):
        """Makes a kernel `(size + units, outputs)` and a bias."""
        kernel = self.add_weight(f"{prefix}kernel", (size + self.output_size, outputs), initializer=initializer)
        return kernel, self.add_weight(f"{prefix}bias", (outputs,),
                                       initializer=bias_initializer or v1.zeros_initializer())


def affine(inputs, state, pair):
    """Computes `[inputs, state] kernel + bias`.

    Args:
        inputs, state: Tensors `(batch, size)`.
        pair: Kernel and bias.
    """
    return tf.nn.bias_add(tf.matmul(tf.concat([inputs, state], 1), pair[0]), pair[1])


class BasicRNNCell(RNNCell):
    """Computes `h = activation([x, h] kernel + bias)`.

    Args:
        num_units: Size of the state.
        activation: Function or its name; tanh if None.
        reuse: As in `tf.variable_scope`.
        name, dtype, **kwargs: As in `RNNCell`.

    Example:
        >>> with tf.Graph().as_default():
        ...     y, h = v1.nn.dynamic_rnn(BasicRNNCell(4), tf.ones((2, 5, 3)), dtype="float32")
        ...     y.shape, v1.global_variables()[0].op.name
        (TensorShape([2, 5, 4]), 'rnn/basic_rnn_cell/kernel')
    """

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype, _reuse=reuse, **kwargs)
        self.state_size = self.output_size = num_units
        self.activation = activation_of(activation) or tf.tanh

    def build(self, input_shape):
        self.pair = self._pair("", channels_of(input_shape, -1, "BasicRNNCell", 2), self.output_size)

    def call(self, inputs, state):
        h = self.activation(affine(inputs, state, self.pair))
        return h, h


class GRUCell(RNNCell):
    """Computes `h = u h + (1 - u) activation([x, r h] kernel + bias)` with `r, u = sigmoid([x, h] gates + bias)`.

    Args:
        num_units, activation, reuse, name, dtype, **kwargs: As in `BasicRNNCell`.
        kernel_initializer, bias_initializer: As in `get_variable`; the bias of the gates starts at 1.

    Reference:
        Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014
        (https://arxiv.org/abs/1406.1078).
    """

    def __init__(self, num_units, activation=None, reuse=None, kernel_initializer=None, bias_initializer=None,
                 name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype, _reuse=reuse, **kwargs)
        self.state_size = self.output_size = num_units
        self.activation = activation_of(activation) or tf.tanh
        self.initializers = (kernel_initializer, bias_initializer)

    def build(self, input_shape):
        size, (kernel, bias) = channels_of(input_shape, -1, "GRUCell", 2), self.initializers
        self.gates = self._pair("gates/", size, 2 * self.output_size, kernel, bias or v1.ones_initializer())
        self.candidate = self._pair("candidate/", size, self.output_size, kernel, bias)

    def call(self, inputs, state):
        r, u = tf.split(tf.sigmoid(affine(inputs, state, self.gates)), 2, axis=1)
        h = u * state + (1 - u) * self.activation(affine(inputs, r * state, self.candidate))
        return h, h
