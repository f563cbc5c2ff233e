import keras
import numpy as np
import pytest
import tolerances
from keras import ops
from laws import log_det_error, relative_error, round_trip_error

from tfconvkit import layers
from tfconvkit.layers.flow.invertible import IndexMove


class Scale(layers.Invertible):
    """Multiplies channels; its log-determinant is a scalar."""

    def build(self, x_shape):
        self.log_scale = self.add_weight(shape=(x_shape[-1],), initializer="random_normal", name="log_scale")

    def _forward(self, x, condition=None, training=None):
        return x * ops.exp(self.log_scale), self._total(x)

    def _inverse(self, y, condition=None, training=None):
        return y * ops.exp(-self.log_scale), -self._total(y)

    def _total(self, x):
        log_scale = ops.cast(self.log_scale, self.log_det_dtype)
        return ops.cast(np.prod(x.shape[1:-1]), self.log_det_dtype) * ops.sum(log_scale)


class Shifted(layers.Invertible):
    """Adds a dense function of the condition."""

    def build(self, x_shape, condition_shape=None):
        self.dense = keras.layers.Dense(x_shape[-1], dtype=self.dtype_policy)
        self.dense.build(condition_shape)

    def _forward(self, x, condition=None, training=None):
        return x + self.dense(condition), None

    def _inverse(self, y, condition=None, training=None):
        return y - self.dense(condition), None


class Half(layers.Invertible):
    """Says its output shape but not how to get back from it."""

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] // 2)


class Reverse(IndexMove):
    def _move(self, x):
        return ops.flip(x, axis=-1)

    _move_back = _move


def sample(*shape, dtype="float64"):
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_subclasses_hold_the_laws(dtype):
    layer, x = Scale(dtype=dtype), sample(2, 3, 2, 3, dtype=dtype)
    assert round_trip_error(layer, x) <= tolerances.LAW[dtype]
    assert log_det_error(layer, x) <= {"float32": 1e-5, "float64": tolerances.LOG_DET}[dtype]


def test_volume_is_kept_where_nothing_is_said():
    y, log_det = layers.Invertible()(sample(2, 3), return_log_det=True)
    np.testing.assert_array_equal(log_det, np.zeros(2))
    assert keras.ops.dtype(y) == keras.ops.dtype(log_det) == "float32"


@pytest.mark.parametrize("dtype, log_det_dtype", [
    ("mixed_float16", "float32"), ("mixed_bfloat16", "float32"), ("float64", "float64"), ("float32", "float32"),
])
def test_log_determinants_are_at_least_float32(dtype, log_det_dtype):
    layer = Scale(dtype=dtype)
    y, log_det = layer(sample(2, 3, 2, 3), return_log_det=True)
    assert (keras.ops.dtype(log_det), keras.ops.dtype(y)) == (log_det_dtype, layer.compute_dtype)
    y, log_det = layer(keras.Input((None, None, 3)), return_log_det=True)
    assert log_det.dtype == log_det_dtype and y.dtype == layer.compute_dtype and log_det.shape == (None,)


def test_an_inverse_before_the_first_forward_call_builds_the_layer():
    layer = layers.Chain([layers.Squeeze(2), Scale(), layers.Split()])
    y = layer((sample(2, 3, 4, 2), sample(2, 3, 4, 2)), inverse=True)
    assert y.shape == (2, 6, 8, 1) and layer.layers[1].log_scale.shape == (4,)
    with pytest.raises(ValueError, match=r'Half "half" cannot be built from the shape of its output.*build\(x_shape\)'):
        Half(name="half")(sample(2, 4), inverse=True)


def test_layers_stack_in_sequential_models_in_both_directions():
    x = sample(2, 4, 6, 1, dtype="float32")
    forward = [layers.Squeeze(2), Scale()]
    model = keras.Sequential([keras.Input((4, 6, 1)), *forward])
    back = keras.Sequential([keras.Input((2, 3, 4)), *(layers.Invert(layer) for layer in forward[::-1])])
    assert relative_error(back(model(x)), x) <= tolerances.LAW["float32"]
    assert model.output_shape == (None, 2, 3, 4) and back.output_shape == (None, 4, 6, 1)
    assert forward[1].log_scale is back.layers[0].layer.log_scale


def test_functional_models_hold_both_directions(tmp_path):
    squeeze, mixing = layers.Squeeze(2), layers.AdditiveCoupling(keras.layers.Conv2D(4, 3, padding="same"), mask="row")
    inputs = keras.Input((None, None, 1))
    z, log_det = mixing(squeeze(inputs), return_log_det=True)
    again = squeeze(mixing(z, inverse=True), inverse=True)
    model = keras.Model(inputs, [z, log_det, again])
    x = sample(2, 4, 6, 1, dtype="float32")
    assert relative_error(model(x)[2], x) <= tolerances.LAW["float32"]
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for value, expected in zip(loaded(x), model(x), strict=True):
        np.testing.assert_array_equal(value, expected)


@pytest.mark.parametrize("first, second", [({}, {"return_log_det": True}), ({"return_log_det": True}, {})])
def test_functional_models_may_ask_for_the_log_determinant_in_some_calls(first, second):
    layer, inputs = Scale(), keras.Input((2, 3))
    y = keras.tree.flatten(layer(inputs, **first))
    z = keras.tree.flatten(layer(y[0], inverse=True, **second))
    x = sample(2, 2, 3, dtype="float32")
    assert relative_error(keras.Model(inputs, [*y, *z])(x)[len(y)], x) <= tolerances.LAW["float32"]
    assert layer.output[0].shape == (None, 2, 3)


def test_a_condition_reaches_the_layers_that_use_it():
    layer, x, condition = layers.Chain([Scale(), Shifted()], dtype="float64"), sample(2, 4, 3), sample(2, 4, 5)
    assert round_trip_error(layer, x, condition=condition) <= tolerances.LAW["float32"]
    other = layer(x, condition=condition + 1)
    assert relative_error(other, layer(x, condition=condition)) > 0.01
    inputs = [keras.Input((4, 3)), keras.Input((4, 5))]
    model = keras.Model(inputs, layer(inputs[0], condition=inputs[1]))
    assert relative_error(model([x, condition + 1]), other) <= tolerances.SAME_LAYER
    fresh = layers.Chain([Scale(), Shifted()])
    assert fresh(x, condition=condition, inverse=True).shape == x.shape


def test_index_moves_keep_every_dtype():
    x = np.arange(6, dtype="uint8").reshape(2, 3)
    y = Reverse()(x)
    assert keras.ops.dtype(y) == "uint8" and np.array_equal(y, x[:, ::-1])
    assert Reverse()(keras.Input((3,), dtype="uint8")).dtype == "uint8"


def test_invert_swaps_the_directions():
    layer, x = Scale(dtype="float64"), sample(2, 3, 2, 3)
    turned = layers.Invert(layer)
    assert turned.dtype_policy.name == "float64"
    assert round_trip_error(turned, x) <= tolerances.LAW["float64"]
    y, log_det = turned(x, return_log_det=True)
    expected, expected_log_det = layer(x, inverse=True, return_log_det=True)
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(log_det, expected_log_det)
    assert layers.Invert(layers.Squeeze(2))(x[:, :, :, [0, 1, 2, 0]]).shape == (2, 6, 4, 1)


def test_invert_takes_invertible_layers_alone():
    with pytest.raises(TypeError, match="Invert takes layers that follow layers.Invertible. Received <Dense"):
        layers.Invert(keras.layers.Dense(1))
