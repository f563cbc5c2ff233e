import numpy as np
import pytest
import tolerances
from golden_files import load
from laws import relative_error

from tfconvkit.compat.kernelgan import (
    analytic_kernel,
    create_gaussian,
    create_penalty_mask,
    kernel_shift,
    post_process_k,
    zeroize_negligible_val,
)

GOLDEN = load("kgan_post_losses_k13", "linear")
SCALES = {"sf1": 1, "sf2": 2, "sf4": 4, "sf23": (2, 3)}


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("count", (20, 40))
def test_cleaned_kernels_are_the_legacy_ones(number, count):
    kernel = GOLDEN[f"k{number}"]
    cleaned, moved = zeroize_negligible_val(kernel, count), post_process_k(kernel, count)
    assert cleaned.dtype == moved.dtype == "float32" and moved.shape == (17, 17)
    assert relative_error(cleaned, GOLDEN[f"k{number}_zeroize_n{count}"]) <= tolerances.GOLDEN
    assert relative_error(moved, GOLDEN[f"k{number}_post_n{count}"]) <= tolerances.GOLDEN


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("name", SCALES)
def test_moved_kernels_are_the_legacy_ones(number, name):
    moved = kernel_shift(GOLDEN[f"k{number}"], SCALES[name])
    assert relative_error(moved, GOLDEN[f"k{number}_shift_{name}"]) <= tolerances.GOLDEN


@pytest.mark.parametrize("number", range(4))
def test_moved_kernels_of_float64_are_the_legacy_ones(number):
    moved = kernel_shift(GOLDEN[f"k{number}"].astype("float64"), 2)
    assert relative_error(moved, GOLDEN[f"k{number}_shift_f64_sf2"]) <= tolerances.GOLDEN_FLOAT64


def test_even_kernels_go_half_a_cell_too_far_as_they_did():
    assert relative_error(kernel_shift(GOLDEN["even_k"], 2), GOLDEN["even_k_shift_sf2"]) <= tolerances.GOLDEN


@pytest.mark.parametrize("number", range(4))
def test_kernels_of_scale_4_are_the_legacy_ones(number):
    assert relative_error(analytic_kernel(GOLDEN[f"k{number}"]), GOLDEN[f"k{number}_analytic_x4"]) <= tolerances.GOLDEN
    value = analytic_kernel(GOLDEN[f"k{number}_post_n40"])
    assert relative_error(value, GOLDEN[f"k{number}_analytic_x4_of_post40"]) <= tolerances.GOLDEN


def test_masks_are_the_legacy_ones():
    expected = GOLDEN["gaussian_sigma_eq_size"]
    assert relative_error(create_gaussian(13, 13), expected) <= tolerances.GOLDEN_FLOAT64
    assert relative_error(create_penalty_mask(13, 30), GOLDEN["penalty_mask_scale30"]) <= tolerances.GOLDEN_FLOAT64


def test_gaussians_may_be_wider_in_columns():
    kernel = create_gaussian(21, 1.0, 2.0)
    assert np.allclose([kernel[9, 10] / kernel[10, 10], kernel[10, 9] / kernel[10, 10]], np.exp([-1 / 2, -1 / 8]))
