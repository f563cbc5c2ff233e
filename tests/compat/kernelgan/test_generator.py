import numpy as np
import pytest
import tolerances
from golden_files import load
from laws import relative_error

from tfconvkit.compat.kernelgan import calc_curr_k, imresize, load_generator
from tfconvkit.ops.resize import mirrored

NAMES = ("g8_333_k7_last3x3", "g8_53311_k9", "g8_5531_k11_oddhalf", "g8_75311", "g8_s4", "g8_xavier_gain01")


@pytest.fixture(params=NAMES)
def golden(request):
    return load(f"kgan_{request.param}", "linear")


def weights_of(golden, dtype="float32"):
    return [golden[f"w{number}_oihw"].astype(dtype) for number in range(len(golden["structure"]))]


def test_the_kernel_is_the_legacy_one(golden):
    assert relative_error(calc_curr_k(weights_of(golden)), golden["kernel"]) <= tolerances.GOLDEN
    value = calc_curr_k(weights_of(golden, "float64"))
    assert relative_error(value, golden["kernel_f64"]) <= tolerances.GOLDEN_FLOAT64


def test_loaded_weights_give_the_legacy_image(golden):
    layer = load_generator(weights_of(golden), float(golden["scale_factor"]))
    assert relative_error(layer(golden["image_hwc"][None])[0], golden["g_out_hwc"]) <= tolerances.GOLDEN
    assert relative_error(calc_curr_k(layer), golden["kernel"]) <= tolerances.GOLDEN


def test_resizing_with_the_kernel_gives_the_legacy_image(golden):
    small = imresize(golden["image_hwc"], float(golden["scale_factor"]), kernel=golden["kernel"])
    assert relative_error(small, golden["imresize_out_hwc"]) <= tolerances.GOLDEN
    offset, rows = int(golden["imresize_offset"]), len(golden["g_out_hwc"])
    if offset >= 0:
        inner = small[offset : offset + rows, offset : offset + rows]
        assert relative_error(inner, golden["g_out_hwc"]) <= tolerances.GOLDEN


def test_the_generator_samples_the_full_correlation_from_half_a_kernel_on(golden):
    full = imresize(golden["image_hwc"], 1, kernel=golden["kernel"])
    half, stride = int(golden["half"]), int(golden["stride"])
    rows = half + stride * np.arange(len(golden["g_out_hwc"]))
    assert np.array_equal(mirrored(rows, len(full)), rows)
    assert relative_error(full[rows][:, rows], golden["g_out_hwc"]) <= tolerances.GOLDEN


@pytest.mark.parametrize("shapes", ([(8, 7, 7)], [(8, 3, 7, 7), (1, 8, 1, 1)], [(8, 1, 7, 7), (2, 8, 1, 1)]))
def test_other_arrays_are_refused(shapes):
    with pytest.raises(ValueError, match=r"arrays \(outputs, inputs, rows, columns\), from one channel"):
        calc_curr_k([np.ones(shape) for shape in shapes])


def test_different_widths_are_refused():
    with pytest.raises(ValueError, match=r"one width. Received \[4, 8\] output channels for 3 layers"):
        load_generator([np.ones(shape) for shape in ((4, 1, 3, 3), (8, 4, 3, 3), (1, 8, 1, 1))])
