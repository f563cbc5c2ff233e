import functools

import keras
import numpy as np
import pytest
import tolerances
from keras import ops
from laws import gradients, log_det_error, round_trip_error

from tfconvkit import layers


def coupling(dtype="float64", scale=1.0, **arguments):
    layer = layers.SplineCoupling(keras.layers.Dense(2 * 23, dtype=dtype), mask="channel", dtype=dtype, **arguments)
    layer.build((None, 4))
    rng = np.random.default_rng(0)
    layer.set_weights([rng.normal(scale=scale, size=w.shape) for w in layer.weights])
    return layer


@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_splines_are_undone_inside_and_outside_their_range(dtype):
    x = np.random.default_rng(1).uniform(-5, 5, size=(200, 4)).astype(dtype)
    layer = coupling(dtype, scale=0.2)
    assert round_trip_error(layer, x) <= tolerances.LAW[dtype]
    outside = np.abs(x) > 3
    np.testing.assert_array_equal(np.asarray(layer(x))[outside], x[outside])
    if dtype == "float64":
        assert log_det_error(layer, x[:20]) <= tolerances.LOG_DET


def test_a_network_of_zeros_is_the_identity():
    x = np.random.default_rng(1).normal(size=(5, 4))
    y, log_det = coupling(scale=0.0)(x, return_log_det=True)
    np.testing.assert_allclose(y, x, atol=1e-12)
    np.testing.assert_allclose(log_det, 0, atol=1e-12)


def total(layer, x, inverse):
    return sum(map(ops.sum, layer(x, inverse=inverse, return_log_det=True)))


def test_gradients_are_finite_in_both_directions():
    layer = coupling("float32")
    x = np.linspace(-4, 4, 40, dtype="float32").reshape(10, 4)
    for inverse in (False, True):
        loss = functools.partial(total, layer, inverse=inverse)
        found = gradients(loss, [x], layer.trainable_variables)
        assert all(np.isfinite(ops.convert_to_numpy(g)).all() for g in found)


def test_bins_and_bounds_are_checked():
    with pytest.raises(ValueError, match="bins must be a positive integer.*bins=0"):
        layers.SplineCoupling(keras.layers.Dense(2), bins=0)
    with pytest.raises(ValueError, match="bins must be less than 100. Received bins=100"):
        layers.SplineCoupling(keras.layers.Dense(2), bins=100)
    with pytest.raises(ValueError, match="bound must be a positive number. Received bound=-1"):
        layers.SplineCoupling(keras.layers.Dense(2), bound=-1)
