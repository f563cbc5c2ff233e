"""Whole networks of the literature as builder functions in the manner of `keras.applications`.

Those whose names begin with Group take `group=`; `None` builds the plain network that the paper compares with, from
plain Keras layers alone.
"""

from tfconvkit.models.flow import Flow, RealNVP, ScalePyramid, StandardLogistic, StandardNormal
from tfconvkit.models.gated_conv_net import GatedConvNet
from tfconvkit.models.group_cnn import GroupCNN
from tfconvkit.models.group_resnet import GroupResNet
from tfconvkit.models.group_unet import GroupUNet
from tfconvkit.models.inpainting import DeepFillV2, InpaintingGAN, SNPatchGAN, inpaint
from tfconvkit.models.kernelgan import KernelGAN
from tfconvkit.models.statistics import estimate_statistics
from tfconvkit.models.weight_norm_resnet import WeightNormResNet

__all__ = [
    "DeepFillV2",
    "Flow",
    "GatedConvNet",
    "GroupCNN",
    "GroupResNet",
    "GroupUNet",
    "InpaintingGAN",
    "KernelGAN",
    "RealNVP",
    "SNPatchGAN",
    "ScalePyramid",
    "StandardLogistic",
    "StandardNormal",
    "WeightNormResNet",
    "estimate_statistics",
    "inpaint",
]
