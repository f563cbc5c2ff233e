"""The layer that cuts patches: ranks, shapes and errors; its numbers are those of `ops.patches`."""

import numpy as np
import pytest
import tolerances
from keras import ops
from laws import relative_error

from tfconvkit import layers
from tfconvkit.ops import patches


@pytest.mark.parametrize("rank", (1, 2, 3))
def test_the_layer_takes_any_number_of_grid_axes(rank):
    x = np.random.default_rng(0).normal(size=(2, *(7, 6, 5)[:rank], 3))
    layer = layers.Unfold(3, strides=2, padding="same", dtype="float64")
    assert np.array_equal(layer(x), patches.unfold(x, 3, 2, padding="same"))
    assert layer.compute_output_shape(x.shape) == layer(x).shape


def test_a_convolution_is_a_product_with_the_patches():
    x, kernel = (np.random.default_rng(0).normal(size=size) for size in ((2, 7, 8, 3), (3, 2, 3, 4)))
    cut = layers.Unfold((3, 2), strides=2, padding="same", dtype="float64")(x)
    expected = ops.conv(x, kernel, strides=2, padding="same")
    assert relative_error(cut @ kernel.reshape(-1, 4), expected) <= tolerances.LAW["float64"]


def test_unknown_sizes_stay_unknown():
    layer = layers.Unfold(3, strides=2)
    assert layer.compute_output_shape((None, None, 9, 2)) == (None, None, 4, 18)


def test_arguments_keep_their_names_and_values():
    layer = layers.Unfold([2, 3], strides=2, dilation_rate=np.int64(1), padding="SAME")
    assert (layer.size, layer.strides, layer.dilation_rate, layer.padding) == ((2, 3), 2, 1, "same")


def test_wrong_arguments_are_refused_by_name():
    with pytest.raises(ValueError, match=r'Unfold "cut": size must be a positive integer.*Received size=0'):
        layers.Unfold(0, name="cut")
    with pytest.raises(ValueError, match=r"strides must be .* Received strides=\(1, 2, 1, 1\)"):
        layers.Unfold(2, strides=(1, 2, 1, 1))
    with pytest.raises(ValueError, match='padding must be "valid" or "same". Received padding=.full.'):
        layers.Unfold(2, padding="full")


def test_wrong_shapes_are_refused_by_name():
    with pytest.raises(ValueError, match=r'Unfold "cut" expects \(batch, \*grid, channels\).*\(2, 3\)'):
        layers.Unfold(2, name="cut").build((2, 3))
    with pytest.raises(ValueError, match=r'"cut": size must be a positive integer or 1 of them.*\(2, 2\)'):
        layers.Unfold((2, 2), name="cut").build((None, 8, 3))
    with pytest.raises(ValueError, match=r'"cut": No window of 9 pixels'):
        layers.Unfold(9, name="cut").build((None, 8, 8, 3))
    with pytest.raises(ValueError, match="known channels"):
        layers.Unfold(2).build((None, 8, 8, None))
