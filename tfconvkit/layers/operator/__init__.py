"""Layers over convolutions as linear operators: their pseudo-inverse, their norm."""

from tfconvkit.layers.operator.pseudo_inverse import ConvPseudoInverse2D
from tfconvkit.layers.operator.spectral_norm import SpectralNormConv2D

__all__ = ["ConvPseudoInverse2D", "SpectralNormConv2D"]
