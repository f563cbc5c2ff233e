"""`tf.layers.conv2d_transpose`, `conv3d_transpose` and their classes."""

import tensorflow as tf

from tfconvkit.compat.tf1.layers.arguments import channels_of, to_channels_last
from tfconvkit.compat.tf1.layers.functional import functional
from tfconvkit.compat.tf1.layers.kernels import ZEROS, GridKernel


class ConvolutionTranspose(GridKernel):
    """Applies the transpose of a convolution with a kernel `(*kernel_size, filters, channels)`.

    Each size becomes `size * stride` with padding "same", and `size * stride + max(kernel - stride, 0)` with "valid".

    Args:
        filters: Channels of the output.
        kernel_size, strides: Integer, or one per axis.
        padding: "valid" or "same".
        data_format, activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer,
            bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint, trainable, name, **kwargs: As
            in `Convolution`.

    Input shape:
        `(batch, *grid, channels)`.

    Output shape:
        `(batch, *new_grid, filters)`.

    Example:
        >>> with tf.Graph().as_default():
        ...     Conv2DTranspose(4, 3, strides=2, padding="same")(tf.ones((1, 8, 8, 3))).shape
        TensorShape([1, 16, 16, 4])
    """

    def __init__(self, filters, kernel_size, strides=1, padding="valid", data_format="channels_last",
                 activation=None, use_bias=True, kernel_initializer=None,
                 bias_initializer=ZEROS, kernel_regularizer=None, bias_regularizer=None,
                 activity_regularizer=None, kernel_constraint=None, bias_constraint=None, trainable=True, name=None,
                 **kwargs):
        super().__init__(
            filters, kernel_size, strides=strides, padding=padding, data_format=data_format, activation=activation,
            use_bias=use_bias, kernel_initializer=kernel_initializer, bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer, bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer, kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint, trainable=trainable, name=name, **kwargs,
        )

    def build(self, input_shape):
        channels = channels_of(input_shape, self.channel_axis, type(self).__name__, self.rank + 2)
        self._make_kernel((*self.kernel_size, self.filters, channels))
        self._make_bias(self.filters)

    def call(self, inputs):
        x = to_channels_last(inputs, self.is_first)
        transpose = tf.nn.conv2d_transpose if self.rank == 2 else tf.nn.conv3d_transpose
        shape, known = tf.shape(x), x.shape.as_list()
        sizes = [self._new_size(known[axis + 1] or shape[axis + 1], axis) for axis in range(self.rank)]
        y = transpose(x, self.kernel, (shape[0], *sizes, self.filters), self.strides, self.padding.upper())
        y.set_shape((known[0], *(size if isinstance(size, int) else None for size in sizes), self.filters))
        return self._finished(y, self.is_first)

    def _new_size(self, size, axis):
        kernel, stride = self.kernel_size[axis], self.strides[axis]
        return size * stride + (max(kernel - stride, 0) if self.padding == "valid" else 0)


class Conv2DTranspose(ConvolutionTranspose):
    """Convolves images by the transposed map, see `ConvolutionTranspose`."""

    rank = 2


class Conv3DTranspose(ConvolutionTranspose):
    """Convolves volumes by the transposed map, see `ConvolutionTranspose`."""

    rank = 3


conv2d_transpose = functional(Conv2DTranspose)
conv3d_transpose = functional(Conv3DTranspose)
