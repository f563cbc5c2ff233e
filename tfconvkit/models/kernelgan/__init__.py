"""Blind estimation of the blur kernel of one image: KernelGAN."""

from tfconvkit.models.kernelgan.estimation import KernelGAN

__all__ = ["KernelGAN"]
