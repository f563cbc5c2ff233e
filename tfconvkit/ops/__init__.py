"""Pure functions on tensors, written in `keras.ops`, channels last, without state."""

from tfconvkit.ops import attention, kernels, patches, pooling, precision

__all__ = ["attention", "kernels", "patches", "pooling", "precision"]
