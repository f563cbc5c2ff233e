"""The layer that adds patches up: the way back, sizes, transposed convolutions and errors."""

import keras
import numpy as np
import pytest
import tolerances
from laws import relative_error

from tfconvkit import layers
from tfconvkit.ops import patches


@pytest.mark.parametrize("rank", (1, 2, 3))
@pytest.mark.parametrize("size, strides", [(4, 3), (4, 2), (3, 1)])
def test_the_layer_undoes_unfold_on_any_number_of_grid_axes(rank, size, strides):
    x = np.random.default_rng(0).normal(size=(2, *(7, 6, 5)[:rank], 3))
    cut = layers.Unfold(size, strides=strides, padding="same", dtype="float64")(x)
    layer = layers.Fold(
        size, strides, padding="same", output_size=x.shape[1:-1], normalize="count", dtype="float64"
    )
    assert relative_error(layer(cut), x) <= tolerances.LAW["float64"]
    assert layer.compute_output_shape(cut.shape) == x.shape


@pytest.mark.parametrize("pads", ("valid", "same"))
@pytest.mark.parametrize("size, strides", [(4, 2), (4, 3), (3, 1)])
def test_a_pointwise_convolution_and_fold_are_a_transposed_convolution(pads, size, strides):
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 3))
    expected = keras.layers.Conv2DTranspose(2, size, strides, pads, use_bias=False, dtype="float64")
    y = expected(x)
    flat = expected.get_weights()[0].reshape(-1, 3)
    folded = layers.Fold(size, strides, padding=pads, dtype="float64")(x @ flat.T)
    assert relative_error(folded, y) <= tolerances.LAW["float64"]


def test_the_output_size_may_be_one_integer_for_all_axes():
    layer = layers.Fold(3, strides=2, padding="same", output_size=7)
    assert layer(np.ones((1, 4, 4, 18))).shape == (1, 7, 7, 2)


def test_unknown_sizes_follow_the_transposed_convolution():
    layer = layers.Fold((3, 4), strides=2, dilation_rate=(2, 1))
    assert layer.compute_output_shape((None, None, 5, 24)) == (None, None, 12, 2)
    assert layer(np.ones((1, 4, 5, 24))).shape == (1, 11, 12, 2)


def test_the_sum_is_not_normalised_unless_asked():
    ones = np.ones((1, 5, 2))
    assert keras.ops.convert_to_numpy(layers.Fold(2)(ones)).reshape(-1).tolist() == [1, 2, 2, 2, 2, 1]
    assert keras.ops.convert_to_numpy(layers.Fold(2, normalize="count")(ones)).reshape(-1).tolist() == [1] * 6
    assert patches.overlap_count(6, 2).tolist() == [1, 2, 2, 2, 2, 1]


def test_wrong_arguments_are_refused_by_name():
    with pytest.raises(ValueError, match='Fold "paste": normalize must be "count". Received normalize=.mean.'):
        layers.Fold(2, normalize="mean", name="paste")
    with pytest.raises(ValueError, match=r"output_size must be a positive integer.*Received output_size=\(None, 8\)"):
        layers.Fold(2, output_size=(None, 8))


def test_wrong_shapes_are_refused_by_name():
    with pytest.raises(ValueError, match=r'"paste": Expected patches \(batch, 7, 7, 4 \* channels\).*6, 7, 8\)'):
        layers.Fold(2, output_size=8, name="paste").build((None, 6, 7, 8))
    with pytest.raises(ValueError, match=r'"paste": Expected patches \(batch, None, 7, 4 \* channels\)'):
        layers.Fold(2, name="paste").build((None, None, 7, 6))
    with pytest.raises(ValueError, match=r'Fold "paste" expects \(batch, \*grid, channels\)'):
        layers.Fold(2, name="paste").build((None, 6))
    with pytest.raises(ValueError, match=r"size must be a positive integer or 2 of them.*Received size=\(2,\)"):
        layers.Fold((2,)).build((None, 6, 7, 8))
