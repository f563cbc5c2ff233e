"""Convolution kernels as tensors: the bank of a group convolution, chains and sums of convolutions as one."""

from tfconvkit.ops.kernels.bank import group_expand
from tfconvkit.ops.kernels.composition import Stage, add, compose
from tfconvkit.ops.kernels.taps import delta, depthwise, dilate, flip, ungroup

__all__ = ["Stage", "add", "compose", "delta", "depthwise", "dilate", "flip", "group_expand", "ungroup"]
