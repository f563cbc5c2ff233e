"""Layers that cut feature maps into patches and add patches up into feature maps."""

from tfconvkit.layers.patches.fold import Fold
from tfconvkit.layers.patches.unfold import Unfold

__all__ = ["Fold", "Unfold"]
