"""The gated convolution on a finer grid."""

import keras
from keras import ops

from tfconvkit.layers import arguments
from tfconvkit.layers.gated.convolution_2d import GatedConv2D


@keras.saving.register_keras_serializable(package="tfconvkit")
class GatedConvUp2D(GatedConv2D):
    """Repeats every pixel and applies a gated convolution: the way back to a finer grid, without checkerboards.

    `GatedConv2D` of `x[p // size]`.

    Args:
        filters, **kwargs: As in `GatedConv2D`.
        kernel_size: Integer or two.
        size: Integer or two, how often a pixel is repeated per axis.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, size * height, size * width, filters)` with the default strides and padding.

    Stored numbers:
        Those of `GatedConv2D`.

    Raises:
        ValueError: as in `GatedConv2D`.

    Reference:
        Odena et al., Deconvolution and Checkerboard Artifacts, 2016 (https://distill.pub/2016/deconv-checkerboard).

    Example:
        >>> layers.GatedConvUp2D(24)(np.ones((1, 16, 16, 48), "float32")).shape
        TensorShape([1, 32, 32, 24])
    """

    def __init__(self, filters, kernel_size=3, size=2, **kwargs):
        super().__init__(filters, kernel_size, **kwargs)
        self.size = arguments.positive_integers(self, "size", size, 2)

    def build(self, input_shape):
        arguments.check_rank(self, input_shape, 2)
        super().build(self._finer(input_shape))

    def call(self, inputs):
        finer = self._finer(ops.shape(inputs))
        for axis, size in enumerate(self.size, 1 if self.data_format == "channels_last" else 2):
            inputs = ops.repeat(inputs, size, axis=axis)
        # TensorFlow's repeat forgets sizes that are known, and LiteRT has no convolution without them.
        return super().call(ops.reshape(inputs, finer))

    def compute_output_shape(self, input_shape):
        arguments.check_rank(self, input_shape, 2)
        return super().compute_output_shape(self._finer(input_shape))

    def _finer(self, shape):
        grid = arguments.grid_of(shape, self.data_format)
        finer = [None if length is None else length * size for length, size in zip(grid, self.size, strict=True)]
        channels = shape[-1 if self.data_format == "channels_last" else 1]
        return arguments.join_shape(shape[0], finer, channels, self.data_format)

    def get_config(self):
        return {**super().get_config(), "size": self.size}
