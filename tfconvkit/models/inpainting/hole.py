"""Holes on the grid of the features."""

import keras

from tfconvkit.ops.attention.resizing import reduced_size, shrunk


@keras.saving.register_keras_serializable(package="tfconvkit")
class ShrinkMask(keras.layers.Layer):
    """Picks every fourth pixel of a mask, or of every `rate`, with the corners aligned as the original does.

    Pixel `floor(i (N - 1) / (M - 1) + 1/2)` of an axis of `N` pixels becomes pixel `i` of `M = ceil(N / rate)`.

    Args:
        rate: Integer.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, ceil(height / rate), ceil(width / rate), channels)`.

    Example:
        >>> ShrinkMask()(np.ones((1, 64, 72, 1), "float32")).shape
        TensorShape([1, 16, 18, 1])
    """

    def __init__(self, rate=4, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate

    def call(self, inputs):
        return shrunk(inputs, self.rate)

    def compute_output_shape(self, input_shape):
        batch, *grid, channels = input_shape
        return (batch, *(size if size is None else reduced_size(size, self.rate) for size in grid), channels)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}
