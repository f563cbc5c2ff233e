"""Whole networks of the literature as builder functions in the manner of `keras.applications`.

Those whose names begin with Group take `group=`; `None` builds the plain network that the paper compares with, from
plain Keras layers alone.
"""

from tfconvkit.models.group_cnn import GroupCNN
from tfconvkit.models.group_resnet import GroupResNet
from tfconvkit.models.group_unet import GroupUNet
from tfconvkit.models.inpainting import DeepFillV2, InpaintingGAN, SNPatchGAN, inpaint
from tfconvkit.models.statistics import estimate_statistics

__all__ = [
    "DeepFillV2",
    "GroupCNN",
    "GroupResNet",
    "GroupUNet",
    "InpaintingGAN",
    "SNPatchGAN",
    "estimate_statistics",
    "inpaint",
]
