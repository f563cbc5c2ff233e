"""Invertible 1x1 convolutions."""

import keras
import numpy as np
import pytest
import tolerances
from backends.running import compiled
from keras import ops
from laws import gradients, log_det_error, relative_error, round_trip_error

from tfconvkit import backend, layers

PARAMETRIZATIONS = ("plain", "lu")


def normal(shape=(2, 3, 4, 5), dtype="float64"):
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


def moved(parametrization, dtype="float64", channels=5):
    """A layer away from the orthogonal start."""
    layer = layers.InvertibleConv2D(parametrization, seed=1, dtype=dtype)
    layer.build((None, None, None, channels))
    layer.kernel.assign(layer.kernel + 0.2 * np.random.default_rng(2).normal(size=(channels, channels)))
    return layer


def matrix(layer):
    channels = layer.kernel.shape[0]
    return ops.convert_to_numpy(layer(np.eye(channels)[:, None, None]))[:, 0, 0]


@pytest.mark.parametrize("parametrization", PARAMETRIZATIONS)
@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_the_inverse_undoes_the_forward_pass(parametrization, dtype):
    assert round_trip_error(moved(parametrization, dtype), normal(dtype=dtype)) <= tolerances.LAW[dtype]


@pytest.mark.parametrize("parametrization", PARAMETRIZATIONS)
def test_the_log_determinant_is_that_of_the_jacobian(parametrization):
    assert log_det_error(moved(parametrization), normal((2, 2, 3, 5))) <= tolerances.LOG_DET


@pytest.mark.parametrize("parametrization", PARAMETRIZATIONS)
@pytest.mark.parametrize("channels", (1, 2, 12))
def test_the_start_is_an_orthogonal_matrix_which_the_seed_fixes(parametrization, channels):
    both = [layers.InvertibleConv2D(parametrization, seed=3, dtype="float64") for _ in range(2)]
    for layer in both:
        layer.build((None, 4, 4, channels))
    w = matrix(both[0])
    assert np.abs(w @ w.T - np.eye(channels)).max() <= 1e-13
    assert np.array_equal(matrix(both[1]), w)
    assert np.abs(both[0](normal((1, 4, 4, channels)), return_log_det=True)[1]).max() <= 1e-12


def test_it_is_a_1x1_convolution():
    layer, x = moved("plain"), normal()
    assert relative_error(layer(x), ops.conv(x, layer.kernel[None, None])) <= tolerances.LAW["float64"]


def test_a_drawn_seed_is_kept_so_that_weights_fit_a_copy():
    layer, x = moved("lu"), normal()
    unseeded = layers.InvertibleConv2D("lu", dtype="float64")
    unseeded(x)
    copy = layers.InvertibleConv2D.from_config(unseeded.get_config())
    copy(x)
    copy.set_weights(unseeded.get_weights())
    assert np.array_equal(copy(x), unseeded(x))
    assert not np.array_equal(unseeded(x), layer(x))


def test_the_gradient_of_the_plain_log_determinant_is_the_inverse_transposed():
    layer = moved("plain")

    def log_det(kernel):
        with keras.StatelessScope([(layer.kernel, kernel)]):
            return layer(normal((1, 2, 3, 5)), return_log_det=True)[1]

    kernel = ops.convert_to_numpy(layer.kernel)
    gradient = backend.vjp(log_det, [kernel], np.ones(1))[0]
    assert relative_error(gradient, 6 * np.linalg.inv(kernel).T) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("parametrization", PARAMETRIZATIONS)
@pytest.mark.parametrize("inverse", (False, True))
def test_xla_compiles_both_directions_and_their_gradients(parametrization, inverse):
    layer, x = moved(parametrization, "float32"), normal(dtype="float32")

    def values(x):
        return layer(x, inverse=inverse, return_log_det=True)

    def step(x):
        return *values(x), *gradients(lambda: sum(map(ops.sum, values(x))), (), [layer.kernel])

    x = ops.convert_to_tensor(x)
    assert relative_error(compiled(step)(x), step(x)) <= tolerances.SAME_LAYER


@pytest.mark.parametrize("parametrization", PARAMETRIZATIONS)
def test_half_precision_factors_in_float32(parametrization):
    layer, x = moved(parametrization, "mixed_float16"), normal(dtype="float16")
    y, log_det = layer(x, return_log_det=True)
    back, _ = layer(y, inverse=True, return_log_det=True)
    assert tuple(map(ops.dtype, (y, log_det, back))) == ("float16", "float32", "float16")
    assert relative_error(back, x) <= tolerances.HALF["float16"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.InvertibleConv2D("qr"), 'parametrization must be "plain" or "lu"'),
        (lambda: layers.InvertibleConv2D().build((None, 8, 8, None)), "needs a known number of channels"),
    ],
)
def test_wrong_arguments_are_named_with_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()
