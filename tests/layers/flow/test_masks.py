import golden_files
import numpy as np
import pytest
import tensorflow as tf

from tfconvkit.layers.flow.masks import Mask

TUTORIAL = golden_files.load("uva_squeeze_split_masks", area="flow")


@pytest.mark.parametrize("key", [key for key in TUTORIAL if key.startswith(("checkerboard", "channel"))])
def test_masks_are_those_of_the_tutorial(key):
    name, _, inverted = key.split("_")
    expected = np.moveaxis(TUTORIAL[key], 1, -1)
    x = np.zeros(expected.shape)
    np.testing.assert_array_equal(Mask(name, complement=inverted == "invert1").values(x), expected)


def test_masks_follow_their_formulas():
    x = np.zeros((1, 3, 4, 5))
    i, j, c = np.indices(x.shape[1:])
    expected = {"checkerboard": i + j, "row": i, "column": j, "channel_parity": c, "channel": c < 2}
    for name, parity in expected.items():
        value = np.broadcast_to(Mask(name).values(x), x.shape)[0]
        np.testing.assert_array_equal(value, parity % 2)
        np.testing.assert_array_equal(np.broadcast_to(Mask(name, True).values(x), x.shape)[0], 1 - parity % 2)
    volume = np.zeros((1, 2, 3, 2, 1))
    np.testing.assert_array_equal(Mask("checkerboard").values(volume)[0, ..., 0], np.indices((2, 3, 2)).sum(0) % 2)


@pytest.mark.tensorflow("graphs")
@pytest.mark.parametrize("name", ("checkerboard", "row", "column"))
def test_unknown_grids_give_the_same_mask(name):
    function = tf.function(Mask(name).values, input_signature=[tf.TensorSpec((None, None, None, 2))])
    for grid in ((3, 4), (5, 2)):
        x = np.zeros((1, *grid, 2), "float32")
        np.testing.assert_array_equal(function(x), Mask(name).values(x))


@pytest.mark.parametrize("name", ("channel", "channel_parity"))
@pytest.mark.parametrize("channels", (2, 5, 6))
@pytest.mark.parametrize("complement", (False, True))
def test_channels_are_cut_and_merged(name, channels, complement):
    mask, x = Mask(name, complement), np.random.default_rng(0).normal(size=(2, 3, channels))
    kept, changed = x[..., mask.kept_channels(channels)], x[..., mask.changed_channels(channels)]
    np.testing.assert_array_equal(mask.merge(kept, changed), x)
    values = np.broadcast_to(mask.values(x), x.shape)
    np.testing.assert_array_equal(np.asarray(mask.merge(np.ones_like(kept), np.zeros_like(changed))), values)


def test_arrays_have_the_shape_of_channels_grid_or_both():
    x = np.zeros((1, 2, 3, 4))
    rng = np.random.default_rng(0)
    for shape, full in (((4,), (1, 1, 4)), ((2, 3), (2, 3, 1)), ((2, 3, 4), (2, 3, 4)), ((1, 3, 1), (1, 3, 1))):
        array = rng.integers(0, 2, size=shape)
        array.flat[:2] = 0, 1
        mask = Mask(array)
        mask.check((None, 2, 3, 4))
        np.testing.assert_array_equal(mask.values(x)[0], array.reshape(full))
        assert mask.channels(rank=2) == full[-1]
        np.testing.assert_array_equal(Mask(mask.config).values(x), mask.values(x))


def test_masks_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match='mask must be one of "checkerboard".*mask=\'diagonal\''):
        Mask("diagonal")
    with pytest.raises(ValueError, match="zeros and ones only"):
        Mask([0, 2])
    with pytest.raises(ValueError, match=r"Received a mask of shape \(3,\).*input of shape \(None, 4, 4, 2\)"):
        Mask([0, 1, 1]).check((None, 4, 4, 2))
    with pytest.raises(ValueError, match=r"with values \[1\]"):
        Mask([1, 1]).check((None, 4, 4, 2))
    with pytest.raises(ValueError, match='mask="channel" needs at least 2 channels'):
        Mask("channel").check((None, 4, 4, 1))
    with pytest.raises(ValueError, match='mask="column" needs a grid axis more'):
        Mask("column").check((None, 4, 1))
