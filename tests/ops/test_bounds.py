"""Bits per dimension and the importance-weighted bound."""

import math

import golden_files
import numpy as np
import pytest
import tolerances
from keras import ops
from laws import relative_error

from tfconvkit import backend
from tfconvkit.ops import bounds

NAMES = ("Wm", "bm", "Ws", "bs", "Wd", "bd")


def log_weights(data, Wm, bm, Ws, bs, Wd, bd):
    """`log p(x|z) + log N(z; 0, I) - log q(z|x)` of the golden autoencoder, Bernoulli likelihood from logits."""
    x, eps = (ops.convert_to_tensor(data[name]) for name in ("x", "eps"))
    mean, log_std = backend.matmul(x, Wm) + bm, backend.matmul(x, Ws) + bs
    z = mean[:, None] + ops.exp(log_std)[:, None] * eps
    logits = backend.matmul(z, Wd) + bd
    likelihood = ops.sum(x[:, None] * logits - ops.softplus(logits), axis=-1)
    # The constants of both normal densities cancel.
    return likelihood + ops.sum(-ops.square(z) / 2 + ops.square(eps) / 2 + log_std[:, None], axis=-1)


def unstopped(log_weights):
    return ops.sum(ops.softmax(log_weights, axis=-1) * log_weights, axis=-1)


@pytest.fixture(scope="module")
def data():
    return golden_files.load("iwelbo", area="linear")


@pytest.mark.parametrize(
    ("key", "function"),
    [
        ("iwelbo", bounds.importance_weighted_bound),
        ("stopgrad", bounds.importance_weighted_surrogate),
        ("elbo", lambda w: bounds.importance_weighted_bound(w[..., None])),
        ("nostop_op_bug", unstopped),
    ],
)
def test_values_and_gradients_equal_the_golden_ones(data, key, function):
    def value(*parameters):
        return backend.mean(function(log_weights(data, *parameters)))

    parameters = [data[name] for name in NAMES]
    assert relative_error(value(*parameters), data[f"val_{key}"]) <= tolerances.GOLDEN_FLOAT64
    gradients = backend.vjp(value, parameters, np.ones(()))
    for name, gradient in zip(NAMES, gradients, strict=True):
        assert relative_error(gradient, data[f"grad_{key}_{name}"]) <= tolerances.GOLDEN_FLOAT64


def test_the_surrogate_has_the_gradient_of_the_bound_and_flatters_by_a_divergence(data):
    w = data["logw"]
    cotangent = np.random.default_rng(0).normal(size=w.shape[0])
    functions = bounds.importance_weighted_bound, bounds.importance_weighted_surrogate
    bound, surrogate = (backend.vjp(function, [w], cotangent)[0] for function in functions)
    assert relative_error(surrogate, bound) <= tolerances.LAW["float64"]
    v = ops.convert_to_numpy(bounds.normalized_weights(w))
    divergence = np.sum(v * np.log(v * w.shape[1]), axis=1)
    excess = ops.convert_to_numpy(functions[1](w)) - ops.convert_to_numpy(functions[0](w))
    assert relative_error(excess, divergence) <= tolerances.LAW["float64"]
    assert (divergence >= 0).all() and (divergence <= math.log(w.shape[1])).all()


def test_equal_weights_give_their_logarithm_along_any_axis():
    w = np.full((5, 3), -7.0)
    assert np.allclose(bounds.importance_weighted_bound(w, axis=0), np.full(3, -7.0), rtol=1e-15)
    assert np.allclose(bounds.importance_weighted_bound(w), np.full(5, -7.0), rtol=1e-15)


def test_weights_far_apart_neither_overflow_nor_vanish():
    w = np.array([[-1e4, 1e4]], "float32")
    assert np.allclose(bounds.importance_weighted_bound(w), 1e4 - math.log(2))
    (gradient,) = backend.vjp(bounds.importance_weighted_bound, [w], np.ones(1))
    assert np.isfinite(ops.convert_to_numpy(gradient)).all()


def test_half_precision_is_summed_in_float32():
    w = ops.cast(np.full((2, 4), 3.0), "float16")
    functions = bounds.importance_weighted_bound, bounds.importance_weighted_surrogate, bounds.normalized_weights
    assert [ops.dtype(function(w)) for function in functions] == ["float32"] * 3
    assert ops.dtype(bounds.bits_per_dimension(w, 2)) == "float32"


def test_a_uniform_density_over_256_values_takes_8_bits():
    for dimensions in (12, (2, 2, 3)):
        log_prob = np.full(2, -12 * math.log(256))
        assert np.allclose(bounds.bits_per_dimension(log_prob, dimensions), [8.0, 8.0], rtol=1e-15)


@pytest.mark.parametrize("dimensions", (0, (None, 8, 8, 3), (), (8, 0)))
def test_dimensions_that_are_none_are_refused(dimensions):
    with pytest.raises(ValueError, match="dimensions must be .* Received .*Leave the batch axis out"):
        bounds.bits_per_dimension(np.zeros(2), dimensions)
