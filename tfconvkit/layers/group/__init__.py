"""Group-equivariant layers: convolutions between fields of a finite group, pooling and normalisation."""

from tfconvkit.layers.group.convolution_1d import GroupConv1D, LiftConv1D, ProjectConv1D
from tfconvkit.layers.group.convolution_2d import GroupConv2D, LiftConv2D, ProjectConv2D
from tfconvkit.layers.group.convolution_3d import GroupConv3D, LiftConv3D, ProjectConv3D
from tfconvkit.layers.group.convolution_transpose import GroupConvTranspose2D
from tfconvkit.layers.group.fields import GroupDropout, GroupRestrict, GroupUpSampling2D
from tfconvkit.layers.group.normalization import GroupBatchNormalization
from tfconvkit.layers.group.orientation_pooling import GroupPooling
from tfconvkit.layers.group.spatial_pooling_1d import GroupAveragePooling1D, GroupMaxPooling1D
from tfconvkit.layers.group.spatial_pooling_2d import GroupAveragePooling2D, GroupMaxPooling2D
from tfconvkit.layers.group.spatial_pooling_3d import GroupAveragePooling3D, GroupMaxPooling3D

__all__ = [
    "GroupAveragePooling1D",
    "GroupAveragePooling2D",
    "GroupAveragePooling3D",
    "GroupBatchNormalization",
    "GroupConv1D",
    "GroupConv2D",
    "GroupConv3D",
    "GroupConvTranspose2D",
    "GroupDropout",
    "GroupMaxPooling1D",
    "GroupMaxPooling2D",
    "GroupMaxPooling3D",
    "GroupPooling",
    "GroupRestrict",
    "GroupUpSampling2D",
    "LiftConv1D",
    "LiftConv2D",
    "LiftConv3D",
    "ProjectConv1D",
    "ProjectConv2D",
    "ProjectConv3D",
]
