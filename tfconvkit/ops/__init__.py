"""Pure functions on tensors, written in `keras.ops`, channels last, without state."""

from tfconvkit.ops import attention, bounds, kernels, patches, pooling, precision, splines, squeeze

__all__ = ["attention", "bounds", "kernels", "patches", "pooling", "precision", "splines", "squeeze"]
