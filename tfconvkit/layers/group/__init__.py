"""Group-equivariant layers: convolutions between fields of a finite group, pooling and normalisation."""

from tfconvkit.layers.group.convolution import GroupConv2D, LiftConv2D, ProjectConv2D
from tfconvkit.layers.group.normalization import GroupBatchNormalization
from tfconvkit.layers.group.orientation_pooling import GroupPooling
from tfconvkit.layers.group.spatial_pooling import GroupAveragePooling2D, GroupMaxPooling2D

__all__ = [
    "GroupAveragePooling2D",
    "GroupBatchNormalization",
    "GroupConv2D",
    "GroupMaxPooling2D",
    "GroupPooling",
    "LiftConv2D",
    "ProjectConv2D",
]
