"""The linear generator of KernelGAN."""

import keras
from keras import ops

from tfconvkit.layers.linear import placement
from tfconvkit.layers.linear.chain import ConvolutionChain
from tfconvkit.ops import kernels


@keras.saving.register_keras_serializable(package="tfconvkit")
class LinearGenerator(ConvolutionChain):
    """Shrinks images by a deep linear network, the same for every colour plane: one blur kernel, learned as many.

    A chain of convolutions without biases, from one channel over `filters` to one; the last one has the
    strides. Planes are treated as images of their own. The chain equals one correlation,
    `y[i, j, c] = sum_{u, v} kernel[u, v] x[S i + u, S j + v, c]`, with `kernel[u, v] = effective_kernel()[u, v, 0, 0]`
    of size `1 + sum(kernel_sizes - 1)` and strides `S`. A blur kernel in the sense of a convolution is its flip.

    Args:
        filters: Filters of all inner convolutions but the last, an integer or a list.
        kernel_sizes: List of the inner kernel sizes, integers or pairs.
        strides: Integer or two.
        data_format, train_mode, padding, activation: As in `Collapsible`.
        kernel_initializer, kernel_regularizer, activity_regularizer, kernel_constraint: As in `keras.layers.Conv2D`,
            for every inner kernel.

    Input shape:
        `(batch, height, width, planes)`, any number of planes.

    Output shape:
        `(batch, new_height, new_width, planes)` with `new = floor((old - kernel) / strides) + 1`.

    Stored numbers:
        `kernels`, a list of `(*size, channels, filters)`.

    Raises:
        ValueError: for sizes that are not positive, an unknown train_mode, an input of another rank, an image smaller
            than the kernel, as one with its axes in another order often is.

    Reference:
        Bell-Kligler et al., Blind Super-Resolution Kernel Estimation using an Internal-GAN, 2019
        (https://arxiv.org/abs/1909.06581).

    Example:
        >>> layer = layers.LinearGenerator(filters=64, kernel_sizes=(7, 5, 3, 1, 1, 1), strides=2)
        >>> layer(np.ones((1, 64, 64, 3), "float32")).shape, layer.effective_kernel().shape
        (TensorShape([1, 26, 26, 3]), TensorShape([13, 13, 1, 1]))
    """

    def __init__(self, filters=64, kernel_sizes=(7, 5, 3, 1, 1, 1), strides=2, **kwargs):
        super().__init__(kernel_sizes, filters, strides=strides, use_bias=False, **kwargs)

    @property
    def filters(self):
        return self.inner_filters

    def collapse(self):
        """Makes the `keras.layers.Conv2D` that computes this layer: from every plane to itself, zeros between them."""
        kernel = self.effective_kernel()
        planes = self.input_spec.axes[self._channel_axis]
        return self._convolution(kernels.ungroup(ops.tile(kernel, (1, 1, 1, planes)), groups=planes), None)

    def _add_weights(self, channels):
        self._add_chain(1, 1)

    def _composed_channels(self, channels):
        return 1, 1

    def _convolved(self, x, stage):
        return placement.convolve_planes(self._padded(x), stage)

    def _expanded(self, x, training):
        return self._by_plane(super()._expanded, x, training)

    def _by_plane(self, function, x, *args):
        """Applies a function of images with one channel to every plane."""
        _, *grid, planes = ops.shape(x)
        images = ops.reshape(ops.transpose(x, (0, 3, 1, 2)), (-1, *grid, 1))
        y = function(images, *args)
        y = ops.reshape(y, (-1, planes, *ops.shape(y)[1:3]))
        return ops.transpose(y, (0, 2, 3, 1))

    def get_config(self):
        config = {**super().get_config(), "filters": self.inner_filters}
        return {key: value for key, value in config.items() if key not in ("inner_filters", "use_bias")}
