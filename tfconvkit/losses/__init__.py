"""Losses of image inpainting, adversarial training and blur kernel estimation.

Classes are `keras.losses.Loss`, functions are terms to add to a loss; penalties are `keras.regularizers.Regularizer`.
"""

from tfconvkit.losses.adversarial import DiscriminatorLoss, GeneratorLoss
from tfconvkit.losses.bicubic_downscale import BicubicDownscale
from tfconvkit.losses.gradient_penalty import gradient_penalty
from tfconvkit.losses.kernel_terms import boundaries, centralized, sparse, sum_to_one
from tfconvkit.losses.masked_l1 import MaskedL1
from tfconvkit.losses.spectral_penalties import LipschitzPenalty, OrthogonalityPenalty

__all__ = [
    "BicubicDownscale",
    "DiscriminatorLoss",
    "GeneratorLoss",
    "LipschitzPenalty",
    "MaskedL1",
    "OrthogonalityPenalty",
    "boundaries",
    "centralized",
    "gradient_penalty",
    "sparse",
    "sum_to_one",
]
