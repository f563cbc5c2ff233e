"""Adding patches up into feature maps."""

import keras
from keras import ops

from tfconvkit import padding as arithmetic
from tfconvkit.layers.arguments import named, one_of
from tfconvkit.layers.patches import base
from tfconvkit.ops import patches
from tfconvkit.ops.patch_axes import check_patches


@keras.saving.register_keras_serializable(package="tfconvkit")
class Fold(base.PatchLayer):
    """Adds windows up into a feature map, each where `Unfold` would have cut it out: the adjoint of `Unfold` (col2im).

    `x[n, j, c] = sum over (i, t) with i s - p + t d = j of y[n, i, (t, c)]` (per axis, stride `s`, dilation `d`), so
    that `<Unfold(x), y> = <x, Fold(y)>`. What falls outside the map is dropped; a pixel that no window sees is zero. A
    1x1 convolution and this layer make a transposed convolution. Half precision is summed in float32. Channels last,
    whatever the image data format of Keras is.

    Args:
        size: Integer or one per grid axis, the taps of a window.
        strides: Integer or one per grid axis, the distance of the windows.
        dilation_rate: Integer or one per grid axis, the distance of the taps; may be combined with strides.
        padding: `"valid"` or `"same"`.
        output_size: The grid of the map: integer, or one per grid axis. None for the size of a transposed
            convolution: `windows * strides` for "same", `(windows - 1) * strides + (size - 1) * dilation_rate + 1` for
            "valid".
        normalize: None, or `"count"` to divide each pixel by the number of windows that see it: then `Fold` undoes
            `Unfold` on every pixel that a window sees, for even and uneven overlaps.

    Input shape:
        `(batch, *windows, prod(size) * channels)`, a window in the order `(*size, channels)`, the channel fastest.

    Output shape:
        `(batch, *output_size, channels)`.

    Raises:
        ValueError: for arguments that are not positive or not one per axis, channels that are no multiple of
            `prod(size)`, or a number of windows that the output size does not have.

    Reference:
        Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016
        (https://arxiv.org/abs/1603.07285).

    Example:
        >>> layers.Fold(4, strides=2, padding="same", normalize="count")(np.ones((1, 4, 5, 32), "float32")).shape
        TensorShape([1, 8, 10, 2])
    """

    def __init__(
        self, size, strides=1, dilation_rate=1, padding="valid", output_size=None, normalize=None, **kwargs
    ):
        super().__init__(size, strides, dilation_rate, padding, **kwargs)
        self.output_size = None if output_size is None else base.integers(self, "output_size", output_size)
        self.normalize = None if normalize is None else one_of(self, "normalize", normalize, ("count",))

    def build(self, input_shape):
        self.compute_output_shape(input_shape)

    def call(self, inputs):
        grid = self._grid(ops.shape(inputs)[1:-1])
        return patches.fold(inputs, grid, normalize=self.normalize, **self.windows)

    def compute_output_shape(self, input_shape):
        self.check_rank(input_shape)
        batch, *windows, channels = input_shape
        grid = self._grid(windows)
        lines = self.lines(grid)
        named(self, check_patches, input_shape, lines)
        return (batch, *grid, channels // base.cells(lines))

    def _grid(self, windows):
        """Returns the sizes of the map for a number of windows per axis."""
        if self.output_size is not None:
            return self.output_size if isinstance(self.output_size, tuple) else (self.output_size,) * len(windows)
        # Lines of the windows themselves, for the arguments per axis.
        lines = self.lines((None,) * len(windows))
        return tuple(
            arithmetic.transposed_size(count, arithmetic.dilated_size(line.taps, line.rate), line.stride, self.padding)
            for count, line in zip(windows, lines, strict=True)
        )

    def get_config(self):
        return {**super().get_config(), "output_size": self.output_size, "normalize": self.normalize}
