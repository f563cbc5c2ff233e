import numpy as np
import pytest
import tolerances
from golden_files import load
from laws import relative_error

from tfconvkit.compat.kernelgan import imresize, kernel_shift
from tfconvkit.compat.kernelgan.resizing import INTERPOLATIONS
from tfconvkit.ops import resize

GOLDEN = load("kgan_imresize", "linear")
IMAGE = GOLDEN["image_hwc"]
NAMED = [key for key in GOLDEN if key.split("_")[0] in ("cubic", "lanczos2", "lanczos3", "linear", "box")]


@pytest.mark.parametrize("name", [key for key in NAMED if key.count("_") == 1 and "_sf" in key])
def test_interpolations_give_the_legacy_numbers(name):
    kernel, scale = name.split("_sf")
    assert relative_error(imresize(IMAGE, float(scale), kernel=kernel), GOLDEN[name]) <= tolerances.GOLDEN_FLOAT64


@pytest.mark.parametrize("name", [key for key in NAMED if key.startswith("lanczos") and key.endswith("_mirror")])
def test_legacy_lanczos_weights_mirrored_at_all_borders(name):
    x, scale = IMAGE.astype("float64"), float(name.split("_sf")[1][:4])
    for axis in (0, 1):
        size = IMAGE.shape[axis]
        positions, weights = resize.taps(size, int(np.ceil(size * scale)), scale, INTERPOLATIONS[name.split("_")[0]])
        x = resize.resampled(x, resize.mirrored(positions, size), weights, axis)
    assert relative_error(x, GOLDEN[name]) <= tolerances.GOLDEN_FLOAT64


def test_antialiasing_may_be_off():
    value = imresize(IMAGE, 0.5, antialiasing=False)
    assert relative_error(value, GOLDEN["cubic_noaa_sf0.50"]) <= tolerances.GOLDEN_FLOAT64


def test_a_shape_may_be_given():
    value = imresize(IMAGE, output_shape=(13, 17))
    assert relative_error(value, GOLDEN["cubic_outshape_13x17"]) <= tolerances.GOLDEN_FLOAT64


@pytest.mark.parametrize("name", [key for key in GOLDEN if key.startswith("k") and "_sf" in key])
def test_kernels_of_numbers_give_the_legacy_numbers(name):
    kernel, scale = name.split("_sf")
    y = imresize(IMAGE, {"0.33": 1 / 3}.get(scale, float(scale)), kernel=GOLDEN[kernel])
    assert y.dtype == "float32" and relative_error(y, GOLDEN[name]) <= tolerances.GOLDEN


def test_a_kernel_may_be_centred_first():
    kernel = GOLDEN["k7"]
    value = imresize(IMAGE, 0.5, kernel=kernel, kernel_shift_flag=True)
    assert np.array_equal(value, imresize(IMAGE, 0.5, kernel=kernel_shift(kernel, 2)))
