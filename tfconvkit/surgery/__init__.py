"""Functions that make one model out of another."""

from tfconvkit.surgery.deploy import deploy
from tfconvkit.surgery.equivariant import to_equivariant

__all__ = ["deploy", "to_equivariant"]
