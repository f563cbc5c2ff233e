"""Functions that make one model out of another."""

from tfconvkit.surgery.collapsing import collapse
from tfconvkit.surgery.deploy import deploy
from tfconvkit.surgery.equivalence import assert_equivalent
from tfconvkit.surgery.equivariant import to_equivariant

__all__ = ["assert_equivalent", "collapse", "deploy", "to_equivariant"]
