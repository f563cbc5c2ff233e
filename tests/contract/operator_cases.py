"""Contract cases of the layers over convolutions as operators.

Kernels of random positive numbers are ill-conditioned: damping gives their inverses digits to compare.
"""

import keras
from contract.case import Case, Fresh

from tfconvkit import layers


def convolution(channels):
    """A convolution that stands on its own, built, as `tied_to` needs it."""

    def make():
        conv = keras.layers.Conv2D(3, (3, 2), padding="same", strides=(1, 2))
        conv.build((None, None, None, channels))
        return conv

    return Fresh("conv", make)


CASES = (
    Case(
        layers.ConvPseudoInverse2D,
        dict(filters=2, kernel_size=3, pad_mode="wrap", damping=1.0, use_bias=True),
        (6, 5, 3),
        call=dict(return_residual=True),
    ),
    Case(
        layers.ConvPseudoInverse2D,
        dict(filters=1, kernel_size=2, strides=2, padding="valid", damping=5.0),
        (6, 5, 3),
        call=dict(return_residual=True),
    ),
    Case(layers.ConvPseudoInverse2D, dict(tied_to=convolution(1), damping=5.0), (6, 5, 3)),
    Case(layers.SpectralNormConv2D, dict(filters=3, kernel_size=3, pad_mode="wrap"), (8, 5, 2)),
    Case(
        layers.SpectralNormConv2D,
        dict(filters=2, kernel_size=(2, 3), strides=2, shrink_only=True, activation="tanh"),
        (8, 5, 2),
    ),
    Case(layers.SpectralNormConv2D, dict(filters=2, kernel_size=3, grid=(4, 6), padding="valid"), (8, 9, 2)),
)
