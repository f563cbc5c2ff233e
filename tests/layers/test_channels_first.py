"""Channels first where every axis has one size: `keras.ops.add` of a bias takes the columns for the channels there."""

import keras
import numpy as np
import pytest
import tolerances
from backends import running
from laws import relative_error

from tfconvkit import layers

CASES = {
    "group": (layers.GroupConv2D, dict(filters=2, kernel_size=3, group="C4", padding="same")),
    "group, strides": (layers.GroupConv2D, dict(filters=2, kernel_size=3, group="C4", padding="same", strides=2)),
    "group, even": (layers.GroupConv2D, dict(filters=2, kernel_size=2, group="C4", padding="same")),
    "group, transposed": (layers.GroupConvTranspose2D, dict(filters=2, kernel_size=3, group="C4", padding="same")),
    "volumes": (layers.GroupConv3D, dict(filters=2, kernel_size=3, group="C4", padding="same")),
    "volumes, even": (layers.GroupConv3D, dict(filters=2, kernel_size=2, group="C4", padding="same")),
    "signals": (layers.GroupConv1D, dict(filters=4, kernel_size=3, group="D1", padding="same")),
    "gated": (layers.GatedConv2D, dict(filters=4, kernel_size=3)),
    "gated, twice as fine": (layers.GatedConvUp2D, dict(filters=4)),
    "weight norm": (layers.WeightNormConv2D, dict(filters=8, kernel_size=3)),
    "collapsible": (layers.CollapsibleConv2D, dict(filters=8, kernel_size=3, inner_filters=4, padding="same")),
    "branches": (layers.BranchConv2D, dict(filters=8, kernel_size=3, use_bias=True)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_bias_belongs_to_the_channels(case):
    kind, arguments = CASES[case]
    rank = {"volumes": 3, "signals": 1}.get(case.split(",")[0], 2)
    x = np.random.default_rng(0).normal(size=(2, *[8] * rank, 8)).astype("float32")
    last, first = (kind(**arguments, data_format=f"channels_{place}") for place in ("last", "first"))
    last.build(x.shape)
    first.build(x.shape)
    rng = np.random.default_rng(1)
    weights = [rng.uniform(0.1, 1, size=w.shape) for w in last.get_weights()]  # also variances
    last.set_weights(weights)
    first.set_weights(weights)
    # TensorFlow's own convolutions know channels first with oneDNN or on a GPU only; XLA's do everywhere.
    y = running.compiled(first)(np.moveaxis(x, -1, 1))
    y = np.moveaxis(keras.ops.convert_to_numpy(y), 1, -1)
    assert relative_error(y, last(x)) <= tolerances.LAW["float32"]
