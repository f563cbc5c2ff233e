"""What holds for every coupling, mask and kind of conditioner."""

import keras
import numpy as np
import pytest
import tolerances
from backends.running import compiled
from keras import ops
from laws import log_det_error, relative_error, round_trip_error

from tfconvkit import layers, models

GRID = np.random.default_rng(3).integers(0, 2, size=(2, 3))
MASKS = ("checkerboard", "row", "column", "channel", "channel_parity", (1, 0, 0), GRID)
COUPLINGS = {
    layers.AdditiveCoupling: ({}, 1),
    layers.AffineCoupling: ({"use_scale_shift": True}, 2),
    layers.SplineCoupling: ({"bins": 3}, 8),
}


def network(channels, dtype):
    # Not tanh, which Keras computes in float32 on JAX.
    return keras.Sequential([
        keras.layers.Conv2D(4, 3, padding="same", activation="softsign", dtype=dtype),
        keras.layers.Conv2D(channels, 1, dtype=dtype),
    ])


def make(kind, mask, complement, dtype="float64", **arguments):
    """A coupling of 3 channels on a grid of (2, 3), with random weights."""
    changed = {"channel": 2 - complement, "channel_parity": 2 - complement}.get(str(mask), 3)
    own, count = COUPLINGS[kind]
    layer = kind(network(count * changed, dtype), mask=mask, complement=complement, dtype=dtype, **own, **arguments)
    layer.build((None, 2, 3, 3))
    rng = np.random.default_rng(0)
    # Wilder splines have flatter pieces, which cost the inverse digits in the nature of things.
    scale = 0.3 if kind is layers.SplineCoupling else 0.7
    layer.set_weights([rng.normal(scale=scale, size=w.shape) for w in layer.weights])
    return layer


def sample(*shape):
    return np.random.default_rng(1).normal(size=shape)


@pytest.mark.parametrize("complement", (False, True))
@pytest.mark.parametrize("mask", MASKS, ids=str)
@pytest.mark.parametrize("kind", COUPLINGS)
def test_couplings_hold_the_laws(kind, mask, complement):
    layer, x = make(kind, mask, complement), sample(2, 2, 3, 3)
    assert round_trip_error(layer, x) <= tolerances.LAW["float64"]
    assert log_det_error(layer, x) <= tolerances.LOG_DET
    assert round_trip_error(make(kind, mask, complement, "float32"), x.astype("float32")) <= tolerances.LAW["float32"]


@pytest.mark.parametrize("mask", MASKS, ids=str)
@pytest.mark.parametrize("kind", COUPLINGS)
def test_what_the_mask_keeps_stays_and_the_rest_changes(kind, mask):
    x = sample(2, 2, 3, 3)
    y, z = (np.asarray(make(kind, mask, complement)(x)) for complement in (False, True))
    stays = y == x
    assert 0 < stays.mean() < 1
    np.testing.assert_array_equal(z == x, ~stays)


class Subclassed(keras.Model):
    """Builds itself when it is called, as subclassed networks of users do."""

    def __init__(self, channels, **kwargs):
        super().__init__(**kwargs)
        self.channels = channels
        self.first = keras.layers.Conv2D(4, 3, padding="same", activation="relu")
        self.last = keras.layers.Conv2D(channels, 1)

    def call(self, x):
        return self.last(self.first(x))

    def get_config(self):
        return {**super().get_config(), "channels": self.channels}


def functional(channels):
    inputs = keras.Input((None, None, 3))
    return keras.Model(inputs, keras.layers.Conv2D(channels, 3, padding="same")(inputs))


@pytest.mark.parametrize("make_network", [
    Subclassed,
    functional,
    lambda channels: network(channels, "float32"),
    lambda channels: keras.layers.Conv2D(channels, 3, padding="same"),
    lambda channels: models.WeightNormResNet(4, channels),
    lambda channels: models.GatedConvNet(4, channels, blocks=1),
], ids=["subclassed", "functional", "sequential", "layer", "resnet", "gated"])
def test_every_kind_of_network_survives_saving(make_network, tmp_path):
    inputs, x = keras.Input((None, None, 3)), sample(2, 4, 5, 3).astype("float32")
    model = keras.Model(inputs, layers.AffineCoupling(make_network(6))(inputs, inverse=True, return_log_det=True))
    model.set_weights([np.random.default_rng(0).uniform(0.1, 0.9, size=w.shape) for w in model.weights])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", custom_objects={"Subclassed": Subclassed})
    for value, expected in zip(loaded(x), model(x), strict=True):
        np.testing.assert_array_equal(value, expected)


def test_a_coupling_is_built_inside_a_function():
    x = sample(2, 4, 5, 3).astype("float32")
    layer = layers.AffineCoupling(Subclassed(6))
    function = compiled(lambda x: layer(x, inverse=True, return_log_det=True))
    expected = function(x)
    assert relative_error(layer(x, inverse=True, return_log_det=True), expected) <= tolerances.SAME_LAYER


def test_vectors_are_coupled_by_channel_masks():
    for mask in ("channel", "channel_parity", (1, 0, 1, 0)):
        units = 8 if isinstance(mask, tuple) else 4
        layer = layers.AffineCoupling(keras.layers.Dense(units, dtype="float64"), mask=mask, dtype="float64")
        x = sample(3, 4)
        layer.build(x.shape)
        layer.scale.assign(0.7)
        assert round_trip_error(layer, x) <= tolerances.LAW["float64"]
        assert log_det_error(layer, x) <= tolerances.LOG_DET


