"""Splitting channels in two."""

import numbers

import keras
from keras import ops

from tfconvkit.checks import are_alike
from tfconvkit.layers.arguments import describe
from tfconvkit.layers.flow.invertible import IndexMove, channels_of, shapes_of


@keras.saving.register_keras_serializable(package="tfconvkit")
class Split(IndexMove):
    """Splits channels into a first part, which is kept, and a rest, which is factored out: `x -> (kept, factored)`.

    `kept = x[..., :k]` and `factored = x[..., k:]` with `k = fraction * channels`; the inverse takes the pair. Exact in
    every dtype, log-determinant 0. `MultiScale` splits, keeps the list of factored parts and knows their densities.

    Args:
        fraction: Share of the channels that is kept, between 0 and 1.

    Input shape:
        `(batch, ..., channels)`, `fraction * channels` an integer.

    Output shape:
        `((batch, ..., fraction * channels), (batch, ..., (1 - fraction) * channels))`.

    Raises:
        ValueError: for a fraction outside (0, 1), or one that does not divide the channels, or unknown channels.

    Example:
        >>> kept, factored = layers.Split()(np.ones((1, 4, 4, 12), "float32"))
        >>> kept.shape, factored.shape
        (TensorShape([1, 4, 4, 6]), TensorShape([1, 4, 4, 6]))
    """

    least_axes = 2

    def __init__(self, fraction=0.5, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(fraction, numbers.Real) or not 0 < fraction < 1:
            raise ValueError(
                f"{describe(self)}: fraction must lie between 0 and 1, both excluded. Received fraction={fraction!r}."
            )
        self.fraction = float(fraction)

    def build(self, x_shape):
        self._kept(x_shape)

    def _pair(self, shapes):
        is_pair = len(shapes) == 2 and all(isinstance(shape, (tuple, list)) for shape in shapes)
        if not is_pair or not are_alike(shapes[0][:-1], shapes[1][:-1]):
            raise ValueError(
                f"{describe(self)}: the inverse takes the pair (kept, factored) of one batch and grid. Received "
                f"shapes {shapes}."
            )
        return shapes

    def _kept(self, shape):
        if any(isinstance(size, (tuple, list)) for size in shape):
            raise ValueError(f"{describe(self)} splits one tensor. Received shapes {shape}. Give one.")
        channels = channels_of(self, shape)
        kept = round(self.fraction * channels)
        # A fraction such as 1/3 is not exact in binary.
        if abs(kept - self.fraction * channels) > 1e-6 * channels or not 0 < kept < channels:
            raise ValueError(
                f"{describe(self)}: fraction={self.fraction} of {channels} channels in shape {tuple(shape)} is no "
                f"whole number of channels with a rest. Squeeze first, or choose another fraction."
            )
        return kept

    def factored_channels(self, kept):
        """Returns how many channels were factored out beside `kept` ones.

        Args:
            kept: Number of channels that were kept.

        Example:
            >>> layers.Split(0.25).factored_channels(3)
            9
        """
        channels = round(kept / self.fraction)
        if self._kept((None, channels)) != kept:
            raise ValueError(f"{describe(self)}: {kept} channels are not fraction={self.fraction} of any number.")
        return channels - kept

    def _move(self, x):
        kept = self._kept(x.shape)
        return x[..., :kept], x[..., kept:]

    def _move_back(self, y):
        self.compute_input_shape(shapes_of(y))
        return ops.concatenate(list(y), axis=-1)

    def compute_output_shape(self, input_shape):
        kept = self._kept(input_shape)
        return (*input_shape[:-1], kept), (*input_shape[:-1], input_shape[-1] - kept)

    def compute_input_shape(self, output_shape):
        kept, factored = self._pair(output_shape)
        shape = (*kept[:-1], kept[-1] + factored[-1])
        if self._kept(shape) != kept[-1]:
            raise ValueError(
                f"{describe(self)}: the inverse takes (kept, factored) with fraction={self.fraction} of the channels "
                f"in kept. Received shapes {tuple(kept)} and {tuple(factored)}."
            )
        return shape

    def get_config(self):
        return {**super().get_config(), "fraction": self.fraction}
