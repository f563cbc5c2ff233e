"""`tf.layers.dense`, `dropout`, `flatten` and their classes."""

import numpy as np
import tensorflow as tf

from tfconvkit.compat.tf1.layers.arguments import channels_of, is_channels_first, smart_cond, to_channels_last
from tfconvkit.compat.tf1.layers.base import Layer
from tfconvkit.compat.tf1.layers.functional import functional
from tfconvkit.compat.tf1.layers.kernels import ZEROS, Kernel


class Dense(Kernel):
    """Multiplies the last axis by a kernel `(size, units)` and adds a bias.

    Args:
        units: Size of the output's last axis.
        activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
            activity_regularizer, kernel_constraint, bias_constraint, trainable, name, **kwargs: As in `Kernel`.

    Input shape:
        `(..., size)`.

    Output shape:
        `(..., units)`.

    Example:
        >>> with tf.Graph().as_default():
        ...     Dense(4)(tf.ones((2, 5, 3))).shape
        TensorShape([2, 5, 4])
    """

    def __init__(self, units, activation=None, use_bias=True, kernel_initializer=None,
                 bias_initializer=ZEROS, kernel_regularizer=None, bias_regularizer=None,
                 activity_regularizer=None, kernel_constraint=None, bias_constraint=None, trainable=True, name=None,
                 **kwargs):
        super().__init__(
            activation=activation, use_bias=use_bias, kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer, activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint, bias_constraint=bias_constraint, trainable=trainable, name=name,
            **kwargs,
        )
        self.units = int(units)

    def build(self, input_shape):
        self._make_kernel((channels_of(input_shape, -1, "Dense"), self.units))
        self._make_bias(self.units)

    def call(self, inputs):
        if inputs.shape.rank == 2:
            return self._finished(tf.matmul(inputs, self.kernel, name="MatMul"))
        y = tf.tensordot(inputs, self.kernel, 1)
        y.set_shape((*inputs.shape.as_list()[:-1], self.units))
        return self._finished(y)


class Dropout(Layer):
    """Sets a share of the inputs to zero in training, and divides the others by what is left.

    Args:
        rate: Share that is dropped, between 0 and 1.
        noise_shape: Shape of the mask, or None.
        seed: Seed of the mask.
        name, **kwargs: As in `Layer`.

    Example:
        >>> Dropout(0.5)(tf.ones(3), training=False).numpy().tolist()
        [1.0, 1.0, 1.0]
    """

    def __init__(self, rate=0.5, noise_shape=None, seed=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed

    def call(self, inputs, training=False):
        def drop():
            return tf.nn.dropout(inputs, self.rate, self.noise_shape, seed=self.seed, name="dropout")

        return smart_cond(training, drop, lambda: tf.identity(inputs))


class Flatten(Layer):
    """Joins all axes but the first; with the channels last in the rows, whatever the data format.

    Args:
        data_format: "channels_last" or "channels_first".
        name, **kwargs: As in `Layer`.

    Example:
        >>> Flatten()(tf.ones((2, 3, 4))).shape
        TensorShape([2, 12])
    """

    def __init__(self, data_format="channels_last", name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.data_format, self.is_first = data_format, is_channels_first(data_format, "Flatten")

    def call(self, inputs):
        x = to_channels_last(inputs, self.is_first and inputs.shape.rank > 2)
        batch, *sizes = x.shape.as_list()
        size = None if None in sizes else int(np.prod(sizes))
        y = tf.reshape(x, (tf.shape(x)[0], -1) if size is None else (-1 if batch is None else batch, size))
        y.set_shape((batch, size))
        return y


dense = functional(Dense)
dropout = functional(Dropout, ("training",))


def flatten(inputs, name=None, data_format="channels_last"):
    """Joins all axes but the first; see `Flatten`."""
    return Flatten(data_format=data_format, name=name)(inputs)
