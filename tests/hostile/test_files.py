"""Edited `.keras` files: nothing in them is executed in safe mode, nothing is loaded by half."""

import keras
import numpy as np
import pytest
from hostile import files


def function(module, name):
    """A configuration that stands for a function anywhere."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def thing(module, name, config=None):
    """A configuration that stands for an object of a class anywhere."""
    return {"module": module, "class_name": name, "config": config or {}, "registered_name": None}


def marking(marker):
    """Configurations that would leave a file behind, were they executed, and some that are only of another kind."""
    command = {"args": ["touch", str(marker)]}
    lambda_layer = keras.layers.Lambda(eval(f"lambda x: (open({str(marker)!r}, 'w').close(), x)[1]"))
    return {
        "lambda layer": keras.saving.serialize_keras_object(lambda_layer),
        "Popen": thing("subprocess", "Popen", command),
        "os.system": function("os", "system"),
        "os.system as a class": thing("os", "system", {"command": f"touch {marker}"}),
        "eval": function("builtins", "eval"),
        "exec as a class": thing("builtins", "exec", {"source": f"open({str(marker)!r}, 'w')"}),
        "get_file": function("keras.utils", "get_file"),
        "no layer": thing("keras.initializers", "Zeros"),
        "dict": thing("builtins", "dict"),
        "lambda": {"class_name": "__lambda__", "config": {"value": "4wEAAAA=", "defaults": None, "closure": None}},
    }


def put(where, value):
    """Puts a configuration in one of the places of ours where a configuration stands."""

    def change(configs):
        coupling = configs["chain"]["layers"][0]
        if where == "chain":
            configs["chain"]["layers"] = [value]
        elif where == "conditioner":
            coupling["config"]["conditioner"] = value
        elif where == "network":
            coupling["config"]["conditioner"]["config"]["layers"] = [value]
        else:
            layer, argument = where.split("/")
            configs[layer][argument] = value

    return change


PLACES = ("chain", "conditioner", "network", "gated/activation", "gated/gate_activation", "gated/kernel_initializer",
          "gated/kernel_regularizer", "gated/kernel_constraint", "normed/magnitude_initializer")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "model.keras"
    files.model().save(path)
    return path


@pytest.fixture
def copy(whole, tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(whole.read_bytes())
    return path


@pytest.mark.parametrize("place", PLACES)
def test_nothing_in_a_file_is_executed(place, copy, tmp_path):
    original, marker = copy.read_bytes(), tmp_path / "executed"
    for name, value in marking(marker).items():
        if name == "no layer" and place not in ("chain", "conditioner"):
            # An initialiser elsewhere is one of Keras' own functions, which no kind of ours forbids.
            continue
        copy.write_bytes(original)
        with pytest.raises((ValueError, TypeError), match=r"deserializ|[Cc]ould not|[Uu]nknown|[Rr]eceived"):
            keras.saving.load_model(files.with_config(copy, put(place, value)))(files.sample())
        assert not marker.exists(), name


def test_the_marker_appears_where_safe_mode_is_off(copy, tmp_path):
    marker = tmp_path / "executed"
    path = files.with_config(copy, put("network", marking(marker)["lambda layer"]))
    with pytest.raises(ValueError, match="conditioner"):
        keras.saving.load_model(path, safe_mode=False)(files.sample())
    assert marker.exists()


@pytest.mark.parametrize(
    "layer, argument, value, message",
    (
        ("gated", "colour", "red", "colour"),
        ("gated", "filters", "many", "filters must be a positive integer"),
        ("gated", "padding", 3, "padding must be"),
        ("gated", "activation", "nonsense", "nonsense"),
        ("chain", "layers", 3, "list of layers"),
        ("chain", "layers", [], "at least one layer"),
        ("chain", "layers", [None], "layers.Invertible"),
        ("normed", "filters", [2], "filters must be a positive integer"),
    ),
)
def test_edited_arguments_are_refused(layer, argument, value, message, copy):
    path = files.with_config(copy, lambda configs: configs[layer].update({argument: value}))
    with pytest.raises((ValueError, TypeError)) as caught:
        keras.saving.load_model(path)
    assert message in str(chain_of(caught.value))


def chain_of(error):
    """The messages of an error and of those that it wraps."""
    return [] if error is None else [str(error), *chain_of(error.__cause__ or error.__context__)]


def cut(file, layer):
    weight = file[f"layers/{layer}/vars/0"][...]
    del file[f"layers/{layer}/vars/0"]
    file[f"layers/{layer}/vars/0"] = weight[..., :-1]


def drop(file, layer):
    del file[f"layers/{layer}/vars/{len(file[f'layers/{layer}/vars']) - 1}"]


def drop_all(file, layer):
    del file[f"layers/{layer}"]


@pytest.mark.parametrize("damage", (cut, drop, drop_all))
@pytest.mark.parametrize("layer, name", (("gated_conv2d", "gated"), ("weight_norm_conv2d", "normed"),
                                         ("chain/layers/affine_coupling/conditioner/layers/conv2d", "inner")))
def test_damaged_weights_are_refused_by_the_name_of_the_layer(damage, layer, name, copy):
    path = files.with_weights(copy, lambda file: damage(file, layer))
    with pytest.raises(ValueError, match=f"could not be loaded[^,]*name={name}"):
        keras.saving.load_model(path)


def test_a_file_that_nobody_edited_loads(copy):
    path = files.with_weights(files.with_config(copy, lambda configs: None), lambda file: None)
    loaded, x = keras.saving.load_model(path), files.sample()
    again = keras.saving.load_model(copy)
    assert np.array_equal(*(keras.ops.convert_to_numpy(each(x)) for each in (loaded, again)))
