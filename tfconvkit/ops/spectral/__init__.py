"""Circular convolutions by frequency: products, adjoints, inverses, spectra, determinants."""

from tfconvkit.ops.spectral.inversion import inverse_filter, pinv, rounding, solve
from tfconvkit.ops.spectral.spectrum import clip, condition, log_abs_det, log_det, norm, singular_values
from tfconvkit.ops.spectral.symbols import Symbol, adjoint, apply, compose, kernel_of, symbol

__all__ = [
    "Symbol",
    "adjoint",
    "apply",
    "clip",
    "compose",
    "condition",
    "inverse_filter",
    "kernel_of",
    "log_abs_det",
    "log_det",
    "norm",
    "pinv",
    "rounding",
    "singular_values",
    "solve",
    "symbol",
]
