"""Normalizing flows as models: a chain of bijections with a prior, and the official RealNVP."""

from tfconvkit.models.flow.flow import Flow
from tfconvkit.models.flow.priors import StandardLogistic, StandardNormal
from tfconvkit.models.flow.pyramid import ScalePyramid
from tfconvkit.models.flow.real_nvp import RealNVP

__all__ = ["Flow", "RealNVP", "ScalePyramid", "StandardLogistic", "StandardNormal"]
