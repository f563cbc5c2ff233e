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


def shapes(y):
    return [tuple(value.shape) for value in keras.tree.flatten(y)]


def computed_in(y):
    """The dtypes of the first output: log-determinants beside it stay in float32."""
    return keras.backend.standardize_dtype(keras.tree.flatten(y)[0].dtype)


def is_equal(y, z):
    pairs = zip(keras.tree.flatten(y), keras.tree.flatten(z), strict=True)
    return all(np.array_equal(one, other) for one, other in pairs)


def test_shapes_are_computed_from_shapes_alone(case):
    layer, x = case.make(), case.sample()
    y = case.apply(layer, x)
    assert shapes(case.model(layer, case.shapes)(x)) == shapes(y)
    inputs = case.packed(keras.KerasTensor(shape) for shape in shapes(x))
    assert shapes(layer.compute_output_spec(inputs, **case.call)) == shapes(y)
    symbolic = case.apply(layer, case.packed(map(keras.Input, case.any_shapes)))
    assert [shape[-1] for shape in shapes(symbolic) if len(shape) > 1] == [s[-1] for s in shapes(y) if len(s) > 1]


def test_unknown_batch_and_grid_give_the_same_numbers(case):
    layer = case.make()
    fresh = type(layer).from_config(layer.get_config())
    dynamic = case.model(fresh, case.any_shapes)
    fresh.set_weights(layer.get_weights())
    for grid in case.sample_grids:
        x = case.sample(grid, batch=3)
        assert relative_error(dynamic(x), case.apply(layer, x)) <= tolerances.SAME_LAYER
    assert relative_error(dynamic.predict(x, verbose=0), case.apply(layer, x)) <= tolerances.SAME_LAYER


@pytest.mark.parametrize("jit_compile", (False, True))
def test_a_function_of_unknown_shape_is_traced_once(case, jit_compile):
    layer, traces = case.make(), []
    signature = case.packed(tf.TensorSpec((None, *shape)) for shape in case.any_shapes)

    @tf.function(input_signature=[signature], jit_compile=jit_compile)
    def function(x):
        traces.append(x)
        return case.apply(layer, x)

    for grid in case.sample_grids:
        x = case.sample(grid)
        assert relative_error(function(x), case.apply(layer, x)) <= tolerances.SAME_LAYER
    assert len(traces) == 1


def test_saved_models_load_with_equal_outputs(case, tmp_path):
    layer, x = case.make(), case.sample()
    model = case.model(layer, case.shapes)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert is_equal(loaded(x), model(x))
    model.save_weights(tmp_path / "model.weights.h5")
    fresh = case.model(type(layer).from_config(layer.get_config()), case.shapes)
    fresh.load_weights(tmp_path / "model.weights.h5")
    assert is_equal(fresh(x), model(x))


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
    y = case.apply(half, x)
    assert computed_in(y) == dtype
    assert {w.dtype for w in half.weights} <= {"float32"}
    y = keras.tree.map_structure(lambda value: keras.ops.cast(value, "float32"), y)
    assert relative_error(y, case.apply(layer, x)) <= tolerances.HALF[dtype]


def test_float64_computes_in_float64(case):
    layer, x = case.make(), case.sample()
    y = case.apply(case.make(dtype="float64"), keras.tree.map_structure(lambda value: value.astype("float64"), x))
    assert computed_in(y) == "float64"
    assert relative_error(y, case.apply(layer, x)) <= tolerances.LAW["float32"]


@pytest.mark.parametrize("jit_compile", (False, True))
def test_fit_trains_every_weight(case, jit_compile):
    layer = case.make()
    inputs = case.packed(map(keras.Input, case.shapes))
    flat = [keras.layers.Flatten()(y) for y in keras.tree.flatten(case.apply(layer, inputs))]
    outputs = keras.layers.Dense(1)(keras.layers.Concatenate()(flat) if len(flat) > 1 else flat[0])
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.SGD(1e-5), "mse", jit_compile=jit_compile)
    before = layer.get_weights()
    history = model.fit(case.sample(batch=4), np.ones((4, 1)), epochs=2, batch_size=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert all((old != new).any() for old, new in zip(before, layer.get_weights(), strict=True))


def test_exported_models_give_equal_outputs(case, tmp_path):
    layer, x = case.make(), case.sample()
    case.model(layer, case.any_shapes).export(str(tmp_path / "model"), verbose=False)
    served = tf.saved_model.load(str(tmp_path / "model"))
    assert relative_error(served.serve(x), case.apply(layer, x)) <= tolerances.SAME_LAYER
