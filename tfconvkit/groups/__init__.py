"""Finite groups of signed permutation matrices, their field types and their action on feature maps.

Everything here is integers and NumPy: layers read tables from these objects when they are built.
"""

from tfconvkit.groups.catalogue import ALIASES, get, names, of_rank, serialize
from tfconvkit.groups.fields import FIELDS, Field, act
from tfconvkit.groups.point_group import PointGroup, Subgroup

__all__ = ["ALIASES", "FIELDS", "Field", "PointGroup", "Subgroup", "act", "get", "names", "of_rank", "serialize"]
