"""Audit of Keras models: what their layers store, and whether they turn with their input."""

from tfconvkit.audit.counting import LayerCount, LayerCounts, count
from tfconvkit.audit.equivariance import assert_equivariant, equivariance
from tfconvkit.audit.report import table, to_json
from tfconvkit.audit.results import EquivarianceReport, LayerEquivariance, SizesReport
from tfconvkit.audit.sizes import safe_sizes

__all__ = [
    "EquivarianceReport",
    "LayerCount",
    "LayerCounts",
    "LayerEquivariance",
    "SizesReport",
    "assert_equivariant",
    "count",
    "equivariance",
    "safe_sizes",
    "table",
    "to_json",
]
