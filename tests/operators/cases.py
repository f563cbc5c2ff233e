"""One operator of every kind, small, in float64."""

import keras
import numpy as np

from tfconvkit import layers, operators
from tfconvkit.operators import Convolution, Identity, Mask, Unfold


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


KERNEL = numbers(3, 2, 2, 4)
GRID = (6, 7)

CONVOLUTIONS = {
    "same": dict(),
    "valid": dict(padding="valid"),
    "full": dict(padding="full"),
    "wrap": dict(pad_mode="wrap"),
    "reflect": dict(pad_mode="reflect"),
    "same, strides": dict(strides=(2, 3)),
    "full, strides": dict(padding="full", strides=2),
    "reflect, strides": dict(pad_mode="reflect", strides=2),
    "wrap, strides": dict(pad_mode="wrap", strides=(3, 1)),
    "same, dilation": dict(dilation_rate=2),
    "wrap, dilation": dict(pad_mode="wrap", dilation_rate=(2, 3)),
    "valid, strides and dilation": dict(padding="valid", strides=(2, 1), dilation_rate=2),
    "same, groups": dict(groups=2),
    "valid, groups, strides": dict(padding="valid", groups=2, strides=2),
    "same, depthwise": dict(depthwise=True),
    "valid, depthwise, strides": dict(padding="valid", depthwise=True, strides=2, dilation_rate=1),
    "wrap, depthwise, strides and dilation": dict(pad_mode="wrap", depthwise=True, strides=(2, 1), dilation_rate=2),
}


def convolution(name):
    return Convolution(KERNEL, GRID, **CONVOLUTIONS[name])


def of_layer(layer, input_shape):
    return operators.from_layer(layer, input_shape)


def made(name):
    """Makes the other operators of the table by name."""
    same = Convolution(KERNEL, GRID)
    float64 = {"dtype": "float64"}
    return {
        "line": lambda: Convolution(numbers(3, 2, 3), 7, strides=2),
        "volume, a stride beyond the kernel": lambda: Convolution(numbers(3, 1, 1, 1, 1), (3, 3, 3), strides=(1, 3, 1)),
        "full, two taps": lambda: Convolution(numbers(2, 2, 1, 2), (4, 5), padding="full"),
        "volume": lambda: Convolution(numbers(2, 3, 2, 1, 2), (4, 5, 3), pad_mode="reflect"),
        "identity": lambda: Identity((2, 3), "float64"),
        "mask": lambda: Mask(numbers(6, 7, 1), shape=(6, 7, 2)),
        "unfold": lambda: Unfold(GRID, 2, size=3, strides=2, padding="same", dtype="float64"),
        "adjoint": lambda: same.H,
        "product": lambda: Convolution(numbers(3, 3, 4, 1), GRID, padding="valid") @ same,
        "sum": lambda: same + Convolution(numbers(1, 1, 2, 4), GRID),
        "difference": lambda: same - 2.5 * same,
        "stack": lambda: operators.vstack([same, Mask(numbers(6, 7, 2))]),
        "row": lambda: operators.hstack([same.H, Identity((6, 7, 2), "float64")]),
        "inverse": lambda: same.pinv(),
        "damped inverse": lambda: same.pinv(operators.Dense(damping=0.3)),
        "spectral inverse": lambda: convolution("wrap").pinv(),
        "fold": lambda: of_layer(layers.Fold(3, 2, padding="same", output_size=GRID, **float64), (3, 4, 18)),
        "group convolution": lambda: of_layer(
            layers.LiftConv2D(2, 3, group="C4", padding="same", use_bias=False, **float64), (6, 6, 2)
        ),
        "generator": lambda: of_layer(layers.LinearGenerator(4, (3, 2, 1), **float64), (8, 8, 1)),
        "pooling": lambda: of_layer(keras.layers.AveragePooling2D(2, **float64), (6, 6, 2)),
    }[name]()


OTHERS = ("line", "volume", "volume, a stride beyond the kernel", "full, two taps", "identity", "mask", "unfold",
          "adjoint", "product", "sum", "difference", "stack", "row", "inverse", "damped inverse", "spectral inverse",
          "fold", "group convolution", "generator", "pooling")


def operator(name):
    return convolution(name) if name in CONVOLUTIONS else made(name)


def samples(operator, batch=2):
    """A tensor of the domain and one of the range."""
    return (numbers(batch, *operator.domain_shape, seed=1).astype(operator.dtype),
            numbers(batch, *operator.range_shape, seed=2).astype(operator.dtype))
