"""Contextual attention on tensors, split into its steps."""

from tfconvkit.ops.attention.contextual import (
    CHUNK_SCORES,
    MASKED,
    OVERLAPS,
    Attended,
    Settings,
    chunk_lines,
    contextual_attention,
)
from tfconvkit.ops.attention.resizing import nearest_indices, reduced_size, shrunk

__all__ = [
    "CHUNK_SCORES",
    "MASKED",
    "OVERLAPS",
    "Attended",
    "Settings",
    "chunk_lines",
    "contextual_attention",
    "nearest_indices",
    "reduced_size",
    "shrunk",
]
