"""`tf.layers.conv1d`, `conv2d`, `conv3d` and their classes."""

import tensorflow as tf

from tfconvkit.compat.tf1.layers.arguments import channels_of, to_channels_last
from tfconvkit.compat.tf1.layers.functional import functional
from tfconvkit.compat.tf1.layers.kernels import ZEROS, GridKernel

v1 = tf.compat.v1


class Convolution(GridKernel):
    """Convolves (correlates) with a kernel `(*kernel_size, channels, filters)`, named `kernel`, and adds `bias`.

    Args:
        filters: Channels of the output.
        kernel_size, strides, dilation_rate: Integer, or one per axis.
        padding: "valid" or "same"; in 1D also "causal", which pads at the beginning only.
        data_format: "channels_last", or "channels_first", which is computed with the channels last on any device.
        activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
            activity_regularizer, kernel_constraint, bias_constraint, trainable, name: As in `Kernel`.
        **kwargs: As in `Layer`.

    Input shape:
        `(batch, *grid, channels)`.

    Output shape:
        `(batch, *new_grid, filters)`.

    Raises:
        ValueError: for strides together with a dilation, and for unknown channels.

    Example:
        >>> with tf.Graph().as_default():
        ...     y = Conv2D(4, 3, padding="same")(tf.ones((1, 8, 8, 3)))
        ...     y.shape, [variable.name for variable in v1.global_variables()]
        (TensorShape([1, 8, 8, 4]), ['conv2d/kernel:0', 'conv2d/bias:0'])
    """

    def __init__(self, filters, kernel_size, strides=1, padding="valid", data_format="channels_last",
                 dilation_rate=1, activation=None, use_bias=True, kernel_initializer=None,
                 bias_initializer=ZEROS, kernel_regularizer=None, bias_regularizer=None,
                 activity_regularizer=None, kernel_constraint=None, bias_constraint=None, trainable=True, name=None,
                 **kwargs):
        super().__init__(
            filters, kernel_size, strides=strides, padding=padding, data_format=data_format,
            dilation_rate=dilation_rate, activation=activation, use_bias=use_bias,
            kernel_initializer=kernel_initializer, bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer, bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer, kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint, trainable=trainable, name=name, **kwargs,
        )

    def build(self, input_shape):
        channels = channels_of(input_shape, self.channel_axis, type(self).__name__, self.rank + 2)
        self._make_kernel((*self.kernel_size, channels, self.filters))
        self._make_bias(self.filters)

    def call(self, inputs):
        x = to_channels_last(inputs, self.is_first)
        padding = self.padding.upper()
        if self.padding == "causal":
            before = (self.kernel_size[0] - 1) * self.dilation_rate[0]
            x, padding = tf.pad(x, ((0, 0), (before, 0), (0, 0))), "VALID"
        # Not tf.nn.conv2d: on processors without oneDNN its gradient refuses dilations.
        y = tf.nn.convolution(x, self.kernel, self.strides, padding, dilations=self.dilation_rate,
                              name=f"Conv{self.rank}D" if self.rank > 1 else "conv1d")
        return self._finished(y, self.is_first)


class Conv1D(Convolution):
    """Convolves signals, see `Convolution`."""

    rank = 1
    paddings = ("causal",)


class Conv2D(Convolution):
    """Convolves images, see `Convolution`."""

    rank = 2


class Conv3D(Convolution):
    """Convolves volumes, see `Convolution`."""

    rank = 3


conv1d = functional(Conv1D)
conv2d = functional(Conv2D)
conv3d = functional(Conv3D)
