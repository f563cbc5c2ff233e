"""Pseudo-inverses of symbols: the conditions of Penrose, dense matrices, golden numbers."""

import numpy as np
import pytest
import tolerances
from backends.running import compiled
from golden_files import load
from keras import ops
from laws import gradient_error, relative_error

from tfconvkit import backend
from tfconvkit.ops import spectral

GOLDEN = ("circ_dom_c3", "circ_even_k4_c2", "circ_randn_c4", "circ_rankdef_c3", "circ_s2_2to8", "circ_s2_c3",
          "circ_tall_2to4", "circ_wide_4to2")
# Shape of the kernel, grid, strides; the first is square, then more equations, fewer, and strides on one axis.
CASES = {
    "square": ((3, 3, 2, 2), (5, 6), 1),
    "tall": ((3, 2, 1, 3), (4, 5), 1),
    "wide": ((2, 3, 3, 2), (5, 4), 1),
    "strided": ((3, 3, 2, 3), (4, 6), (1, 2)),
    "1d": ((4, 2, 6), (9,), 3),
}


def case(name):
    shape, grid, strides = CASES[name]
    kernel = np.random.default_rng(len(name)).normal(size=shape)
    return kernel, {"grid": grid, "strides": strides}


def matrix_of(symbol):
    count = int(np.prod(symbol.domain_shape))
    images = spectral.apply(symbol, np.eye(count).reshape(count, *symbol.domain_shape))
    return ops.convert_to_numpy(images).reshape(count, -1).T


def penrose_error(a, p):
    conditions = (a @ p @ a, a), (p @ a @ p, p), ((a @ p).T, a @ p), ((p @ a).T, p @ a)
    return max(relative_error(one, other) for one, other in conditions)


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_pseudo_inverses(name):
    data = load(f"pinv_{name}", "linear")
    symbol = spectral.symbol(data["kernel_hwio"], data["in_hw"], strides=int(data["stride"]))
    # The square symbols of full rank are inverted by LU factors.
    rcond = None if data["rank"] == len(data["singular_values"]) else float(data["rcond"])
    cases = [("y", "xhat", {"rcond": rcond}), ("y_random", "xhat_random", {"rcond": rcond})]
    for kind, key in (("rcond", "rcond"), ("tikhonov", "damping")):
        found = [answer for answer in data if answer.startswith(f"xhat_random_{kind}_")]
        assert len(found) == {"rcond": 2, "tikhonov": 3}[kind]
        cases += [("y_random", answer, {key: float(answer.rpartition("_")[2])}) for answer in found]
    assert relative_error(spectral.apply(symbol, data["x"][None])[0], data["y"]) < tolerances.PSEUDO_INVERSE
    for given, answer, arguments in cases:
        y, inverse = data[given][None], spectral.pinv(symbol, **arguments)
        assert relative_error(spectral.apply(inverse, y)[0], data[answer]) < tolerances.PSEUDO_INVERSE
        assert relative_error(spectral.solve(symbol, y, **arguments)[0], data[answer]) < tolerances.PSEUDO_INVERSE


@pytest.mark.parametrize("name", CASES)
def test_the_inverse_meets_the_conditions_of_penrose(name):
    kernel, arguments = case(name)
    symbol = spectral.symbol(kernel, **arguments)
    inverse = spectral.pinv(symbol)
    assert (inverse.domain_shape, inverse.range_shape) == (symbol.range_shape, symbol.domain_shape)
    assert penrose_error(matrix_of(symbol), matrix_of(inverse)) < tolerances.PSEUDO_INVERSE


def test_a_truncated_inverse_is_that_of_the_truncated_operator():
    kernel, arguments = case("wide")
    symbol = spectral.symbol(kernel, **arguments)
    u, s, v = np.linalg.svd(matrix_of(symbol), full_matrices=False)
    truncated = (u * np.where(s > 0.4 * s[0], s, 0)) @ v
    assert 0 < np.sum(s > 0.4 * s[0]) < len(s)
    inverse = matrix_of(spectral.pinv(symbol, rcond=0.4))
    assert penrose_error(truncated, inverse) < tolerances.PSEUDO_INVERSE
    assert penrose_error(matrix_of(symbol), inverse) > 0.1


@pytest.mark.parametrize("name", ("square", "tall", "wide"))
def test_a_damped_inverse_keeps_the_symmetries(name):
    kernel, arguments = case(name)
    symbol = spectral.symbol(kernel, **arguments)
    a, p = matrix_of(symbol), matrix_of(spectral.pinv(symbol, damping=0.5))
    expected = np.linalg.solve(a.T @ a + 0.5 * np.eye(a.shape[1]), a.T)
    assert relative_error(p, expected) < tolerances.PSEUDO_INVERSE
    assert max(relative_error((a @ p).T, a @ p), relative_error((p @ a).T, p @ a)) < tolerances.PSEUDO_INVERSE


