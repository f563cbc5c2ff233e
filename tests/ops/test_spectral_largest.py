import numpy as np
import pytest
import tolerances
from backends.running import compiled
from keras import ops
from laws import gradient_error, relative_error

from tfconvkit import backend
from tfconvkit.ops import spectral
from tfconvkit.ops.spectral.largest import largest


def normal(shape):
    return np.random.default_rng(0).normal(size=shape)


@pytest.mark.parametrize("shape", ((7, 3, 5), (7, 5, 3), (7, 4, 4), (7, 1, 1)))
def test_it_is_the_largest_of_the_decomposition(shape):
    matrices = normal(shape) + 1j * normal((2, *shape))[1]
    expected = np.linalg.svd(matrices, compute_uv=False)[:, 0]
    assert relative_error(largest(ops.convert_to_tensor(matrices)), expected) <= tolerances.LAW["float64"]


def test_the_gradient_is_the_slope():
    @compiled
    def function(kernel):
        return largest(spectral.symbol(kernel, (4, 5)).matrices)

    assert gradient_error(function, [normal((3, 3, 2, 4))], np.random.default_rng(1)) <= tolerances.FINITE_DIFFERENCE


def test_equal_singular_values_and_zeros_have_finite_gradients():
    matrices = np.linalg.qr(normal((2, 4, 4)))[0] * np.array([1.0, 0.0])[:, None, None]

    def function(matrices):
        return largest(backend.complex_from(matrices, ops.zeros_like(matrices)))

    gradient = ops.convert_to_numpy(backend.vjp(function, [matrices], np.ones(2))[0])
    assert relative_error(function(ops.convert_to_tensor(matrices)), np.array([1.0, 0.0])) <= tolerances.LAW["float64"]
    # By Euler's theorem, for what grows as its argument.
    assert relative_error(np.sum(gradient * matrices, axis=(1, 2)), np.array([1.0, 0.0])) <= tolerances.LAW["float64"]


def test_xla_finds_the_norm_and_its_gradient_to_the_last_digits():
    kernel = ops.convert_to_tensor(normal((3, 3, 2, 3)))

    def norm(kernel):
        return spectral.norm(spectral.symbol(kernel, (4, 5)))

    def step(kernel):
        return norm(kernel), backend.vjp(norm, [kernel], 1.0)[0]

    assert relative_error(compiled(step)(kernel), step(kernel)) <= tolerances.LAW["float64"]
