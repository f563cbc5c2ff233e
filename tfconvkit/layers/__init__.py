"""Keras layers for structured convolutions: the only public door to the layer classes."""

from tfconvkit.layers.group import (
    GroupAveragePooling2D,
    GroupBatchNormalization,
    GroupConv2D,
    GroupMaxPooling2D,
    GroupPooling,
    LiftConv2D,
    ProjectConv2D,
)

__all__ = [
    "GroupAveragePooling2D",
    "GroupBatchNormalization",
    "GroupConv2D",
    "GroupMaxPooling2D",
    "GroupPooling",
    "LiftConv2D",
    "ProjectConv2D",
]
