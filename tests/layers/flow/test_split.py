import numpy as np
import pytest
from laws import round_trip_error
from layers.flow import legacy

from tfconvkit import layers

GOLDEN = legacy.cases("squeeze")
TUTORIAL = {name: case for name, case in legacy.cases("uva_squeeze_split_masks").items() if name.startswith("split")}


@pytest.mark.parametrize("fraction, channels", [(0.5, 4), (0.25, 8), (1 / 3, 6), (0.1, 10)])
def test_the_inverse_joins_the_parts(fraction, channels):
    x = np.random.default_rng(0).normal(size=(2, 3, channels))
    layer = layers.Split(fraction, dtype="float64")
    kept, factored = layer(x)
    assert kept.shape[-1] == round(fraction * channels)
    assert layer.factored_channels(kept.shape[-1]) == factored.shape[-1]
    assert round_trip_error(layer, x) == 0


@pytest.mark.parametrize("name", [name for name in GOLDEN if name.startswith("s")])
def test_a_split_after_the_diagonal_squeeze_is_that_of_the_official_code(name):
    case = GOLDEN[name]
    kept, factored = layers.Split()(layers.Squeeze(2, "diagonal")(case["in"]["x"]))
    np.testing.assert_array_equal(kept, case["out"]["f|ordered_keep"])
    np.testing.assert_array_equal(factored, case["out"]["f|ordered_out"])


@pytest.mark.parametrize("name", TUTORIAL)
def test_the_kept_half_is_that_of_the_tutorial(name):
    case = TUTORIAL[name]
    x = legacy.last_channels(case["in"]["x"])
    kept, factored = layers.Split()(x)
    np.testing.assert_array_equal(kept, legacy.last_channels(case["out"]["z"]))
    # The tutorial scores the rest with a standard normal at once.
    score = -0.5 * (np.square(factored) + np.log(2 * np.pi)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(score, case["out"]["ldj"], rtol=1e-5)


def test_fractions_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="fraction must lie between 0 and 1, both excluded. Received fraction=1.5"):
        layers.Split(1.5)
    with pytest.raises(ValueError, match="fraction=0.5 of 3 channels"):
        layers.Split()(np.zeros((1, 4, 4, 3)))
    with pytest.raises(ValueError, match=r"takes \(kept, factored\).*Received shapes \(1, 3\) and \(1, 1\)"):
        layers.Split()((np.zeros((1, 3)), np.zeros((1, 1))), inverse=True)
    with pytest.raises(ValueError, match="fraction=0.4 of 2 channels"):
        layers.Split(0.4).factored_channels(1)
