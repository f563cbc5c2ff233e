"""Image inpainting: DeepFill v2, its discriminator and training, and filling holes of photographs."""

from tfconvkit.models.inpainting.deepfill import DeepFillV2
from tfconvkit.models.inpainting.discriminator import SNPatchGAN
from tfconvkit.models.inpainting.filling import inpaint
from tfconvkit.models.inpainting.training import InpaintingGAN

__all__ = ["DeepFillV2", "InpaintingGAN", "SNPatchGAN", "inpaint"]
