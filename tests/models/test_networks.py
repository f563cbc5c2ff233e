"""What every network holds as a whole, over the table of small versions."""

import itertools

import keras
import numpy as np
import pytest
import tolerances
from backends.running import BACKEND
from laws import equivariance_error, relative_error
from models import cases

from tfconvkit import audit, groups, layers

EVERY_NETWORK = pytest.mark.parametrize("name", cases.CASES)
# Both groups for every kind of network, one for each of its versions.
IN_TURN = pytest.mark.parametrize("name, group", [*zip(cases.CASES, itertools.cycle(("D4", "C4")), strict=False)])

# Outside TensorFlow Keras' global pooling and softmax compute in float32 (backends/skips.py). Measured: 2.1e-7.
ALLOWED = tolerances.WHOLE_NETWORK if BACKEND == "tensorflow" else tolerances.LAW["float32"]


@IN_TURN
def test_the_network_turns_with_its_input_before_and_after_training(name, group):
    with cases.float64():
        model = cases.build(name, group)
        x = cases.sample(model, cases.CASES[name].grid)
        before = model(x)
        assert keras.backend.standardize_dtype(before.dtype) == "float64"
        assert network_error(model, group, x) <= ALLOWED
        cases.train_step(model, x)
        assert relative_error(before, model(x)) > 1e-3
        assert network_error(model, group, x) <= ALLOWED


def network_error(model, group, x):
    output_field = "trivial" if model.layers[-1].name in ("positions", "predictions", "top") else "regular"
    return equivariance_error(model, groups.get(group, 2), x, "trivial", output_field, at_once=True)


@IN_TURN
def test_the_audit_passes(name, group):
    case, model = cases.CASES[name], cases.build(name, group)
    shape = (max(case.grid), max(case.grid), model.input_shape[-1])
    audit.assert_equivariant(model, group, input_shape=shape)
    audit.assert_equivariant(model, group, input_shape=shape, training=True)


@EVERY_NETWORK
def test_a_saved_network_loads_with_equal_outputs(name, tmp_path):
    model = cases.build(name, "D4")
    model.save(tmp_path / "model.keras")
    x = cases.sample(model, cases.CASES[name].grid)
    assert np.array_equal(keras.saving.load_model(tmp_path / "model.keras")(x), model(x))


@pytest.mark.parametrize("group", (None, "Z2", "C1", "p1"))
@EVERY_NETWORK
def test_without_a_group_all_layers_are_those_of_keras(name, group):
    model = cases.CASES[name].make(group)
    assert {type(layer).__module__.split(".")[0] for layer in model.layers} == {"keras"}
    assert model.name.endswith("_plain")


@EVERY_NETWORK
def test_a_group_changes_the_kind_of_layers_and_nothing_else(name):
    plain, turned = (cases.CASES[name].make(group) for group in (None, "D2"))
    optional = (layers.GroupPooling, keras.layers.Dropout)  # dropout is the paper's: in the plain network alone
    kept = [[each.name for each in m.layers[1:] if not isinstance(each, optional)] for m in (plain, turned)]
    assert kept[0] == kept[1]
    x = cases.sample(plain, cases.CASES[name].grid)
    order = 1 if cases.CASES[name].output_field == "trivial" else 4
    assert turned(x).shape == (*plain(x).shape[:-1], plain(x).shape[-1] * order)


@EVERY_NETWORK
def test_the_network_runs_as_a_compiled_function(name):
    model = cases.build(name, "C4")
    x = cases.sample(model, cases.CASES[name].grid)
    assert relative_error(model.predict(x, verbose=0), model(x)) <= 1e-5


@pytest.mark.parametrize("name", [name for name in cases.CASES if name.endswith("-any")])
def test_open_sizes_give_the_numbers_of_fixed_sizes(name):
    model = cases.build(name, "D4")
    height, width = cases.CASES[name].grid
    x = cases.sample(model, (height, width))
    fixed = keras.models.clone_model(model, keras.Input((height, width, x.shape[-1])))
    fixed.set_weights(model.get_weights())
    assert relative_error(fixed(x), model(x)) <= 1e-5