@pytest.mark.parametrize("rank", (1, 3))
def test_other_ranks_are_coupled_alike(rank):
    convolution = {1: keras.layers.Conv1D, 3: keras.layers.Conv3D}[rank]
    layer = layers.AffineCoupling(convolution(4, 3, padding="same", dtype="float64"), dtype="float64")
    x = sample(2, *(3, 2, 2)[:rank], 2)
    layer.build(x.shape)
    layer.scale.assign(0.7)
    assert round_trip_error(layer, x) <= tolerances.LAW["float64"]
    assert log_det_error(layer, x) <= tolerances.LOG_DET


@pytest.mark.parametrize("mask", ("checkerboard", "channel"))
def test_the_network_sees_the_condition(mask):
    x, condition = sample(2, 2, 3, 4), sample(2, 2, 3, 2)
    units = 8 if mask == "checkerboard" else 4
    layer = layers.AffineCoupling(network(units, "float64"), mask=mask, dtype="float64")
    y = layer(x, condition=condition)
    assert round_trip_error(layer, x, condition=condition) <= tolerances.LAW["float64"]
    assert np.abs(layer(x, condition=condition + 1) - y).max() > 1e-3
    inputs = [keras.Input((None, None, 4)), keras.Input((None, None, 2))]
    model = keras.Model(inputs, layer(inputs[0], condition=inputs[1]))
    assert relative_error(model([x, condition]), y) <= tolerances.LAW["float32"]


@pytest.mark.parametrize("has_condition", (False, True))
def test_a_condition_is_given_always_or_never(has_condition):
    layer, x = layers.AdditiveCoupling(network(4, "float64"), dtype="float64"), sample(2, 2, 3, 4)
    conditions = {True: sample(2, 2, 3, 2), False: None}
    layer(x, condition=conditions[has_condition])
    message = {True: "built with a condition. Received none", False: "built without a condition. Received one"}
    with pytest.raises(ValueError, match=message[has_condition]):
        layer(x, condition=conditions[not has_condition])


def test_the_network_sees_the_mask_after_the_kept_numbers():
    seen = []

    class Spy(keras.layers.Layer):
        def call(self, x):
            seen.append(x)
            return x[..., :2]

        def compute_output_shape(self, input_shape):
            return (*input_shape[:-1], 2)

    layer, x = layers.AdditiveCoupling(Spy(), append_mask=True), sample(1, 2, 3, 2)
    layer(x, condition=np.ones((1, 2, 3, 1)))
    mask = (np.indices((2, 3)).sum(axis=0) % 2)[None, :, :, None]
    expected = np.concatenate([x * mask, mask, np.ones((1, 2, 3, 1))], axis=-1)
    np.testing.assert_array_equal(seen[-1], expected.astype("float32"))


def test_half_precision_keeps_the_log_determinant_of_what_it_does():
    layer, half = (make(layers.AffineCoupling, "checkerboard", False, dtype) for dtype in ("float32", "mixed_float16"))
    x = sample(2, 2, 3, 3).astype("float32")
    y, log_det = half(x, return_log_det=True)
    assert (ops.dtype(y), ops.dtype(log_det)) == ("float16", "float32")
    assert relative_error(log_det, layer(x, return_log_det=True)[1]) <= tolerances.HALF["float16"]
    assert relative_error(ops.cast(half(y, inverse=True), "float32"), x) <= tolerances.HALF["float16"]


def test_couplings_that_cannot_work_are_refused():
    coupling, conv = layers.AffineCoupling, keras.layers.Conv2D
    with pytest.raises(TypeError, match="conditioner must be a Keras layer or model. Received conditioner=<function"):
        coupling(lambda x: x)
    with pytest.raises(ValueError, match='AffineCoupling "odd": mask must be one of'):
        coupling(conv(2, 1), mask="stripes", name="odd")
    with pytest.raises(ValueError, match='append_mask=True has no meaning for mask="channel"'):
        coupling(conv(2, 1), mask="channel", append_mask=True)
    with pytest.raises(ValueError, match='scale_bound must be "scaled_tanh" or "soft_tanh"'):
        coupling(conv(2, 1), scale_bound="clip")
    with pytest.raises(ValueError, match=r"2 numbers for each of 3 channels. It returned shape \(2, 4, 4, 5\)"):
        coupling(conv(5, 1))(np.zeros((2, 4, 4, 3)))
    with pytest.raises(ValueError, match=r"It returned shape \(2, 2, 2, 6\).*pad with \"same\""):
        coupling(conv(6, 3))(np.zeros((2, 4, 4, 3)))
    with pytest.raises(ValueError, match=r"the conditioner does not take shape \(2, 4, 4, 2\)"):
        coupling(functional(4))(np.zeros((2, 4, 4, 2)))
    with pytest.raises(ValueError, match=r'"late": a mask array must have the shape.*mask of shape \(2, 2\)'):
        coupling(conv(6, 1), mask=[[0, 1], [1, 0]], name="late")(np.zeros((2, 4, 4, 3)))
    with pytest.raises(ValueError, match=r"condition must have the grid of the input, \(4, 4\).*shape \(2, 3, 4, 1\)"):
        coupling(conv(6, 1))(np.zeros((2, 4, 4, 3)), condition=np.zeros((2, 3, 4, 1)))
