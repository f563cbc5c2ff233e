import keras
import numpy as np
import pytest
from keras import layers as plain
from surgery.networks import outputs, randomised, sample

from tfconvkit.surgery.rewriting import Replacement, Rewriter


def keep(layer, tensors):
    return None


def branching_model():
    """Two inputs, a nested model that is called twice, an operation, two outputs in a dictionary."""
    image, scale = keras.Input((8, 8, 3), name="image"), keras.Input((3,), name="scale")
    parts = [plain.Conv2D(3, 3, padding="same", name="conv"), plain.BatchNormalization(name="norm")]
    shared = keras.Sequential([keras.Input((None, None, 3)), *parts], name="block")
    first = shared(image)
    second = shared(first, training=False)
    joined = plain.Add(name="add")([first, keras.ops.multiply(second, keras.ops.reshape(scale, (-1, 1, 1, 3)))])
    heads = {"map": joined, "mean": plain.GlobalAveragePooling2D(name="mean")(joined)}
    return randomised(keras.Model({"image": image, "scale": scale}, heads, name="branching"))


def pair(rng):
    return {"image": rng.normal(size=(2, 8, 8, 3)).astype("float32"), "scale": rng.normal(size=(2, 3))}


def test_model_rebuilt_without_replacements_is_equal():
    model = branching_model()
    rebuilt = Rewriter(keep).rebuild(model)
    x = pair(np.random.default_rng(0))
    for name, expected in model(x).items():
        np.testing.assert_array_equal(rebuilt(x)[name], expected)
    assert [layer.name for layer in rebuilt.layers] == [layer.name for layer in model.layers]
    assert len(rebuilt.weights) == len(model.weights) and rebuilt.name == "branching"


def test_rebuilt_model_survives_saving(tmp_path):
    rebuilt = Rewriter(keep).rebuild(branching_model())
    rebuilt.save(tmp_path / "model.keras")
    x = pair(np.random.default_rng(0))
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "model.keras")(x)["map"], rebuilt(x)["map"])


def test_layer_becomes_several_layers_or_none_inside_a_nested_model():
    def replace(layer, tensors):
        if layer.name == "norm":
            return Replacement(lambda name: [])
        if layer.name == "conv":
            return Replacement(lambda name: [plain.Identity(name=name), plain.ReLU(name=f"{name}_relu")])
        return None

    rebuilt = Rewriter(replace).rebuild(branching_model())
    assert [layer.name for layer in rebuilt.get_layer("block").layers] == ["conv", "conv_relu"]
    x = pair(np.random.default_rng(0))
    relu = np.maximum(x["image"], 0)
    expected = relu + relu * x["scale"][:, None, None, :]
    np.testing.assert_allclose(rebuilt(x)["map"], expected, atol=1e-6)


def test_shared_layer_is_replaced_once_for_each_key():
    dense = plain.Dense(4, name="dense")
    made = []

    def replace(layer, tensors):
        def make(name):
            made.append(name)
            return [plain.Dense(4, name=name)]

        return Replacement(make, tensors[0].shape[1]) if layer is dense else None

    x = keras.Input((6, 4))
    y = dense(dense(x))
    model = keras.Model(x, plain.Concatenate(axis=1, name="dense_1")([y, dense(plain.Cropping1D(1)(x))]))
    Rewriter(replace).rebuild(model)
    assert sorted(made) == ["dense", "dense_2"]


def test_statistics_of_a_normalization_layer_are_carried_over():
    adapted = plain.Normalization()
    adapted.adapt(np.random.default_rng(0).normal(3, 2, size=(50, 4)).astype("float32"))
    model = keras.Sequential([keras.Input((4,)), adapted, plain.Dense(2)])
    rebuilt, x = Rewriter(keep).rebuild(model), sample(model)
    for received, expected in zip(outputs(rebuilt, x), outputs(model, x), strict=True):
        np.testing.assert_array_equal(received, expected)


def test_batch_size_is_left_open():
    model = keras.Sequential([plain.Dense(2)])
    model(np.ones((5, 3), "float32"))
    assert Rewriter(keep).rebuild(model).input_shape == (None, 3)


class Coded(keras.Model):
    def call(self, inputs):
        return inputs


def test_model_whose_call_is_code_is_refused():
    with pytest.raises(TypeError, match='Received Coded "coded", whose call is code .* keras.Model'):
        Rewriter(keep).rebuild(Coded(name="coded"))
    with pytest.raises(TypeError, match="Expected a Keras model. Received 'model.keras'"):
        Rewriter(keep).rebuild("model.keras")


def test_model_that_is_not_built_is_refused():
    with pytest.raises(ValueError, match=r'Sequential "late" is not built, .* keras.Input\(shape\)'):
        Rewriter(keep).rebuild(keras.Sequential([plain.Dense(2)], name="late"))


@pytest.mark.parametrize("shape", [(8, 9, 3), (8, 3), [(8, 8, 3), (3,)]])
def test_input_shape_that_does_not_fit_is_refused(shape):
    model = keras.Sequential([keras.Input((None, 8, 3)), plain.Conv2D(1, 1)], name="model")
    with pytest.raises(ValueError, match=r'"model" expects input_shape like \(None, 8, 3\) .* Received input_shape='):
        Rewriter(keep).rebuild(model, shape)


def test_weights_that_depend_on_the_size_are_named():
    parts = [plain.Conv2D(1, 3), plain.GlobalAveragePooling2D(keepdims=True), plain.Dense(2, name="head")]
    model = keras.Sequential([keras.Input((None, None, 3)), *parts])

    def widen(layer, tensors):
        return Replacement(lambda name: [plain.Conv2D(2, 3, name=name)]) if isinstance(layer, plain.Conv2D) else None

    with pytest.raises(ValueError, match='Dense "head" has weights that do not fit the new model'):
        Rewriter(widen).rebuild(model)