@pytest.mark.parametrize("arguments", ({}, {"rcond": 0.4}, {"damping": 0.5}), ids=str)
@pytest.mark.parametrize("name", CASES)
def test_gradients_with_respect_to_kernel_and_images(name, arguments):
    kernel, options = case(name)
    rng = np.random.default_rng(3)

    def both(kernel, y):
        symbol = spectral.symbol(kernel, **options)
        return ops.stack([spectral.solve(symbol, y, **arguments),
                          spectral.apply(spectral.pinv(symbol, **arguments), 2 * y)])

    y = rng.normal(size=(2, *spectral.symbol(kernel, **options).range_shape))
    assert gradient_error(both, [kernel, y], rng) < tolerances.FINITE_DIFFERENCE


def test_equal_singular_values_have_the_gradient_of_the_inverse():
    rng = np.random.default_rng(4)
    kernel = np.zeros((3, 3, 2, 2))
    kernel[1, 1] = 2 * np.eye(2)
    y = rng.normal(size=(1, 4, 5, 2))

    def truncated(kernel):
        return spectral.apply(spectral.pinv(spectral.symbol(kernel, (4, 5)), rcond=1e-3), y)

    assert gradient_error(truncated, [kernel], rng) < tolerances.FINITE_DIFFERENCE


@pytest.mark.parametrize("name, arguments, tolerance", [
    ("square", {}, tolerances.PSEUDO_INVERSE),
    ("wide", {"rcond": 0.4}, tolerances.XLA_SINGULAR),
])
def test_xla_finds_the_same_by_real_blocks(name, arguments, tolerance):
    kernel, options = case(name)
    y = np.random.default_rng(5).normal(size=(2, *spectral.symbol(kernel, **options).range_shape))

    def function(kernel, y):
        def inverted(kernel):
            return spectral.apply(spectral.pinv(spectral.symbol(kernel, **options), **arguments), y)

        x = inverted(kernel)
        return x, backend.vjp(inverted, [kernel], x)[0]

    kernel, y = ops.convert_to_tensor(kernel), ops.convert_to_tensor(y)
    assert relative_error(compiled(function)(kernel, y), function(kernel, y)) < tolerance


def test_the_inverse_is_as_large_as_the_symbol():
    kernel, arguments = case("strided")
    symbol = spectral.symbol(kernel, **arguments)
    for options in ({}, {"rcond": 0.1}, {"damping": 0.5}):
        inverse = spectral.pinv(symbol, **options)
        assert inverse.matrices.dtype == symbol.matrices.dtype
        assert tuple(inverse.matrices.shape) == tuple(np.array(symbol.matrices.shape)[[0, 2, 1]])


def test_the_inverse_filter_undoes_the_convolution():
    kernel, _ = case("square")
    inverse = spectral.inverse_filter(kernel, (5, 6))
    both = spectral.compose(spectral.symbol(kernel, (5, 6), origin=0), spectral.symbol(inverse, (5, 6), origin=0))
    assert relative_error(matrix_of(both), np.eye(60)) < tolerances.PSEUDO_INVERSE


@pytest.mark.parametrize("name", ("c2_k24", "c3_k3", "c4_k5"))
def test_golden_inverse_filters(name):
    data = load(f"circspec_{name}", "linear")
    inverse = spectral.inverse_filter(data["kernel_hwio"], data["in_hw"])
    assert relative_error(inverse, data["inverse_filter_hwio"]) < tolerances.PSEUDO_INVERSE


def test_numbers_that_do_not_fit_are_refused():
    symbol = spectral.symbol(np.ones((3, 3, 1, 2)), (4, 5))
    for function in (spectral.pinv, lambda symbol, **options: spectral.solve(symbol, np.ones((1, 4, 5, 2)), **options)):
        with pytest.raises(ValueError, match=r"not both\. Received rcond=0\.1, damping=0\.1"):
            function(symbol, rcond=0.1, damping=0.1)
        with pytest.raises(ValueError, match="damping=-1"):
            function(symbol, damping=-1)
        with pytest.raises(ValueError, match="rcond=2"):
            function(symbol, rcond=2)
    with pytest.raises(ValueError, match=r"square operator.* range \(4, 5, 2\)"):
        spectral.inverse_filter(np.ones((3, 3, 1, 2)), (4, 5))
    with pytest.raises(ValueError, match=r"\(batch, 4, 5, 2\)\. Received \(1, 4, 5, 1\)"):
        spectral.solve(symbol, np.ones((1, 4, 5, 1)), damping=0.1)
