"""The Fourier transform of real numbers against NumPy's."""

import numpy as np
import pytest
import tolerances
from keras import ops
from laws import gradient_error, relative_error

from tfconvkit import backend


@pytest.mark.parametrize("sizes", ((6,), (5,), (4, 7), (3, 6), (3, 4, 5), (2, 3, 4)), ids=str)
def test_transform_and_inverse_for_one_to_three_axes(sizes):
    x = np.random.default_rng(0).normal(size=(2, 3, *sizes))
    y = backend.rfftn(ops.convert_to_tensor(x), len(sizes))
    expected = np.fft.rfftn(x, axes=range(-len(sizes), 0))
    pairs = [ops.real(y), ops.imag(y)], [expected.real, expected.imag]
    assert relative_error(*pairs) < tolerances.LAW["float64"]
    assert relative_error(backend.irfftn(y, sizes), x) < tolerances.LAW["float64"]


@pytest.mark.parametrize("sizes", ((5,), (4, 3), (2, 3, 6), (3, 2, 4)), ids=str)
def test_gradients_of_transform_and_inverse(sizes):
    rng = np.random.default_rng(1)
    weights = ops.convert_to_tensor(rng.normal(size=sizes))

    def function(x):
        y = backend.rfftn(ops.convert_to_tensor(x), len(sizes))
        return backend.irfftn(y * y * y, sizes) * weights

    assert gradient_error(function, [rng.normal(size=sizes)], rng) < tolerances.FINITE_DIFFERENCE
