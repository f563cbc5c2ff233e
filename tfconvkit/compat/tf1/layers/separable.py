"""`tf.layers.separable_conv1d`, `separable_conv2d` and their classes."""

import tensorflow as tf

from tfconvkit.compat.tf1.layers.arguments import channels_of, to_channels_last
from tfconvkit.compat.tf1.layers.functional import functional
from tfconvkit.compat.tf1.layers.kernels import ZEROS, GridKernel

v1 = tf.compat.v1


class SeparableConvolution(GridKernel):
    """Convolves every channel by itself, then mixes the channels pixel by pixel.

    The kernels are `depthwise_kernel`, `(*kernel_size, channels, depth_multiplier)`, and `pointwise_kernel`,
    `(1, ..., channels * depth_multiplier, filters)`, with the multiplier varying fastest.

    Args:
        filters: Channels of the output; None to leave the channels unmixed.
        kernel_size, strides, dilation_rate: Integer, or one per axis; the strides are equal.
        depth_multiplier: Planes made from each channel.
        depthwise_initializer, pointwise_initializer, depthwise_regularizer, pointwise_regularizer,
            depthwise_constraint, pointwise_constraint: As those of the kernel in `Kernel`.
        padding, data_format, activation, use_bias, bias_initializer, bias_regularizer, activity_regularizer,
            bias_constraint, trainable, name, **kwargs: As in `Convolution`.

    Input shape:
        `(batch, *grid, channels)`.

    Output shape:
        `(batch, *new_grid, filters)`.

    Raises:
        ValueError: for unequal strides.

    Example:
        >>> with tf.Graph().as_default():
        ...     y = SeparableConv2D(4, 3)(tf.ones((1, 8, 8, 3)))
        ...     y.shape, v1.global_variables()[0].shape
        (TensorShape([1, 6, 6, 4]), TensorShape([3, 3, 3, 1]))
    """

    def __init__(self, filters, kernel_size, strides=1, padding="valid", data_format="channels_last",
                 dilation_rate=1, depth_multiplier=1, activation=None, use_bias=True, depthwise_initializer=None,
                 pointwise_initializer=None, bias_initializer=ZEROS,
                 depthwise_regularizer=None, pointwise_regularizer=None, bias_regularizer=None,
                 activity_regularizer=None, depthwise_constraint=None, pointwise_constraint=None,
                 bias_constraint=None, trainable=True, name=None, **kwargs):
        super().__init__(
            filters, kernel_size, strides=strides, padding=padding, data_format=data_format,
            dilation_rate=dilation_rate, activation=activation, use_bias=use_bias, bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer, activity_regularizer=activity_regularizer,
            bias_constraint=bias_constraint, trainable=trainable, name=name, **kwargs,
        )
        if len(set(self.strides)) > 1:
            raise ValueError(
                f"{type(self).__name__}: expected equal strides. Received strides={strides!r}. Use a Conv2D with "
                f"these strides."
            )
        self.depth_multiplier = depth_multiplier
        self.depthwise = (depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self.pointwise = (pointwise_initializer, pointwise_regularizer, pointwise_constraint)
        self.depthwise_kernel, self.pointwise_kernel = None, None

    def build(self, input_shape):
        channels = channels_of(input_shape, self.channel_axis, type(self).__name__, self.rank + 2)
        planes = channels * self.depth_multiplier
        self.depthwise_kernel = self._kernel("depthwise_kernel", (*self.kernel_size, channels, self.depth_multiplier),
                                             self.depthwise)
        if self.filters is not None:
            shape = (*(1,) * self.rank, planes, self.filters)
            self.pointwise_kernel = self._kernel("pointwise_kernel", shape, self.pointwise)
        self._make_bias(self.filters or planes)

    def _kernel(self, name, shape, settings):
        initializer, regularizer, constraint = settings
        return self.add_weight(name, shape, initializer=initializer, regularizer=regularizer, constraint=constraint)

    def call(self, inputs):
        x = to_channels_last(inputs, self.is_first)
        depthwise, pointwise = self.depthwise_kernel, self.pointwise_kernel
        if self.rank == 1:
            x, depthwise = x[:, None], depthwise[None]
            pointwise = None if pointwise is None else pointwise[None]
        strides = (1, self.strides[0], self.strides[0], 1)
        # Dilations as space and batch: the gradient of the operation refuses them on processors without oneDNN.
        dilations = (1,) * (2 - self.rank) + self.dilation_rate
        y = v1.nn.depthwise_conv2d(x, depthwise, strides, self.padding.upper(), rate=dilations, name="depthwise")
        if pointwise is not None:
            y = tf.nn.conv2d(y, pointwise, 1, "VALID", name="separable_conv2d")
        return self._finished(y[:, 0] if self.rank == 1 else y, self.is_first)



class SeparableConv1D(SeparableConvolution):
    """Convolves signals channel by channel, then mixes channels, see `SeparableConvolution`."""

    rank = 1


class SeparableConv2D(SeparableConvolution):
    """Convolves images channel by channel, then mixes channels, see `SeparableConvolution`."""

    rank = 2


separable_conv1d = functional(SeparableConv1D)
separable_conv2d = functional(SeparableConv2D)
