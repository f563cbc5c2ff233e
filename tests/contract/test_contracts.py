"""What every layer has to do as a Keras layer, over the table of all public layers."""

import json

import keras
import numpy as np
import pytest
import tolerances
from backends.running import COMPILED_FITS, run
from contract.cases import ONE_EACH
from laws import gradients, relative_error


def shapes(y):
    return [tuple(value.shape) for value in keras.tree.flatten(y)]


def computed_in(y):
    """The dtypes of the first output: log-determinants beside it stay in float32."""
    return keras.backend.standardize_dtype(keras.tree.flatten(y)[0].dtype)


def is_equal(y, z):
    pairs = zip(keras.tree.flatten(y), keras.tree.flatten(z), strict=True)
    return all(np.array_equal(*map(keras.ops.convert_to_numpy, pair)) for pair in pairs)


def test_shapes_are_computed_from_shapes_alone(case, built):
    assert shapes(run(case.model(built.layer, case.shapes), built.x)) == shapes(built.y)
    inputs = case.packed(keras.KerasTensor(shape) for shape in shapes(built.x))
    assert shapes(built.layer.compute_output_spec(inputs, **case.call)) == shapes(built.y)
    symbolic = case.apply(built.layer, case.packed(map(keras.Input, case.any_shapes)))
    assert [s[-1] for s in shapes(symbolic) if len(s) > 1] == [s[-1] for s in shapes(built.y) if len(s) > 1]


def test_unknown_batch_and_grid_give_the_same_numbers(case, built):
    fresh = type(built.layer).from_config(built.layer.get_config())
    dynamic = case.model(fresh, case.any_shapes)
    fresh.set_weights(built.layer.get_weights())
    for grid in case.sample_grids:
        x = case.sample(grid, batch=3)
        y = case.values(built.layer, x)
        assert relative_error(run(dynamic, x), y) <= tolerances.SAME_LAYER
    assert relative_error(dynamic.predict(x, verbose=0), y) <= tolerances.SAME_LAYER


def test_saved_models_load_with_equal_outputs(case, built, tmp_path):
    model = case.model(built.layer, case.shapes)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert is_equal(loaded(built.x), model(built.x))
    model.save_weights(tmp_path / "model.weights.h5")
    fresh = case.model(type(built.layer).from_config(built.layer.get_config()), case.shapes)
    fresh.load_weights(tmp_path / "model.weights.h5")
    assert is_equal(fresh(built.x), model(built.x))


def test_configurations_survive_json(case, built):
    config = json.loads(json.dumps(built.layer.get_config()))
    again = type(built.layer).from_config(config)
    assert json.loads(json.dumps(again.get_config())) == config
    assert keras.saving.get_registered_name(case.layer) == f"tfconvkit>{case.layer.__name__}"


@pytest.mark.parametrize("dtype", ("float16", "bfloat16"))
def test_half_precision_computes_in_half_and_keeps_float32_weights(case, built, dtype):
    half = case.make(dtype=f"mixed_{dtype}")
    y = case.values(half, built.x)
    assert computed_in(y) == dtype
    assert {keras.backend.standardize_dtype(w.dtype) for w in half.weights} <= {"float32"}
    y = keras.tree.map_structure(lambda value: keras.ops.cast(value, "float32"), y)
    assert relative_error(y, built.y) <= tolerances.HALF[dtype]


def test_float64_computes_in_float64(case, built):
    x = keras.tree.map_structure(lambda value: value.astype("float64"), built.x)
    y = case.values(case.make(dtype="float64"), x)
    assert computed_in(y) == "float64"
    assert relative_error(y, built.y) <= tolerances.LAW["float32"]


def test_every_weight_has_a_gradient(case):
    layer, x = case.make(), case.sample()

    def energy():
        outputs = keras.tree.flatten(case.apply(layer, x))
        return sum(keras.ops.sum(keras.ops.square(keras.ops.cast(y, "float32"))) for y in outputs)

    for gradient in map(keras.ops.convert_to_numpy, gradients(energy, (), layer.trainable_weights)):
        assert np.isfinite(gradient).all() and gradient.any()


@pytest.mark.parametrize("case", ONE_EACH, ids=str, indirect=True)
@pytest.mark.parametrize("jit_compile", COMPILED_FITS)
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
