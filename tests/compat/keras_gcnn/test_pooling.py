"""The legacy pooling over orientations."""

import keras
import numpy as np
import pytest
import tolerances
from golden_files import load
from laws import relative_error

from tfconvkit.compat.keras_gcnn import GroupPool


@pytest.mark.parametrize("group", ("C4", "D4"))
def test_golden_means_are_reproduced_for_known_and_unknown_sizes(group):
    golden = load("kerasgcnn_bn_pool")
    x, y = golden[f"{group}_x"], golden[f"{group}_grouppool_y"]
    layer = GroupPool(h_input=group)
    assert relative_error(layer(x), y) <= tolerances.GOLDEN
    dynamic = keras.Sequential([keras.Input((None, None, x.shape[-1])), layer])
    assert relative_error(dynamic.predict(x, verbose=0), y) <= tolerances.GOLDEN
    assert layer.compute_output_shape(x.shape) == y.shape


def test_image_planes_are_left_as_they_are():
    x = np.random.default_rng(0).normal(size=(2, 3, 3, 5)).astype("float32")
    assert np.array_equal(GroupPool("Z2")(x), x)


def test_bad_input_is_answered_by_what_was_expected():
    with pytest.raises(ValueError, match="Expected a space .* Received 'Oh'"):
        GroupPool("Oh")
    with pytest.raises(ValueError, match='GroupPool "bad".*multiple of 8. Received 12 channels'):
        GroupPool("D4", name="bad").build((None, 5, 5, 12))
