"""Symbols against the dense matrices of the same circular convolutions, written cell by cell in NumPy."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
import tolerances
from keras import ops
from laws import gradient_error, relative_error

from tfconvkit.ops import spectral

# Shape of the kernel, grid, strides, dilation.
CASES = {
    "1d": ((3, 1, 2), (7,), 1, 1),
    "even": ((2, 4, 2, 2), (6, 8), 1, 1),
    "odd": ((3, 2, 2, 3), (5, 7), 1, 1),
    "one_row": ((1, 3, 2, 2), (1, 6), 1, 1),
    "strided": ((3, 3, 2, 4), (6, 4), (2, 1), 1),
    "dilated": ((2, 3, 1, 2), (7, 6), (1, 3), 2),
    "3d": ((2, 3, 2, 2, 1), (4, 3, 6), (1, 1, 2), 1),
}


def case(name):
    shape, grid, strides, dilation_rate = CASES[name]
    kernel = np.random.default_rng(len(name)).normal(size=shape)
    return kernel, {"grid": grid, "strides": strides, "dilation_rate": dilation_rate}


def dense(kernel, grid, strides=1, dilation_rate=1, origin=None):
    """The definition of `symbol` as a matrix from flat images to flat images."""
    *size, channels, filters = kernel.shape
    strides = (strides,) * len(grid) if isinstance(strides, int) else strides
    origin = [((k - 1) * dilation_rate) // 2 for k in size] if origin is None else origin
    coarse = [n // s for n, s in zip(grid, strides, strict=True)]
    matrix = np.zeros((*coarse, filters, *grid, channels))
    for cell in itertools.product(*map(range, coarse)):
        for tap in itertools.product(*map(range, size)):
            read = [(s * i + dilation_rate * u - p) % n
                    for s, i, u, p, n in zip(strides, cell, tap, origin, grid, strict=True)]
            matrix[(*cell, slice(None), *read)] += kernel[tap].T
    return matrix.reshape(np.prod([*coarse, filters]), -1)


def matrix_of(symbol):
    """The matrix of a symbol, by what it does to every unit image."""
    count = int(np.prod(symbol.domain_shape))
    images = spectral.apply(symbol, np.eye(count).reshape(count, *symbol.domain_shape))
    return ops.convert_to_numpy(images).reshape(count, -1).T


@pytest.mark.parametrize("name", CASES)
def test_a_symbol_does_what_the_convolution_does(name):
    kernel, arguments = case(name)
    symbol = spectral.symbol(kernel, **arguments)
    assert relative_error(matrix_of(symbol), dense(kernel, **arguments)) < tolerances.LAW["float64"]
    assert relative_error(matrix_of(spectral.adjoint(symbol)), dense(kernel, **arguments).T) < tolerances.LAW["float64"]


@pytest.mark.parametrize("name", CASES)
def test_the_adjoint_passes_the_dot_test(name):
    kernel, arguments = case(name)
    symbol = spectral.symbol(kernel, **arguments)
    rng = np.random.default_rng(1)
    x, y = (rng.normal(size=(3, *shape)) for shape in (symbol.domain_shape, symbol.range_shape))
    forward = np.sum(np.asarray(spectral.apply(symbol, x)) * y)
    backward = np.sum(x * np.asarray(spectral.apply(spectral.adjoint(symbol), y)))
    assert relative_error(forward, backward) < tolerances.LAW["float64"]


def test_the_origin_moves_the_output():
    kernel, _ = case("odd")
    symbol = spectral.symbol(kernel, (5, 7), origin=(-1, 2))
    expected = dense(kernel, (5, 7), origin=(-1, 2))
    assert relative_error(matrix_of(symbol), expected) < tolerances.LAW["float64"]


@pytest.mark.parametrize("name", ("odd", "strided", "3d"))
def test_composed_symbols_act_one_after_the_other(name):
    kernel, arguments = case(name)
    symbol, matrix = spectral.symbol(kernel, **arguments), dense(kernel, **arguments)
    both = spectral.compose(symbol, spectral.adjoint(symbol))
    assert (both.domain_shape, both.range_shape) == (symbol.domain_shape, symbol.domain_shape)
    assert relative_error(matrix_of(both), matrix.T @ matrix) < tolerances.LAW["float64"]


@pytest.mark.parametrize("name", [name for name in CASES if name != "dilated"])
def test_the_kernel_comes_back_from_its_symbol(name):
    kernel, arguments = case(name)
    size, grid = kernel.shape[:-2], arguments["grid"]
    origin = tuple((k - 1) // 2 for k in size)
    symbol = spectral.symbol(kernel, **arguments)
    taps = spectral.kernel_of(symbol, size=size, origin=origin)
    whole = ops.convert_to_numpy(spectral.kernel_of(symbol, origin=origin))
    padded = np.pad(kernel, [(0, n - k) for n, k in zip(grid, size, strict=True)] + [(0, 0), (0, 0)])
    assert relative_error(taps, kernel) < tolerances.LAW["float64"]
    assert relative_error(whole, padded) < tolerances.LAW["float64"]


@pytest.mark.parametrize("name", ("odd", "even", "strided", "3d"))
def test_gradients_with_respect_to_kernel_and_images(name):
    kernel, arguments = case(name)
    rng = np.random.default_rng(2)
    x = rng.normal(size=(2, *arguments["grid"], kernel.shape[-2]))

    def function(kernel, x):
        symbol = spectral.symbol(kernel, **arguments)
        return ops.concatenate([ops.reshape(spectral.apply(symbol, x), (-1,)),
                                ops.reshape(spectral.kernel_of(symbol, size=2), (-1,))], axis=0)

    assert gradient_error(function, [kernel, x], rng) < tolerances.FINITE_DIFFERENCE


@pytest.mark.parametrize("dtype, expected", [("float16", "float32"), ("float32", "float32"), ("float64", "float64")])
def test_half_precision_is_computed_in_float32(dtype, expected):
    kernel, x = np.ones((3, 3, 1, 1), dtype), np.ones((2, 4, 5, 1), dtype)
    y = spectral.apply(spectral.symbol(kernel, (4, 5)), x)
    assert ops.dtype(y) == expected
    assert relative_error(y, np.full((2, 4, 5, 1), 9.0)) < tolerances.LAW[expected]


@pytest.mark.tensorflow("graphs")
@pytest.mark.parametrize("is_compiled", (False, True))
def test_a_graph_takes_batches_of_any_size(is_compiled):
    kernel, arguments = case("strided")
    function = tf.function(lambda kernel, x: spectral.apply(spectral.symbol(kernel, **arguments), x),
                           jit_compile=is_compiled, reduce_retracing=True)
    traced = function.get_concrete_function(kernel, tf.TensorSpec((None, 6, 4, 2), "float64"))
    for batch in (1, 3):
        x = np.random.default_rng(batch).normal(size=(batch, 6, 4, 2))
        expected = spectral.apply(spectral.symbol(kernel, **arguments), x)
        assert relative_error(traced(tf.constant(kernel), tf.constant(x)), expected) < tolerances.LAW["float64"]


def test_sizes_that_do_not_fit_are_refused():
    kernel = np.ones((3, 3, 2, 5))
    with pytest.raises(ValueError, match=r"one to three sizes .* grid=\(8,\)"):
        spectral.symbol(kernel, (8,))
    with pytest.raises(ValueError, match=r"as large as the kernel .* grid=\(8, 4\).* dilated size \(5, 5\)"):
        spectral.symbol(kernel, (8, 4), dilation_rate=2)
    with pytest.raises(ValueError, match=r"divisible by the strides.* strides=\(3, 3\)"):
        spectral.symbol(kernel, (8, 6), strides=3)
    symbol = spectral.symbol(kernel, (8, 6), strides=2)
    with pytest.raises(ValueError, match=r"\(batch, 8, 6, 2\)\. Received \(1, 8, 6, 3\)"):
        spectral.apply(symbol, np.ones((1, 8, 6, 3)))
    with pytest.raises(ValueError, match="must read what the first gives"):
        spectral.compose(symbol, symbol)
    with pytest.raises(ValueError, match="take the kernel of adjoint"):
        spectral.kernel_of(spectral.adjoint(symbol))
