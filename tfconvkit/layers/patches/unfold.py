"""Cutting feature maps into patches."""

import keras

from tfconvkit.layers.inputs import ANY
from tfconvkit.layers.patches import base
from tfconvkit.ops import patches


@keras.saving.register_keras_serializable(package="tfconvkit")
class Unfold(base.PatchLayer):
    """Cuts a feature map into windows and lays each of them out along the channels (im2col).

    `y[n, i, (t, c)] = x[n, i s - p + t d, c]` (per axis, stride `s`, dilation `d`), zero outside the map; `p` is 0 for
    "valid", and TensorFlow's for "same": the odd pad stands behind. `Fold` is the exact adjoint. Channels last,
    whatever the image data format of Keras is.

    Args:
        size: Integer or one per grid axis, the taps of a window.
        strides: Integer or one per grid axis, the distance of the windows.
        dilation_rate: Integer or one per grid axis, the distance of the taps; may be combined with strides.
        padding: `"valid"` or `"same"`.

    Input shape:
        `(batch, *grid, channels)` with one, two or three grid axes.

    Output shape:
        `(batch, *windows, prod(size) * channels)`, a window in the order `(*size, channels)`, the channel fastest.

    Raises:
        ValueError: for arguments that are not positive or not one per axis, or a grid smaller than one window.

    Reference:
        Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016
        (https://arxiv.org/abs/1603.07285).

    Example:
        >>> layers.Unfold(3, strides=2, padding="same")(np.ones((1, 8, 9, 2), "float32")).shape
        TensorShape([1, 4, 5, 18])
    """

    input_kinds = ANY

    def build(self, input_shape):
        self.compute_output_shape(input_shape)

    def call(self, inputs):
        return patches.unfold(inputs, **self.windows)

    def compute_output_shape(self, input_shape):
        self.check_rank(input_shape)
        batch, *grid, channels = input_shape
        lines = self.lines(grid)
        return (batch, *(line.windows for line in lines), base.cells(lines) * channels)
