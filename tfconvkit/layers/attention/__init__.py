"""Layers that redraw images from their own patches."""

from tfconvkit.layers.attention.contextual_attention import ContextualAttention

__all__ = ["ContextualAttention"]
