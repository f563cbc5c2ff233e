"""Collapsible convolutions: layers with many kernels that are one convolution."""

from tfconvkit.layers.linear.branches import BranchConv2D
from tfconvkit.layers.linear.collapsible import Collapsible
from tfconvkit.layers.linear.convolution_2d import CollapsibleConv2D
from tfconvkit.layers.linear.generator import LinearGenerator

__all__ = ["BranchConv2D", "Collapsible", "CollapsibleConv2D", "LinearGenerator"]
