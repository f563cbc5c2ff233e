"""Layers of normalizing flows: bijections with their log-determinants."""

from tfconvkit.layers.flow.act_norm import ActNorm
from tfconvkit.layers.flow.affine_coupling import AdditiveCoupling, AffineCoupling
from tfconvkit.layers.flow.batch_normalization import FlowBatchNormalization
from tfconvkit.layers.flow.chain import Chain
from tfconvkit.layers.flow.dequantize import Dequantize
from tfconvkit.layers.flow.invertible import Invert, Invertible
from tfconvkit.layers.flow.invertible_conv import InvertibleConv2D
from tfconvkit.layers.flow.logit import Logit
from tfconvkit.layers.flow.multi_scale import MultiScale
from tfconvkit.layers.flow.permute import PermuteChannels
from tfconvkit.layers.flow.spline_coupling import SplineCoupling
from tfconvkit.layers.flow.split import Split
from tfconvkit.layers.flow.squeeze import Squeeze
from tfconvkit.layers.flow.weight_norm_conv import WeightNormConv2D

__all__ = [
    "ActNorm",
    "AdditiveCoupling",
    "AffineCoupling",
    "Chain",
    "Dequantize",
    "FlowBatchNormalization",
    "Invert",
    "Invertible",
    "InvertibleConv2D",
    "Logit",
    "MultiScale",
    "PermuteChannels",
    "SplineCoupling",
    "Split",
    "Squeeze",
    "WeightNormConv2D",
]
