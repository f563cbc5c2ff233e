"""Gated convolutions in every export format of Keras."""

import exports
import keras
import numpy as np
import pytest
import tolerances
from laws import relative_error

from tfconvkit import layers


@pytest.mark.tensorflow("exports")
@pytest.mark.parametrize("run", exports.EVERY_FORMAT)
def test_gated_convolutions_are_exported(run, tmp_path):
    model = keras.Sequential([
        keras.Input((8, 9, 4)),
        layers.GatedConv2D(3, 3, strides=2, dilation_rate=2),
        layers.GatedConvUp2D(2, padding="symmetric"),
    ])
    x = np.random.default_rng(0).normal(size=(2, 8, 9, 4)).astype("float32")
    expected = model(x)
    (y,) = keras.tree.flatten(run(model, [x], tmp_path))
    assert relative_error(y, expected) <= tolerances.SAME_LAYER
