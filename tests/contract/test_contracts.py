"""What every layer has to do as a Keras layer, over the table of all public layers."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from contract.cases import CASES
from laws import relative_error

pytestmark = pytest.mark.parametrize("case", CASES, ids=str)


def model_of(layer, shape):
    inputs = keras.Input(shape)
    return keras.Model(inputs, layer(inputs))


def test_shapes_are_computed_from_shapes_alone(case):
    layer, x = case.make(), case.sample()
    assert tuple(layer(x).shape) == layer.compute_output_shape(x.shape)
    symbolic = layer(keras.Input(case.any_shape))
    assert symbolic.shape[-1] == layer(x).shape[-1]


def test_unknown_batch_and_grid_give_the_same_numbers(case):
    layer = case.make()
    fresh = type(layer).from_config(layer.get_config())
    dynamic = model_of(fresh, case.any_shape)
    fresh.set_weights(layer.get_weights())
    for grid in case.grids:
        x = case.sample(grid, batch=3)
        assert relative_error(dynamic(x), layer(x)) <= tolerances.SAME_LAYER
        assert relative_error(dynamic.predict(x, verbose=0), layer(x)) <= tolerances.SAME_LAYER


@pytest.mark.parametrize("jit_compile", (False, True))
def test_a_function_of_unknown_shape_is_traced_once(case, jit_compile):
    layer, traces = case.make(), []

    @tf.function(input_signature=[tf.TensorSpec((None, *case.any_shape))], jit_compile=jit_compile)
    def function(x):
        traces.append(x)
        return layer(x)

    for grid in case.grids:
        x = case.sample(grid)
        assert relative_error(function(x), layer(x)) <= tolerances.SAME_LAYER
    assert len(traces) == 1


def test_saved_models_load_with_equal_outputs(case, tmp_path):
    layer, x = case.make(), case.sample()
    model = model_of(layer, case.shape)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert np.array_equal(loaded(x), model(x))
    model.save_weights(tmp_path / "model.weights.h5")
    fresh = model_of(type(layer).from_config(layer.get_config()), case.shape)
    fresh.load_weights(tmp_path / "model.weights.h5")
    assert np.array_equal(fresh(x), model(x))


def test_configurations_survive_json(case):
    layer = case.make(name="layer")
    config = json.loads(json.dumps(layer.get_config()))
    again = type(layer).from_config(config)
    assert json.loads(json.dumps(again.get_config())) == config
    assert keras.saving.get_registered_name(type(layer)) == f"tfconvkit>{type(layer).__name__}"


@pytest.mark.parametrize("dtype", ("float16", "bfloat16"))
def test_half_precision_computes_in_half_and_keeps_float32_weights(case, dtype):
    layer, x = case.make(), case.sample()
    half = case.make(dtype=f"mixed_{dtype}")
    y = half(x)
    assert keras.backend.standardize_dtype(y.dtype) == dtype
    assert {w.dtype for w in half.weights} <= {"float32"}
    assert relative_error(keras.ops.cast(y, "float32"), layer(x)) <= tolerances.HALF[dtype]


def test_float64_computes_in_float64(case):
    layer, x = case.make(), case.sample()
    y = case.make(dtype="float64")(x.astype("float64"))
    assert keras.backend.standardize_dtype(y.dtype) == "float64"
    assert relative_error(y, layer(x)) <= tolerances.LAW["float32"]


@pytest.mark.parametrize("jit_compile", (False, True))
def test_fit_trains_every_weight(case, jit_compile):
    layer = case.make()
    model = keras.Sequential([keras.Input(case.shape), layer, keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1e-5), "mse", jit_compile=jit_compile)
    before = layer.get_weights()
    history = model.fit(case.sample(batch=4), np.ones((4, 1)), epochs=2, batch_size=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert all((old != new).any() for old, new in zip(before, layer.get_weights(), strict=True))


def test_exported_models_give_equal_outputs(case, tmp_path):
    layer, x = case.make(), case.sample()
    model_of(layer, case.any_shape).export(str(tmp_path / "model"), verbose=False)
    served = tf.saved_model.load(str(tmp_path / "model"))
    assert relative_error(served.serve(x), layer(x)) <= tolerances.SAME_LAYER
