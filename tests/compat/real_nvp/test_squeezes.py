"""The legacy squeezes: golden numbers exactly, one infinite pixel, bad input."""

import numpy as np
import pytest
import tensorflow as tf
from compat.real_nvp.scripts import MODES, cases, run

from tfconvkit.compat.real_nvp import (
    squeeze_2x2,
    squeeze_2x2_ordered,
    squeeze_nxn,
    unsqueeze_2x2,
)

GOLDEN = cases("squeeze")
FUNCTIONS = {
    "squeeze_2x2": lambda x, z: squeeze_2x2(x),
    "ordered": lambda x, z: squeeze_2x2_ordered(x),
    "unsqueeze_2x2": lambda x, z: unsqueeze_2x2(z),
    "ordered_reverse": lambda x, z: squeeze_2x2_ordered(z, reverse=True),
    "ordered_keep": lambda x, z: tf.split(squeeze_2x2_ordered(x), 2, axis=3)[0],
    "ordered_out": lambda x, z: tf.split(squeeze_2x2_ordered(x), 2, axis=3)[1],
}


@pytest.mark.parametrize("case, mode", [*(("s1", mode) for mode in MODES), *((f"s{k}", "eager") for k in (0, 2, 3))])
def test_squeezes_equal_the_legacy_ones_exactly(case, mode):
    golden = GOLDEN[case]

    def build(x, z):
        return {name: function(x, z) for name, function in FUNCTIONS.items()}

    results, _ = run(mode, build, [golden.inputs["x"], golden.inputs["z"]])
    for name, result in results.items():
        np.testing.assert_array_equal(result, golden.results["f"][name])


@pytest.mark.parametrize("case", ["nxn3", "nxn4"])
def test_larger_blocks_equal_the_legacy_ones_exactly(case):
    golden = GOLDEN[case]
    result = squeeze_nxn(golden.inputs["x"], golden.settings["n_factor"])
    np.testing.assert_array_equal(result, golden.results["f"]["squeeze"])


@pytest.mark.parametrize("there, back", [
    (squeeze_2x2, unsqueeze_2x2),
    (squeeze_2x2_ordered, lambda y: squeeze_2x2_ordered(y, reverse=True)),
])
def test_one_infinite_pixel_stays_one_pixel(there, back):
    x = np.zeros((1, 4, 4, 3), "float32")
    x[0, 1, 2, 1] = np.inf
    y = there(x)
    assert np.isinf(y).sum() == 1 and not np.isnan(y).any()
    np.testing.assert_array_equal(back(y), x)


def test_python_numbers_pass_as_they_did():
    assert squeeze_2x2(0.0) == 0.0 and unsqueeze_2x2(3) == 3


@pytest.mark.parametrize("call, message", [
    (lambda: squeeze_2x2(tf.ones((1, 3, 4, 1))), r"squeeze_nxn: .*divisible by 2. Received shape \(1, 3, 4, 1\). Crop"),
    (lambda: squeeze_nxn(tf.ones((1, 3, 4, 1)), 3), r"divisible by 3. Received shape \(1, 3, 4, 1\)"),
    (lambda: squeeze_2x2_ordered(tf.ones((1, 4, 5, 1))), r"squeeze_2x2_ordered: .*Received shape \(1, 4, 5, 1\)"),
    (lambda: squeeze_2x2_ordered(tf.ones((1, 2, 2, 6)), reverse=True), "divisible by 4.*Pass what squeeze_2x2"),
    (lambda: unsqueeze_2x2(tf.ones((1, 2, 2, 6))), r"unsqueeze_2x2: .*divisible by 4. Received shape \(1, 2, 2, 6\)"),
])
def test_bad_input_is_answered(call, message):
    with pytest.raises(ValueError, match=message):
        call()
