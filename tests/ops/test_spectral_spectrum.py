"""Singular values, norms, determinants and clipped kernels against the dense matrix and golden numbers."""

import keras
import numpy as np
import pytest
import tolerances
from backends.running import compiled, graph
from golden_files import load
from keras import ops
from laws import gradient_error, relative_error

from tfconvkit import backend
from tfconvkit.ops import spectral

# Shape of the kernel, grid, strides, with as many numbers given as read: even and odd sizes, both polyphase signs.
SQUARE = {
    "even": ((3, 3, 2, 2), (4, 6), 1),
    "odd": ((2, 2, 3, 3), (5, 3), 1),
    "one": ((3, 2, 1, 1), (3, 4), 1),
    "strided": ((3, 3, 1, 4), (6, 6), 2),
    "strided_rows": ((3, 2, 1, 2), (6, 3), (2, 1)),
    "1d": ((3, 2, 4), (6,), 2),
    "3d": ((2, 2, 2, 1, 4), (2, 2, 6), (2, 1, 2)),
}
GOLDEN = ("2to5_k3", "c2_k24", "c3_k3", "c4_k5")


def case(name, seed=0):
    shape, grid, strides = SQUARE[name]
    return np.random.default_rng(seed).normal(size=shape), {"grid": grid, "strides": strides}


def matrix_of(symbol):
    count = int(np.prod(symbol.domain_shape))
    images = spectral.apply(symbol, np.eye(count).reshape(count, *symbol.domain_shape))
    return ops.convert_to_numpy(images).reshape(count, -1).T


@pytest.mark.parametrize("name", ("even", "odd", "strided", "3d"))
def test_the_singular_values_are_those_of_the_dense_matrix(name):
    kernel, arguments = case(name)
    symbol = spectral.symbol(kernel, **arguments)
    expected = np.linalg.svd(matrix_of(symbol), compute_uv=False)
    values = ops.convert_to_numpy(spectral.singular_values(symbol))
    assert values.shape == (*symbol.grid, symbol.matrices.shape[-1])
    assert relative_error(np.sort(values.ravel())[::-1], expected) < tolerances.LAW["float64"]
    assert relative_error(spectral.norm(symbol), expected[0]) < tolerances.LAW["float64"]
    assert relative_error(spectral.condition(symbol), expected[0] / expected[-1]) < tolerances.PSEUDO_INVERSE


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SQUARE)
def test_the_log_determinant_is_that_of_the_dense_matrix(name, seed):
    kernel, arguments = case(name, seed)
    symbol = spectral.symbol(kernel, **arguments)
    for one in (symbol, spectral.adjoint(symbol)):
        sign, value = np.linalg.slogdet(matrix_of(one))
        found = spectral.log_det(one)
        assert float(found[0]) == sign
        assert relative_error(found[1], value) < tolerances.LOG_DET


def test_both_signs_are_among_the_cases():
    signs = [float(spectral.log_det(spectral.symbol(kernel, **arguments))[0])
             for kernel, arguments in (case(name, seed) for name in SQUARE for seed in range(3))]
    assert {-1.0, 1.0} == set(signs)


@pytest.mark.parametrize("is_compiled", (False, True))
@pytest.mark.parametrize("taps", ([1.0, -1.0], [1.0, 0.0, 1.0]), ids=str)
def test_a_singular_operator_has_sign_zero(taps, is_compiled):
    # Singular at frequency 0, where the matrix is real, and at a quarter turn, where it is not.
    kernel = ops.convert_to_tensor(np.reshape(taps, (-1, 1, 1)))
    function = graph(lambda kernel: spectral.log_det(spectral.symbol(kernel, (4,))), is_compiled)
    assert [float(value) for value in function(kernel)] == [0.0, -np.inf]


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_spectra(name):
    data = load(f"circspec_{name}", "linear")
    kernel, grid = data["kernel_hwio"], data["in_hw"]
    symbol = spectral.symbol(kernel, grid)
    assert relative_error(spectral.singular_values(symbol), data["sv_per_frequency"]) < tolerances.GOLDEN_FLOAT64
    assert relative_error(spectral.norm(symbol), data["spectral_norm"]) < tolerances.GOLDEN_FLOAT64
    clipped = spectral.clip(kernel, grid, float(data["clip_to"]))
    expected = data["clipped_full_hwio"], data["clipped_cropped_hwio"]
    assert relative_error(clipped, expected) < tolerances.GOLDEN_FLOAT64


