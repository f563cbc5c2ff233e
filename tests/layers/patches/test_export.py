"""Unfold and Fold in exported models whose grid is known when they run."""

import exports
import keras
import numpy as np
import pytest
import tolerances
from laws import relative_error

from tfconvkit import layers


@pytest.mark.tensorflow("exports")
@pytest.mark.parametrize("through", (exports.through_onnx, exports.through_litert))
def test_patches_of_an_unknown_grid_are_exported(through, tmp_path):
    inputs = keras.Input((None, None, 3))
    cut = layers.Unfold(4, strides=2, padding="same")(inputs)
    model = keras.Model(inputs, layers.Fold(4, strides=2, padding="same", normalize="count")(cut))
    # An odd width: the rounded-up quotient of a negative number comes out otherwise in ONNX.
    x = np.random.default_rng(0).normal(size=(1, 8, 9, 3)).astype("float32")
    expected = model(x)
    assert relative_error(through(model, [x], tmp_path)[0], expected) <= tolerances.SAME_LAYER
