import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from laws import log_det_error, relative_error, round_trip_error

from tfconvkit import layers


def coupling(channels, **arguments):
    return layers.AffineCoupling(keras.layers.Conv2D(channels, 3, padding="same", dtype="float64"), **arguments)


def chain():
    pieces = [
        coupling(4, name="first", dtype="float64"),
        layers.Squeeze(2, dtype="float64"),
        coupling(8, mask="channel", name="second", dtype="float64"),
        layers.PermuteChannels([3, 1, 0, 2, 4, 6, 5, 7], dtype="float64"),
    ]
    built = layers.Chain(pieces)
    built.build((None, None, None, 2))
    rng = np.random.default_rng(0)
    built.set_weights([rng.normal(scale=0.3, size=w.shape) for w in built.weights])
    return built


def test_chains_hold_the_laws():
    x = np.random.default_rng(1).normal(size=(2, 4, 4, 2))
    assert round_trip_error(chain(), x) <= tolerances.LAW["float64"]
    assert log_det_error(chain(), x) <= tolerances.LOG_DET


def test_log_determinants_add_up():
    x = np.random.default_rng(1).normal(size=(2, 4, 4, 2))
    layer, total, y = chain(), 0, x
    for piece in layer.layers:
        y, log_det = piece(y, return_log_det=True)
        total = total + log_det
    value, log_det = layer(x, return_log_det=True)
    np.testing.assert_array_equal(value, y)
    assert relative_error(log_det, total) <= tolerances.LAW["float64"]


def test_weights_are_named_by_chain_and_layer():
    paths = [weight.path for weight in chain().weights]
    assert paths[0].split("/")[1:] == ["first", "scale"] and paths[-1].split("/")[1] == "second"
    assert len(set(paths)) == len(paths)


@pytest.mark.tensorflow("graphs and SavedModel")
def test_both_directions_are_saved_models(tmp_path):
    layer = chain()
    forward = keras.Input((None, None, 2), dtype="float64")
    back = keras.Input((None, None, 8), dtype="float64")
    models = {
        "forward": keras.Model(forward, layer(forward, return_log_det=True)),
        "inverse": keras.Model(back, layer(back, inverse=True, return_log_det=True)),
    }
    x = np.random.default_rng(1).normal(size=(2, 4, 6, 2))
    for name, model in models.items():
        model.export(str(tmp_path / name), verbose=False)
        expected = model(x)
        assert relative_error(tf.saved_model.load(str(tmp_path / name)).serve(x), expected) <= tolerances.SAME_LAYER
        x = expected[0]


def test_chains_take_the_policy_of_their_layers():
    assert chain().dtype_policy.name == "float64"
    assert layers.Chain([layers.Squeeze(dtype="mixed_float16")], dtype="float32").dtype_policy.name == "float32"


def test_layers_that_do_not_fit_a_chain_are_refused():
    with pytest.raises(TypeError, match="Chain takes layers that follow layers.Invertible. Received <Conv2D"):
        layers.Chain([keras.layers.Conv2D(1, 1)])
    with pytest.raises(ValueError, match="Chain needs at least one layer"):
        layers.Chain([])
    squeeze = layers.Squeeze(name="same")
    with pytest.raises(ValueError, match=r"different names.*Received \['same', 'same'\]"):
        layers.Chain([squeeze, squeeze])
