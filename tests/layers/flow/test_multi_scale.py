import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from laws import log_det_error, relative_error, round_trip_error

from tfconvkit import layers

PRIORS = ("standard_normal", "learned")


def coupling(channels, **arguments):
    network = keras.layers.Conv2D(channels, 3, padding="same", activation="softsign", dtype="float64", name="net")
    return layers.AffineCoupling(network, dtype="float64", **arguments)


def squeeze(order="channel_major"):
    return layers.Squeeze(2, order, dtype="float64")


def multi_scale(prior="standard_normal", **arguments):
    """Three levels: 4 x 8 x 1 to parts of 2 x 4 x 2, 2 x 4 x 1, 1 x 2 x 4."""
    levels = [
        layers.Chain([coupling(2, name="coupling"), squeeze("diagonal")], name="first"),
        coupling(4, name="second"),
        layers.Chain([squeeze(), coupling(4, mask="channel", name="coupling")], name="third"),
    ]
    layer = layers.MultiScale(levels, prior=prior, **arguments)
    layer.build((None, None, None, 1))
    rng = np.random.default_rng(0)
    layer.set_weights([rng.normal(scale=0.3, size=w.shape) for w in layer.weights])
    return layer


X = np.random.default_rng(1).normal(size=(2, 4, 8, 1))


@pytest.mark.parametrize("prior", PRIORS)
def test_multi_scale_flows_hold_the_laws(prior):
    layer = multi_scale(prior)
    assert round_trip_error(layer, X) <= tolerances.LAW["float64"]
    assert log_det_error(layer, X) <= tolerances.LOG_DET
    parts = layer(X)
    assert [tuple(z.shape[1:]) for z in parts] == [(2, 4, 2), (2, 4, 1), (1, 2, 4)]
    assert layer.compute_input_shape([tuple(z.shape) for z in parts]) == X.shape


def test_the_learned_prior_is_a_normal_density_of_the_factored_part():
    plain, learned = multi_scale(), multi_scale("learned")
    names = [[w.path.split("/", 1)[1] for w in layer.weights] for layer in (plain, learned)]
    values = dict(zip(names[1], learned.get_weights(), strict=True))
    plain.set_weights([values[name] for name in names[0]])
    (parts, log_det), (standard, learned_log_det) = (m(X, return_log_det=True) for m in (plain, learned))
    total = plain.log_prior(parts[2:]) + log_det
    x = X
    for k, level in enumerate(learned.levels[:2]):
        kept, factored = layers.Split(dtype="float64")(level(x))
        convolution = learned._moments[k]
        mean, log_deviation = np.split(np.asarray(convolution(kept)), 2, axis=-1)
        z = (np.asarray(factored) - mean) / np.exp(log_deviation)
        total = total + np.sum(-0.5 * z**2 - 0.5 * np.log(2 * np.pi) - log_deviation, axis=(1, 2, 3))
        x = kept
    assert relative_error(learned.log_prior(standard) + learned_log_det, total) <= tolerances.LAW["float64"]


def test_a_learned_prior_starts_as_the_standard_normal():
    layer = layers.MultiScale([squeeze(), coupling(4)], prior="learned")
    parts, log_det = layer(X, return_log_det=True)
    kept, factored = layers.Split()(squeeze()(X))
    np.testing.assert_allclose(parts[0], factored, rtol=1e-6)
    np.testing.assert_array_equal(log_det, np.zeros(2))


@pytest.mark.parametrize("prior", PRIORS)
def test_the_inverse_draws_what_it_is_not_given(prior):
    layer = multi_scale(prior, seed=3)
    last = layer(X)[-1]
    drawn, again, quiet = (np.asarray(layer(last, inverse=True, temperature=t)) for t in (1.0, 1.0, 0.0))
    assert drawn.shape == X.shape and np.isfinite(drawn).all()
    assert np.abs(drawn - again).max() > 1e-2
    np.testing.assert_array_equal(quiet, layer([last], inverse=True, temperature=0.0))
    for temperature in (0.7, 1.0):
        many = np.repeat(np.zeros_like(last), 500, axis=0)
        parts = layer(layer(many, inverse=True, temperature=temperature))
        assert all(abs(np.std(np.array(z)) - temperature) <= 0.05 for z in parts[:2])
        assert np.abs(parts[2]).max() <= 1e-6


@pytest.mark.tensorflow("graphs")
def test_drawing_works_in_functions_of_unknown_size():
    layer = multi_scale()
    function = tf.function(
        lambda last: layer(last, inverse=True, return_log_det=True, temperature=0.5),
        input_signature=[tf.TensorSpec((None, None, None, 4), "float64")],
        jit_compile=True,
    )
    for batch, height, width in ((2, 1, 2), (3, 2, 1)):
        x, log_det = function(tf.zeros((batch, height, width, 4), "float64"))
        assert x.shape == (batch, 4 * height, 4 * width, 1) and log_det.shape == (batch,)
    symbolic = layer(keras.Input((None, None, 4), dtype="float64"), inverse=True)
    assert symbolic.shape == (None, None, None, 1)


def test_an_inverse_before_build_takes_all_parts_or_the_last():
    def fresh():
        return layers.MultiScale([squeeze(), layers.Chain([squeeze(), coupling(16)])], fraction=0.5)

    parts = fresh()(X)
    assert fresh()(parts, inverse=True).shape == fresh()(parts[-1], inverse=True).shape == X.shape


def test_fractions_may_differ_between_the_levels():
    levels = [layers.Squeeze(2, name="a"), layers.Squeeze(2, name="b"), layers.PermuteChannels(name="c")]
    parts = layers.MultiScale(levels, fraction=(0.25, 0.75))(X)
    assert [z.shape[-1] for z in parts] == [3, 1, 3]


def test_saved_models_keep_levels_and_priors(tmp_path):
    layer = multi_scale("learned")
    inputs = keras.Input((4, 8, 1), dtype="float64")
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    for value, expected in zip(keras.saving.load_model(tmp_path / "model.keras")(X), model(X), strict=True):
        np.testing.assert_array_equal(value, expected)


def test_what_cannot_be_a_multi_scale_flow_is_refused():
    with pytest.raises(TypeError, match="MultiScale takes layers that follow layers.Invertible"):
        layers.MultiScale([keras.layers.Conv2D(1, 1)])
    with pytest.raises(ValueError, match=r"one or more levels with different names. Received levels named \[\]"):
        layers.MultiScale([])
    pair = [layers.Squeeze(name="a"), layers.Squeeze(name="b")]
    with pytest.raises(ValueError, match=r"one for each level but the last. Received fraction=\(0.5, 0.5\)"):
        layers.MultiScale(pair, fraction=(0.5, 0.5))
    with pytest.raises(ValueError, match='prior must be "standard_normal" or "learned".*prior=\'flat\''):
        layers.MultiScale(pair, prior="flat")
    with pytest.raises(ValueError, match="fraction=0.3 of 4 channels"):
        layers.MultiScale(pair, fraction=0.3)(X)
    with pytest.raises(ValueError, match=r"at most 3 grid axes. Received shape \(None, 2, 2, 2, 2, 4\)"):
        levels = [layers.ActNorm(name="a"), layers.ActNorm(name="b")]
        layers.MultiScale(levels, prior="learned").build((None, 2, 2, 2, 2, 4))
    with pytest.raises(ValueError, match="the list of 3 latent parts, or the last one alone. Received 2 parts"):
        multi_scale()(multi_scale()(X)[1:], inverse=True)