@pytest.mark.parametrize("name", [name for name in GOLDEN if name != "2to5_k3"])
def test_golden_log_determinants(name):
    data = load(f"circspec_{name}", "linear")
    kernel, grid = data["kernel_hwio"], data["in_hw"]
    sign, value = spectral.log_det(spectral.symbol(kernel, grid))
    assert float(sign) == data["det_sign"]
    assert relative_error(value, data["logabsdet"]) < tolerances.GOLDEN_FLOAT64
    gradient = backend.vjp(lambda kernel: spectral.log_det(spectral.symbol(kernel, grid))[1], [kernel], 1.0)[0]
    assert relative_error(gradient, data["grad_logabsdet_hwio"]) < tolerances.GOLDEN_FLOAT64


def statistics(kernel):
    """What has a gradient, in one vector."""
    symbol = spectral.symbol(kernel, (4, 6))
    values = spectral.singular_values(symbol)
    clipped = spectral.clip(kernel, (4, 6), 2.5)
    return ops.concatenate([ops.reshape(x, (-1,)) for x in (
        ops.sum(values**3), ops.max(values), spectral.norm(symbol), spectral.condition(symbol),
        spectral.log_det(symbol)[1], *clipped)], axis=0)


def test_gradients_with_respect_to_the_kernel():
    kernel, _ = case("even")
    values = ops.convert_to_numpy(spectral.singular_values(spectral.symbol(kernel, (4, 6))))
    assert values.min() < 2.5 < values.max()
    assert gradient_error(statistics, [kernel], np.random.default_rng(6)) < tolerances.FINITE_DIFFERENCE


def test_xla_finds_the_same_by_real_blocks():
    kernel = ops.convert_to_tensor(case("even")[0])

    def total(kernel):
        values = spectral.singular_values(spectral.symbol(kernel, (4, 6)))
        return ops.sum(values**3) + ops.sum(ops.sin(spectral.clip(kernel, (4, 6), 2.5)[0]))

    def both(kernel):
        return total(kernel), backend.vjp(total, [kernel], 1.0)[0]

    assert relative_error(compiled(both)(kernel), both(kernel)) < tolerances.XLA_SINGULAR


def test_xla_finds_the_log_determinant_as_precisely():
    kernel, arguments = case("strided")

    def function(kernel):
        return spectral.log_det(spectral.symbol(kernel, **arguments))

    kernel = ops.convert_to_tensor(kernel)
    assert relative_error(compiled(function)(kernel), function(kernel)) < tolerances.LAW["float64"]


def test_clipping_bounds_the_norm_and_leaves_small_kernels_alone():
    kernel, _ = case("even")
    grid = (4, 6)
    full, cropped = spectral.clip(kernel, grid, 1.5)
    assert relative_error(spectral.norm(spectral.symbol(full, grid, origin=0)), 1.5) < tolerances.LAW["float64"]
    assert float(spectral.norm(spectral.symbol(cropped, grid))) > 1.5
    assert relative_error(spectral.clip(kernel, grid, 100.0)[1], kernel) < tolerances.LAW["float64"]


def test_float32_stays_float32():
    kernel = case("even")[0].astype("float32")
    symbol = spectral.symbol(kernel, (4, 6))
    found = [spectral.singular_values(symbol), spectral.norm(symbol), *spectral.log_det(symbol)]
    assert {ops.dtype(value) for value in found} == {"float32"}
    expected = spectral.symbol(kernel.astype("float64"), (4, 6))
    expected = [spectral.singular_values(expected), spectral.norm(expected), *spectral.log_det(expected)]
    assert relative_error(found, expected) < tolerances.LAW["float32"]


def check_that_nan_is_not_inverted(symbol):
    """TensorFlow refuses by itself; the others give NaN."""
    if keras.backend.backend() == "tensorflow":
        with pytest.raises(Exception, match="not invertible"):
            spectral.pinv(symbol)
    else:
        assert np.isnan(spectral.pinv(symbol).matrices).all()


def test_nan_in_the_kernel_stays_visible():
    symbol = spectral.symbol(np.full((3, 3, 2, 2), np.nan), (4, 5))
    found = [spectral.norm(symbol), spectral.condition(symbol), *spectral.log_det(symbol),
             spectral.singular_values(symbol), spectral.pinv(symbol, rcond=0.1).matrices]
    assert all(np.isnan(value).all() for value in found)
    check_that_nan_is_not_inverted(symbol)


def test_an_operator_that_is_not_square_has_no_determinant():
    with pytest.raises(ValueError, match=r"square operator.* domain \(4, 6, 2\) and the range \(2, 3, 2\)"):
        spectral.log_det(spectral.symbol(np.ones((3, 3, 2, 2)), (4, 6), strides=2))
