"""What the layers with a kernel share: bias, activation, and their arguments in TensorFlow 1.15's order."""

import tensorflow as tf

from tfconvkit.compat.tf1.layers.arguments import (
    activation_of,
    check_floating,
    is_channels_first,
    padding_of,
    to_channels_first,
    tuple_of,
)
from tfconvkit.compat.tf1.layers.base import Layer

ZEROS = tf.compat.v1.zeros_initializer()


class Kernel(Layer):
    """Adds a bias and an activation to what a kernel computes.

    Args:
        activation: Function of the outputs, its name, or None.
        use_bias: Whether there is a bias.
        kernel_initializer: As in `get_variable`, or its name; None for Glorot's uniform initializer.
        bias_initializer: As in `get_variable`.
        kernel_regularizer, bias_regularizer: Functions of the variable, Keras' names of them, or None.
        activity_regularizer: Function of the outputs, or None.
        kernel_constraint, bias_constraint: Functions of the value after an update, or None.
        trainable, name, **kwargs: As in `Layer`.
    """

    def __init__(self, activation=None, use_bias=True, kernel_initializer=None,
                 bias_initializer=ZEROS, kernel_regularizer=None, bias_regularizer=None,
                 activity_regularizer=None, kernel_constraint=None, bias_constraint=None, trainable=True, name=None,
                 **kwargs):
        super().__init__(trainable=trainable, name=name, activity_regularizer=activity_regularizer, **kwargs)
        self.activation, self.use_bias = activation_of(activation), bool(use_bias)
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.kernel, self.bias = None, None

    def _make_kernel(self, shape):
        check_floating(self.dtype, type(self).__name__)
        self.kernel = self.add_weight("kernel", shape, initializer=self.kernel_initializer,
                                      regularizer=self.kernel_regularizer, constraint=self.kernel_constraint)

    def _make_bias(self, size):
        if self.use_bias:
            self.bias = self.add_weight("bias", (size,), initializer=self.bias_initializer,
                                        regularizer=self.bias_regularizer, constraint=self.bias_constraint)

    def _finished(self, y, is_first=False):
        """Adds the bias to the last axis, moves it to where the channels belong, and applies the activation."""
        if self.use_bias:
            y = tf.nn.bias_add(y, self.bias, name="BiasAdd")
        y = to_channels_first(y, is_first)
        return y if self.activation is None else self.activation(y)


class GridKernel(Kernel):
    """Holds the arguments of a kernel that moves over a grid; a subclass says over how many axes in `rank`.

    Args:
        filters: Channels of the output.
        kernel_size, strides, dilation_rate: Integer, or one per axis.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first".
        **kwargs: As in `Kernel`.

    Raises:
        ValueError: for values outside of these, and for strides together with a dilation.
    """

    rank = 2
    paddings = ()

    def __init__(self, filters, kernel_size, strides=1, padding="valid", data_format="channels_last",
                 dilation_rate=1, **kwargs):
        super().__init__(**kwargs)
        layer = type(self).__name__
        self.filters = None if filters is None else tuple_of(filters, 1, "filters", layer)[0]
        self.kernel_size = tuple_of(kernel_size, self.rank, "kernel_size", layer)
        self.strides = tuple_of(strides, self.rank, "strides", layer)
        self.dilation_rate = tuple_of(dilation_rate, self.rank, "dilation_rate", layer)
        self.padding = padding_of(padding, layer, self.paddings)
        self.data_format, self.is_first = data_format, is_channels_first(data_format, layer)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{layer}: expected strides=1 or dilation_rate=1. Received strides={strides!r} and "
                f"dilation_rate={dilation_rate!r}. Dilate at stride 1, then take every strides-th pixel."
            )

    @property
    def channel_axis(self):
        """Axis of the input's channels."""
        return 1 if self.is_first else self.rank + 1
