"""Permutations of channels."""

import operator
import secrets

import keras
import numpy as np

from tfconvkit.layers.arguments import describe, one_of, seed_of
from tfconvkit.layers.flow.invertible import IndexMove, channels_of
from tfconvkit.ops import squeeze


@keras.saving.register_keras_serializable(package="tfconvkit")
class PermuteChannels(IndexMove):
    """Reorders channels, so that the next coupling changes others.

    `y[..., i] = x[..., permutation[i]]`, exact in every dtype, log-determinant 0.

    Args:
        permutation: `"reverse"`, `"random"`, or a sequence that holds each channel number once.
        seed: Integer for `"random"`; None draws one, which is kept in the configuration.

    Input shape:
        `(batch, ..., channels)`.

    Output shape:
        Same as the input.

    Raises:
        ValueError: for an unknown name, a sequence that is no permutation, another or an unknown number of channels.

    Example:
        >>> layers.PermuteChannels([2, 0, 1])(np.array([[1.0, 2.0, 3.0]], "float32"))
        <tf.Tensor: shape=(1, 3), dtype=float32, numpy=array([[3., 1., 2.]], dtype=float32)>
    """

    takes_structures = False
    least_axes = 2

    def __init__(self, permutation="reverse", seed=None, **kwargs):
        super().__init__(**kwargs)
        seed = seed_of(self, seed)
        if isinstance(permutation, str):
            self.permutation = one_of(self, "permutation", permutation, ("reverse", "random"))
        else:
            self.permutation = _integers(permutation)
            if self.permutation is None or sorted(self.permutation) != list(range(len(self.permutation))):
                raise ValueError(
                    f'{describe(self)}: permutation must be "reverse", "random" or hold each number from 0 to '
                    f"channels - 1 once. Received permutation={permutation!r}."
                )
        self.seed = secrets.randbelow(2**31) if seed is None and self.permutation == "random" else seed

    def build(self, x_shape):
        channels = channels_of(self, x_shape)
        if self.permutation == "reverse":
            self._sources = np.arange(channels)[::-1]
        elif self.permutation == "random":
            self._sources = np.random.default_rng(self.seed).permutation(channels)
        else:
            self._sources = np.array(self.permutation)
        if len(self._sources) != channels:
            raise ValueError(
                f"{describe(self)}: the permutation has {len(self._sources)} entries but the input {channels} channels "
                f"in shape {tuple(x_shape)}. They must be equal."
            )

    def _move(self, x):
        return squeeze.permute_channels(x, self._sources)

    def _move_back(self, y):
        return squeeze.permute_channels(y, np.argsort(self._sources))

    def get_config(self):
        return {**super().get_config(), "permutation": self.permutation, "seed": self.seed}


def _integers(values):
    """A list of Python's integers, None for what is no sequence of integers."""
    try:
        return [operator.index(value) for value in values]
    except TypeError:
        return None
