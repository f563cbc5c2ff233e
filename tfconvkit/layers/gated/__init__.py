"""Gated convolutions: layers that learn where their input counts."""

from tfconvkit.layers.gated.convolution_2d import GatedConv2D
from tfconvkit.layers.gated.convolution_up_2d import GatedConvUp2D

__all__ = ["GatedConv2D", "GatedConvUp2D"]
