"""Every layer of the package has a plain form."""

import keras
import numpy as np
import pytest
import tolerances
from contract.group_cases import CASES
from laws import relative_error

from tfconvkit import layers, surgery

POOLINGS = [layers.GroupMaxPooling2D, layers.GroupAveragePooling2D]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_layer_becomes_plain_with_equal_outputs(case):
    layer = case.make()
    inputs = keras.Input(case.shape)
    deployed = surgery.deploy(keras.Model(inputs, layer(inputs)))
    assert {type(inner).__module__.partition(".")[0] for inner in deployed._flatten_layers()} == {"keras"}
    assert relative_error(deployed(case.sample()), layer(case.sample())) <= tolerances.SAME_LAYER


@pytest.mark.parametrize("grid", [(), (5,), (4, 5), (2, 4, 5)], ids=len)
@pytest.mark.parametrize("reduction", ["max", "mean", "sum", "norm"])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_pooling_over_orientations_becomes_plain_in_every_rank(data_format, reduction, grid):
    group = {0: "D1", 1: "D1"}.get(len(grid), "C4")
    layer = layers.GroupPooling(group, reduction=reduction, data_format=data_format)
    inputs = keras.Input((*grid, 8) if data_format == "channels_last" else (8, *grid))
    deployed = surgery.deploy(keras.Model(inputs, layer(inputs)))
    x = np.random.default_rng(0).normal(size=(3, *inputs.shape[1:])).astype("float32")
    assert relative_error(deployed(x), layer(x)) <= tolerances.SAME_LAYER


@pytest.mark.parametrize("kind", POOLINGS, ids=lambda kind: kind.__name__)
def test_channels_first_poolings_become_plain(kind):
    layer = kind("C4", data_format="channels_first", padding="same")
    inputs = keras.Input((8, 7, 7))
    deployed = surgery.deploy(keras.Model(inputs, layer(inputs)))
    x = np.random.default_rng(0).normal(size=(3, 8, 7, 7)).astype("float32")
    assert relative_error(deployed(x), layer(x)) <= tolerances.SAME_LAYER
