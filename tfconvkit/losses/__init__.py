"""Losses of image inpainting and of adversarial training, as `keras.losses.Loss` classes."""

from tfconvkit.losses.adversarial import DiscriminatorLoss, GeneratorLoss
from tfconvkit.losses.gradient_penalty import gradient_penalty
from tfconvkit.losses.masked_l1 import MaskedL1

__all__ = ["DiscriminatorLoss", "GeneratorLoss", "MaskedL1", "gradient_penalty"]
