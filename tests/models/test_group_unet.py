import keras
import numpy as np
import pytest
from models.cases import parameters

from tfconvkit.models import GroupUNet


@pytest.mark.slow
@pytest.mark.parametrize("group, trainable", [(None, 31036481), ("C4", 31029793), ("D4", 31056347)])
def test_counts_are_the_documented_ones(group, trainable):
    assert parameters(GroupUNet(group, (None, None, 1))) == trainable


@pytest.mark.parametrize("group", (None, "C2", "D4"))
def test_the_output_is_as_large_as_the_input(group):
    model = GroupUNet(group, widths=(2, 3, 4), classes=5)
    for grid in ((4, 4), (8, 12), (20, 4)):
        assert model(np.ones((2, *grid, 3), "float32")).shape == (2, *grid, 5)


def test_levels_halve_the_grid_and_come_back():
    model = GroupUNet("C4", (16, 16, 1), widths=(2, 3, 4))
    shapes = {name: model.get_layer(name).output.shape[1:] for name in ("down2_conv2", "up1_concatenate", "up0_conv2")}
    assert shapes == {"down2_conv2": (4, 4, 16), "up1_concatenate": (8, 8, 24), "up0_conv2": (16, 16, 8)}


@pytest.mark.parametrize("shape", [(30, 32, 3), (None, 18, 3), (2, 4, 3)])
def test_a_known_size_that_is_no_multiple_is_named(shape):
    with pytest.raises(ValueError, match=r"at least 4 and a multiple of 4.*Received input_shape=\("):
        GroupUNet("D4", shape, widths=(2, 3, 4))


def test_an_open_size_that_is_no_multiple_stops_the_call():
    model = GroupUNet("D4", widths=(2, 3))
    with pytest.raises(Exception, match="(?i)concat"):
        model(np.ones((1, 5, 6, 3), "float32"))


def test_the_head_is_optional():
    assert GroupUNet("D4", widths=(2, 3), include_top=False).output_shape == (None, None, None, 16)
    model = GroupUNet("C4", widths=(2, 3), classes=3, classifier_activation="softmax")
    scores = keras.ops.convert_to_numpy(model(np.ones((1, 4, 4, 3), "float32")))
    assert np.allclose(scores.sum(axis=-1), 1, atol=1e-6)
