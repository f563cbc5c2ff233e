import numpy as np
import pytest
import tolerances
from golden_files import load
from laws import relative_error

from tfconvkit.ops import blur_kernels
from tfconvkit.ops.blur_kernels import centre_of_mass, centred, denoised, scale_centre, shifted, squared_scale
from tfconvkit.ops.resize import imresize

GOLDEN = load("kgan_post_losses_k13", "linear")
KERNELS = [GOLDEN[f"k{number}"] for number in range(4)]


@pytest.mark.parametrize("kernel", KERNELS, ids=range(4))
@pytest.mark.parametrize("crop", (False, True))
def test_the_centre_of_mass_is_where_it_should_be(kernel, crop):
    fading = np.pad(denoised(kernel), 2)
    moved = centred(fading, scale_centre(fading.shape, 2), crop=crop)
    grown = (len(moved) - len(fading)) // 2
    assert (len(moved) == len(fading)) == crop
    # The spline rings below 1e-4 around the kernel; cut off, that moves the centre a little.
    assert np.abs(centre_of_mass(moved) - 8.5 - grown).max() <= tolerances.CENTRE
    assert moved.sum() == pytest.approx(1, rel=1e-4)


def test_whole_cells_are_moved_exactly():
    kernel = np.pad(KERNELS[0], 3)
    expected = np.roll(kernel, (2, -1), axis=(0, 1))
    assert relative_error(shifted(kernel, (2, -1)), expected) <= tolerances.LAW["float64"]


def test_a_shift_undone_leaves_smooth_kernels():
    t = np.arange(31.0) - 15
    kernel = np.exp(-np.add.outer(t**2, t**2) / 20)
    assert relative_error(shifted(shifted(kernel, (0.3, -1.6)), (-0.3, 1.6)), kernel) <= tolerances.RESAMPLED


def test_two_steps_of_scale_2_are_one_with_the_squared_kernel():
    rng = np.random.default_rng(0)
    kernel = np.zeros((9, 9))
    kernel[3:6, 3:6] = rng.uniform(size=(3, 3))
    kernel /= kernel.sum()
    image = rng.normal(size=(80, 80, 1))
    twice = imresize(imresize(image, 0.5, kernel=kernel), 0.5, kernel=kernel)
    once = imresize(image, 0.25, kernel=squared_scale(kernel))
    # Both read x[4 i + u + 2 v - 12], if the cropped half, 4 of 25, and half of what is left, 8, make up 12.
    assert squared_scale(kernel).shape == (17, 17)
    inner = (slice(4, -4), slice(4, -4))
    assert relative_error(np.asarray(once)[inner], np.asarray(twice)[inner]) <= tolerances.LAW["float64"]


def test_denoising_sums_to_one_and_keeps_the_largest():
    for count in (20, 40):
        kernel = denoised(KERNELS[1], count)
        assert kernel.sum() == pytest.approx(1, rel=1e-12) and kernel.min() == 0
        assert np.argmax(kernel) == np.argmax(KERNELS[1])
        assert (kernel > 0).sum() >= count


@pytest.mark.parametrize("number", range(4))
def test_moving_gives_the_legacy_numbers(number):
    kernel = KERNELS[number].astype("float64")
    moved = centred(kernel, (6.5, 6.5), crop=False)
    assert relative_error(moved, GOLDEN[f"k{number}_shift_f64_sf2"]) <= tolerances.GOLDEN_FLOAT64
    assert relative_error(centre_of_mass(kernel), GOLDEN[f"k{number}_com"]) <= tolerances.GOLDEN


@pytest.mark.parametrize("number", range(4))
def test_the_squared_kernel_gives_the_legacy_numbers(number):
    for source, name in (("", "analytic_x4"), ("_post_n40", "analytic_x4_of_post40")):
        value = squared_scale(GOLDEN[f"k{number}{source}"])
        assert relative_error(value, GOLDEN[f"k{number}_{name}"]) <= tolerances.GOLDEN


def test_kernels_without_anything_to_keep_are_named():
    with pytest.raises(ValueError, match="count below the 9 cells of the kernel. Received count=40"):
        denoised(np.ones((3, 3)))
    with pytest.raises(ValueError, match="no positive value in the kernel. Received a largest value of -1.0"):
        blur_kernels.denoised(-np.ones((3, 3)), 2)
