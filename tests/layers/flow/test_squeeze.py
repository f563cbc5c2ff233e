import keras
import numpy as np
import pytest
from laws import round_trip_error

from tfconvkit import layers
from tfconvkit.ops import squeeze


@pytest.mark.parametrize("order", squeeze.ORDERS)
@pytest.mark.parametrize(
    "block, shape", [(2, (4, 6, 3)), (3, (9, 3, 2)), (2, (4, 3)), (2, (2, 4, 2, 1)), (4, (8, 4, 1))]
)
def test_the_layer_moves_as_the_function_and_back(order, block, shape):
    x = np.random.default_rng(0).normal(size=(2, *shape))
    layer = layers.Squeeze(block, order, dtype="float64")
    np.testing.assert_array_equal(layer(x), squeeze.squeeze(x, block, order))
    assert round_trip_error(layer, x) == 0
    assert layer.compute_input_shape(layer.compute_output_shape((None, *shape))) == (None, *shape)


def test_integers_stay_integers():
    x = np.arange(16, dtype="uint8").reshape(1, 4, 4, 1)
    assert keras.ops.dtype(layers.Squeeze()(x)) == "uint8"


def test_one_inf_stays_one_through_the_layer():
    x = np.zeros((1, 4, 4, 3), "float32")
    x[0, 0, 3, 1] = np.inf
    for layer in (layers.Squeeze(2, "diagonal"), layers.PermuteChannels(), layers.Split(1 / 3)):
        flat = np.concatenate([np.ravel(y) for y in (layer(x) if isinstance(layer, layers.Split) else [layer(x)])])
        assert np.isinf(flat).sum() == 1 and not np.isnan(flat).any()


@pytest.mark.parametrize("make", [
    layers.Squeeze,
    layers.Split,
    layers.PermuteChannels,
    layers.ActNorm,
    layers.FlowBatchNormalization,
    layers.InvertibleConv2D,
    lambda: layers.AffineCoupling(keras.layers.Conv2D(4, 3, padding="same")),
    lambda: layers.AffineCoupling(keras.layers.Conv2D(4, 3, padding="same"), mask="channel"),
])
def test_unknown_channels_are_refused(make):
    with pytest.raises(ValueError, match=r"needs a known number of channels. Received shape \(None, 4, 4, None\)"):
        make()(keras.KerasTensor((None, 4, 4, None)))


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match='order must be "channel_major" or .*Received order=.rows.'):
        layers.Squeeze(order="rows")
    with pytest.raises(ValueError, match="block_size must be a positive integer.*block_size=0"):
        layers.Squeeze(0)
    with pytest.raises(ValueError, match=r'order="diagonal" needs equal block sizes. Received block_size=\(2, 3\)'):
        layers.Squeeze((2, 3), "diagonal")
    with pytest.raises(ValueError, match=r"multiple of its block size. Received grid \(5, 4\) with block \(2, 2\)"):
        layers.Squeeze()(np.zeros((1, 5, 4, 1)))
    with pytest.raises(ValueError, match="multiple of 4, the pixels of a block. Received 6 channels"):
        layers.Squeeze()(np.zeros((1, 2, 2, 6)), inverse=True)
    with pytest.raises(ValueError, match=r"at least one grid axis and channels. Received shape \(1, 4\)"):
        layers.Squeeze()(np.zeros((1, 4)))
    with pytest.raises(ValueError, match="tuple of 1 of them. Received block_size=\\(2, 2\\)"):
        layers.Squeeze((2, 2))(np.zeros((1, 4, 4)))
    layer = layers.Squeeze()
    layer(np.zeros((1, 4, 4, 1)))
    with pytest.raises(ValueError, match=r"Received grid \(5, 4\)"):
        layer(np.zeros((1, 5, 4, 1)))
