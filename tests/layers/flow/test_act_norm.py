"""ActNorm: its laws, and its start from data."""

import keras
import numpy as np
import pytest
import tolerances
from backends.running import COMPILED_FITS
from keras import ops
from laws import log_det_error, relative_error, round_trip_error

from tfconvkit import layers


def normal(shape=(4, 3, 5, 3), dtype="float64", seed=0):
    return np.random.default_rng(seed).normal([3.0, -2.0, 0.0], [2.0, 0.1, 1.0], size=shape).astype(dtype)


def started(dtype="float64"):
    layer = layers.ActNorm(dtype=dtype)
    layer(normal(dtype=dtype), training=True)
    rng = np.random.default_rng(1)
    layer.log_scale.assign(rng.normal(size=3))
    layer.bias.assign(rng.normal(size=3))
    return layer


def moments(y):
    y = ops.convert_to_numpy(y).reshape(-1, y.shape[-1])
    return y.mean(axis=0), y.var(axis=0)


@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_the_inverse_undoes_the_forward_pass(dtype):
    assert round_trip_error(started(dtype), normal(dtype=dtype)) <= tolerances.LAW[dtype]


def test_the_log_determinant_is_that_of_the_jacobian():
    assert log_det_error(started(), normal((2, 2, 3, 3))) <= tolerances.LOG_DET


def test_the_first_training_batch_comes_out_normalised_and_the_second_does_not_start_again():
    layer = layers.ActNorm(epsilon=0.0, dtype="float64")
    mean, variance = moments(layer(normal(), training=True))
    assert np.abs(mean).max() <= 1e-12 and np.abs(variance - 1).max() <= 1e-12
    weights = layer.get_weights()
    layer(normal(seed=1), training=True)
    assert relative_error(layer.get_weights(), weights) == 0


def test_inference_the_inverse_and_a_frozen_layer_are_the_identity_before_the_start():
    layer, x = layers.ActNorm(dtype="float64"), normal()
    assert np.array_equal(layer(x), x) and np.array_equal(layer(x, inverse=True, training=True), x)
    layer.trainable = False
    assert np.array_equal(layer(x, training=True), x)


@pytest.mark.parametrize("jit_compile", COMPILED_FITS)
def test_fit_starts_from_its_first_batch(jit_compile):
    layer = layers.ActNorm()
    model = keras.Sequential([keras.Input((3, 5, 3)), layer, keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.0), "mse", jit_compile=jit_compile)
    x = normal((8, 3, 5, 3), "float32")
    model.fit(x, np.ones((8, 1)), batch_size=4, shuffle=False, verbose=0)
    mean, variance = moments(x[:4])
    assert relative_error([layer.mean, layer.std], [mean, np.sqrt(variance)]) <= tolerances.LAW["float32"]
    assert float(layer.initialized) == 1


def test_adapt_takes_the_moments_of_all_data_in_any_batches():
    x = normal((10, 3, 5, 3))
    whole, parts = (layers.ActNorm(epsilon=0.0, dtype="float64") for _ in range(2))
    whole.adapt(x)
    # An empty batch, as a filter leaves it, counts for nothing.
    parts.adapt((x[i : i + 4], None) for i in (0, 10, 4, 8))
    mean, variance = moments(x)
    for layer in (whole, parts):
        assert relative_error([layer.mean, layer.std], [mean, np.sqrt(variance)]) <= tolerances.LAW["float64"]
        y = moments(layer(x))
        assert np.abs(y[0]).max() <= 1e-12 and np.abs(y[1] - 1).max() <= 1e-12


def test_the_start_has_no_gradient_and_trained_numbers_do():
    """The start is a constant of the first batch: gradients are those of an affine map."""
    from tfconvkit import backend

    layer, x = layers.ActNorm(dtype="float64"), normal()
    layer(x[:1])
    gradient = backend.vjp(lambda x: layer(x, training=True), [x], np.ones(x.shape))[0]
    assert relative_error(gradient, np.broadcast_to(1 / ops.convert_to_numpy(layer.std), x.shape)) <= 1e-12


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.ActNorm(epsilon=-1.0), "epsilon must not be negative. Received epsilon=-1.0"),
        (lambda: layers.ActNorm().build((None, 8, 8, None)), "needs a known number of channels"),
        (lambda: layers.ActNorm().adapt([]), "adapt needs at least one sample"),
    ],
)
def test_wrong_arguments_are_named_with_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()
