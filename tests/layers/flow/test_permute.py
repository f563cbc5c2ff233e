import numpy as np
import pytest
from laws import round_trip_error

from tfconvkit import layers


@pytest.mark.parametrize("permutation", ("reverse", "random", [3, 0, 2, 1, 4]))
def test_the_inverse_puts_channels_back(permutation):
    x = np.random.default_rng(0).normal(size=(2, 3, 5))
    assert round_trip_error(layers.PermuteChannels(permutation, dtype="float64"), x) == 0


def test_channels_come_from_their_sources():
    x = np.arange(4.0)[None]
    np.testing.assert_array_equal(layers.PermuteChannels([2, 0, 3, 1])(x), [[2, 0, 3, 1]])
    np.testing.assert_array_equal(layers.PermuteChannels()(x), [[3, 2, 1, 0]])


def test_a_random_permutation_is_kept_in_the_configuration():
    x, layer = np.arange(50.0)[None], layers.PermuteChannels("random")
    again = layers.PermuteChannels.from_config(layer.get_config())
    np.testing.assert_array_equal(again(x), layer(x))
    assert not np.array_equal(layer(x), layers.PermuteChannels("random", seed=layer.seed + 1)(x))


def test_what_is_no_permutation_is_refused():
    with pytest.raises(ValueError, match=r'hold each number from 0 to channels - 1 once.*permutation=\[0, 2\]'):
        layers.PermuteChannels([0, 2])
    with pytest.raises(ValueError, match='permutation must be "reverse" or "random".*permutation=\'shuffle\''):
        layers.PermuteChannels("shuffle")
    with pytest.raises(ValueError, match="the permutation has 2 entries but the input 3 channels"):
        layers.PermuteChannels([1, 0])(np.zeros((1, 3)))
