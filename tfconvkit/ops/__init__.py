"""Pure functions on tensors, written in `keras.ops`, channels last, without state."""

from tfconvkit.ops import kernels, pooling, precision

__all__ = ["kernels", "pooling", "precision"]
