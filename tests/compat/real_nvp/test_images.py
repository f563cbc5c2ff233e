"""The small moves of the legacy code."""

import numpy as np
import pytest
import tensorflow as tf
from compat.real_nvp.scripts import MODES, cases, run

from tfconvkit.compat.real_nvp import as_one_hot, batch_random_flip, depool_2x2, max_pool_2x2


@pytest.mark.parametrize("mode", MODES)
def test_depooling_equals_the_legacy_one_exactly(mode):
    golden = cases("squeeze")["depool2"]
    result, _ = run(mode, lambda x: depool_2x2(x, golden.settings["stride"]), [golden.inputs["x"]])
    np.testing.assert_array_equal(result, golden.results["f"]["depool"])


def test_pooling_undoes_depooling():
    x = np.random.default_rng(0).uniform(size=(2, 3, 5, 4)).astype("float32")
    np.testing.assert_array_equal(max_pool_2x2(depool_2x2(x)), x)


def test_depooling_by_three_puts_every_pixel_at_the_corner_of_its_block():
    x = np.arange(1.0, 5.0, dtype="float32").reshape(1, 2, 2, 1)
    y = depool_2x2(x, stride=3).numpy()
    np.testing.assert_array_equal(y[:, ::3, ::3], x)
    assert y.shape == (1, 6, 6, 1) and np.count_nonzero(y) == 4


def test_each_image_is_mirrored_or_not():
    x = np.random.default_rng(1).uniform(size=(16, 2, 4, 3)).astype("float32")
    tf.random.set_seed(2)
    y = batch_random_flip(x).numpy()
    mirrored = [np.array_equal(one, other[:, ::-1]) for one, other in zip(y, x, strict=True)]
    same = [np.array_equal(one, other) for one, other in zip(y, x, strict=True)]
    assert all(a != b for a, b in zip(mirrored, same, strict=True)) and 0 < sum(mirrored) < 16
    assert batch_random_flip(0.0) == 0.0


def test_one_hot_appends_an_axis():
    np.testing.assert_array_equal(as_one_hot(np.array([[2, 0]]), 3), [[[0, 0, 1], [1, 0, 0]]])
