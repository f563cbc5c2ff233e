"""RealNVP as a model: options, training on integers, saving, errors; its numbers are in test_official_real_nvp.py."""

import keras
import numpy as np
import pytest
import tolerances
from laws import relative_error

from tfconvkit import layers
from tfconvkit.models import RealNVP

IMAGES = np.random.default_rng(0).integers(0, 17, size=(6, 4, 4, 1)).astype("uint8")
SMALL = dict(input_shape=(4, 4, 1), filters=2, blocks=1, quants=17)


def moved(model):
    """Sets all weights to small random numbers: in a fresh model checkerboards do not scale."""
    rng = np.random.default_rng(0)
    for weight in model.chain.weights:
        if "seed" not in weight.path:
            centre = 1 if weight.name in ("magnitude", "moving_variance") else 0
            weight.assign(centre + rng.uniform(-0.2, 0.2, size=weight.shape))
    return model


OPTIONS = [
    dict(),
    dict(scales=1, bottleneck=True),
    dict(split="channel", use_skips=False, use_weight_norm=False),
    dict(recursion_type=1, use_batch_norm=False, affine="last"),
    dict(recursion_type=4, scales=3, blocks=0),
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_option_is_inverted_and_comes_back_from_its_configuration(options):
    model = moved(RealNVP(**{**SMALL, **options}))
    assert model.inverse_error(IMAGES) <= tolerances.LAW["float32"]
    again = RealNVP.from_config(model.get_config())
    assert [w.shape for w in again.weights] == [w.shape for w in model.weights]
    assert {name: again.get_config()[name] for name in options} == options
    assert model.sample(2, seed=0).shape == (2, 4, 4, 1)


def test_training_on_integers_lowers_the_bits_and_a_saved_model_gives_the_same_numbers(tmp_path):
    keras.utils.set_random_seed(0)
    model = RealNVP(**{**SMALL, "blocks": 0})
    model.compile(keras.optimizers.Adam(0.01))
    images = np.repeat(IMAGES // 8 * 8, 4, axis=0)
    history = model.fit(images, batch_size=12, epochs=12, verbose=0).history
    assert history["bits_per_dim"][-1] < history["bits_per_dim"][0] - 0.2
    assert (np.array(history["loss"]) > history["bits_per_dim"]).all()
    for temperature in (0.7, 1.0):
        assert np.isin(model.sample(5, temperature=temperature), range(17)).all()
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    z = np.random.default_rng(1).normal(size=(2, 4, 4, 1)).astype("float32")
    assert relative_error(again.decode(z), model.decode(z)) <= tolerances.SAME_LAYER
    assert again.penalty == model.penalty


def test_reversible_training_gives_the_same_numbers():
    histories = []
    for reversible in (False, True):
        keras.utils.set_random_seed(0)
        model = RealNVP(**{**SMALL, "blocks": 0}, scales=1, reversible=reversible)
        model.compile(keras.optimizers.Adam(0.01))
        histories.append(model.fit(IMAGES, batch_size=6, epochs=3, shuffle=False, verbose=0).history["loss"])
    assert histories[0] == pytest.approx(histories[1], rel=1e-3)


def test_half_of_the_numbers_leaves_along_the_diagonal_or_by_rows():
    x = np.random.default_rng(0).normal(size=(1, 4, 4, 1)).astype("float32")
    for split, staying in (("diagonal", [[1, 0], [0, 1]]), ("channel", [[1, 1], [0, 0]])):
        model = RealNVP(**{**SMALL, "quants": None}, split=split)
        before = np.asarray(model.encode(x))
        # Networks of the second scale alone answer differently.
        for coupling in model.chain.layers[-1].levels[1].layers[::2]:
            coupling.conditioner.out.bias.assign(np.arange(1.0, 5.0))
        changed = np.abs(model.encode(x) - before)[0, ..., 0] > 1e-2
        np.testing.assert_array_equal(changed, np.tile(staying, (2, 2)))


def test_sizes_may_be_unknown():
    model = RealNVP(**{**SMALL, "input_shape": (None, None, 1)})
    assert model(IMAGES).shape == (6,) and model(np.zeros((2, 8, 6, 1))).shape == (2,)
    assert model.sample(2, sample_shape=(6, 4, 1)).shape == (2, 6, 4, 1)


def test_scales_start_where_the_official_ones_do():
    starts = {}
    for coupling in RealNVP(**SMALL).chain.layers[-1].levels[0].layers:
        if isinstance(coupling, layers.AffineCoupling):
            starts.setdefault(coupling.mask, []).append(float(coupling.scale))
    assert starts == {"checkerboard": [0, 0, 0], "channel": [1, 1, 1]}


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(input_shape=(6, 4, 1), scales=3), r"multiples of 2\^\(scales - 1\). Received input_shape=\(6, 4, 1\)"),
        (dict(input_shape=(4, 4)), "expects .*input_shape=.height, width, channels"),
        (dict(input_shape=(4, 4, None)), r"known channels, .* Received input_shape=\(4, 4, None\)"),
        (dict(scales=0), "scales >= 1"),
        (dict(recursion_type=5), r"recursion_type must be one of \[1, 2, 3, 4\]. Received recursion_type=5"),
        (dict(split="half"), "split must be one of .'diagonal', 'channel'.. Received split='half'"),
        (dict(affine="first"), "affine must be one of .'all', 'last'.. Received affine='first'"),
        (dict(quants=0), "quants must be a positive integer"),
        (dict(alpha=1.0), "alpha must be at least 0 and less than 1"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        RealNVP(**{**SMALL, **arguments})
