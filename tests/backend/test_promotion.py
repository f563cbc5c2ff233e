"""What Keras computes in float32 outside TensorFlow, against NumPy in float64; padding and pooling as TensorFlow's."""

import numpy as np
import pytest
import tolerances
from keras import ops
from laws import gradient_error, relative_error

from tfconvkit import backend

A, B = (np.random.default_rng(seed).uniform(0.1, 0.9, size=(4, 4)) for seed in (0, 1))
FUNCTIONS = {
    "matmul": (lambda x: backend.matmul(x, ops.convert_to_tensor(B)), lambda x: x @ B),
    "maximum": (lambda x: backend.maximum(x, ops.convert_to_tensor(B)), lambda x: np.maximum(x, B)),
    "maximum of a number": (lambda x: backend.maximum(x, 0.3), lambda x: np.maximum(x, 0.3)),
    "tanh": (backend.tanh, np.tanh),
    "floor": (lambda x: backend.floor(10 * x + 1e-9), lambda x: np.floor(10 * x + 1e-9)),
    "cumsum": (lambda x: backend.cumsum(x, axis=1), lambda x: np.cumsum(x, axis=1)),
    "prod": (backend.prod, np.prod),
    "clip": (lambda x: backend.clip(x, 0.3, 0.7), lambda x: np.clip(x, 0.3, 0.7)),
    "mean": (backend.mean, np.mean),
    "mean of axes": (lambda x: backend.mean(x, axis=(0, 1)), np.mean),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_float64_stays_float64(name):
    function, expected = FUNCTIONS[name]
    y = function(ops.convert_to_tensor(A))
    assert ops.dtype(y) == "float64"
    assert relative_error(y, expected(A)) <= tolerances.LAW["float64"]
    assert gradient_error(function, [A], np.random.default_rng(2)) <= tolerances.FINITE_DIFFERENCE


@pytest.mark.parametrize("mode", ("symmetric", "reflect", "constant"))
def test_borders_are_those_of_numpy(mode):
    x = np.random.default_rng(0).normal(size=(2, 5, 4, 3))
    widths = [(0, 0), (2, 3), (1, 2), (0, 0)]
    assert np.array_equal(backend.pad(ops.convert_to_tensor(x), widths, mode), np.pad(x, widths, mode))


@pytest.mark.parametrize("window, strides", [((3, 2), (1, 3)), ((2, 3), (1, 1)), ((3, 3), (2, 2))])
def test_averages_are_over_the_cells_that_are_there(window, strides):
    x = np.random.default_rng(0).normal(size=(1, 6, 7, 1))
    y = ops.convert_to_numpy(backend.average_pool(ops.convert_to_tensor(x), window, strides, "same", "channels_last"))
    for place in np.ndindex(y.shape[1:3]):
        cells = []
        for i, size, k, s in zip(place, x.shape[1:3], window, strides, strict=True):
            before = max((-(-size // s) - 1) * s + k - size, 0) // 2
            cells.append(slice(max(i * s - before, 0), i * s - before + k))
        assert y[(0, *place, 0)] == pytest.approx(x[(0, *cells, 0)].mean(), rel=1e-12)
