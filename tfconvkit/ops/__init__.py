"""Pure functions on tensors, written in `keras.ops`, channels last, without state."""

from tfconvkit.ops import (
    attention,
    blur_kernels,
    bounds,
    kernels,
    patches,
    pooling,
    precision,
    resize,
    spectral,
    splines,
    squeeze,
)

__all__ = [
    "attention",
    "blur_kernels",
    "bounds",
    "kernels",
    "patches",
    "pooling",
    "precision",
    "resize",
    "spectral",
    "splines",
    "squeeze",
]
