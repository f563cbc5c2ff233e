import numpy as np
import pytest
import tolerances
from golden_files import load
from laws import gradient_error, relative_error

from tfconvkit import backend, losses
from tfconvkit.ops.blur_kernels import scale_centre

GOLDEN = load("kgan_post_losses_k13", "linear")
TERMS = {
    "sum2one": losses.sum_to_one,
    "boundaries": losses.boundaries,
    "centralized": losses.centralized,
    "centralized_sf025": lambda kernel: losses.centralized(kernel, scale=4),
    "sparse": losses.sparse,
}


@pytest.mark.parametrize("name", TERMS)
def test_the_gradient_is_the_slope(name):
    rng = np.random.default_rng(0)
    kernel = rng.uniform(0.1, 1, size=(9, 9))
    assert gradient_error(TERMS[name], [kernel], rng) <= tolerances.FINITE_DIFFERENCE


@pytest.mark.parametrize("name", TERMS)
@pytest.mark.parametrize("number", range(4))
def test_values_and_gradients_are_the_legacy_ones(name, number):
    kernel = GOLDEN[f"k{number}"]
    value, expected = TERMS[name](kernel), GOLDEN[f"k{number}_loss_{name}"]
    if name == "sum2one":
        # One minus a sum near 1 has the rounding of that sum, which goes by the order of adding.
        assert abs(float(value) - float(expected)) <= tolerances.SUM_NEAR_ONE
    else:
        assert relative_error(value, expected) <= tolerances.GOLDEN
    gradient = backend.vjp(TERMS[name], [kernel], 1.0)
    assert relative_error(gradient, [GOLDEN[f"k{number}_grad_{name}"]]) <= tolerances.GOLDEN


def test_a_perfect_kernel_costs_nothing_but_its_cells():
    for size, scale in ((9, 3), (10, 3)):
        kernel = np.zeros((size, size))
        kernel[tuple(scale_centre((size, size), scale).astype(int))] = 1
        assert float(losses.sum_to_one(kernel)) == float(losses.boundaries(kernel)) == 0
        assert float(losses.centralized(kernel, scale)) == 0


def test_terms_take_the_kernel_of_a_convolution():
    kernel = GOLDEN["k0"]
    for term in TERMS.values():
        assert float(term(kernel[..., None, None])) == float(term(kernel))


def test_a_kernel_of_zeros_has_a_finite_gradient():
    gradient, = backend.vjp(losses.sparse, [np.zeros((9, 9), "float32")], 1.0)
    assert np.isfinite(gradient).all()


def test_half_precision_is_summed_in_float32():
    kernel = np.ones((40, 40), "float16")
    assert float(losses.sum_to_one(kernel)) == 1599


@pytest.mark.parametrize("shape", ((3, 3, 3, 3), (9,)))
def test_kernels_of_several_channels_are_refused(shape):
    with pytest.raises(ValueError, match=r"or \(height, width, 1, 1\)"):
        losses.sparse(np.ones(shape))


def test_a_border_needs_a_square():
    with pytest.raises(ValueError, match=r"expects a square kernel. Received shape \(9, 11\)"):
        losses.boundaries(np.ones((9, 11)))
