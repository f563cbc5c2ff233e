"""The legacy group convolution layer: golden numbers, old weights, and the manners of a Keras layer."""

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from golden_files import load
from laws import equivariance_error, relative_error

from tfconvkit import audit, groups, layers
from tfconvkit.compat.keras_gcnn import GBatchNorm, GConv2D, GroupPool

CASES = {
    "lift": {},
    "same": dict(padding="same"),
    "stride2": dict(padding="same", strides=2),
    "dil2": dict(dilation_rate=2),
    "transpose": dict(strides=2, transpose=True),
    "relu": dict(activation="relu"),
}


def layer_of(group, case, **arguments):
    return GConv2D(2, 3, "Z2" if case == "lift" else group, group, **CASES[case], **arguments)


def network():
    return keras.Sequential([
        keras.Input((None, None, 1)),
        GConv2D(2, 3, "Z2", "C4", padding="same", use_bias=True),
        GBatchNorm("C4"),
        keras.layers.ReLU(),
        GConv2D(3, 3, "C4", "C4", strides=2, kernel_regularizer="l2"),
        GroupPool("C4"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(2),
    ])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("group", ("C4", "D4"))
def test_golden_outputs_are_reproduced(group, case):
    golden = load("kerasgcnn_gconv2d")
    x, w, y = (golden[f"{group}_{case}_{key}"] for key in "xwy")
    layer = layer_of(group, case)
    assert layer.compute_output_shape(x.shape) == y.shape
    layer.build(x.shape)
    layer.set_weights([w])
    assert relative_error(layer(x), y) <= tolerances.GOLDEN
    model = keras.Sequential([keras.Input((None, None, x.shape[-1])), layer])
    assert relative_error(model.predict(x, verbose=0), y) <= tolerances.GOLDEN
    assert relative_error(tf.function(layer, jit_compile=True)(x), y) <= tolerances.GOLDEN


@pytest.mark.parametrize("size", (5, 6))
@pytest.mark.parametrize("arguments", [
    dict(kernel_size=1, strides=3, transpose=True),
    dict(kernel_size=2, strides=3, padding="same", transpose=True),
    dict(kernel_size=4, strides=2, transpose=True),
    dict(kernel_size=2, strides=2, padding="same"),
    dict(kernel_size=2, dilation_rate=2, padding="same"),
], ids=str)
def test_shapes_are_computed_from_shapes_alone(arguments, size):
    layer = GConv2D(2, h_input="C4", h_output="C4", **arguments)
    x = np.ones((1, size, size + 1, 8), "float32")
    assert layer.compute_output_shape(x.shape) == tuple(layer(x).shape)
    assert layer.compute_output_shape((None, None, None, 8)) == (None, None, None, 8)


def test_a_bias_is_shared_by_the_orientations_so_that_the_layer_stays_equivariant():
    layer = GConv2D(3, 3, "C4", "C4", padding="same", use_bias=True, bias_initializer="normal", dtype="float64")
    x = np.random.default_rng(0).normal(size=(2, 6, 7, 8))
    error = equivariance_error(layer, groups.get("C4"), x, "regular", "regular")
    assert error <= tolerances.LAW["float64"] and layer.bias.shape == (3,) and np.any(layer.bias)


def test_it_equals_the_group_convolution_of_today_but_for_the_order_of_the_kernel():
    old, new = GConv2D(3, 3, "D4", "D4", padding="same"), layers.GroupConv2D(3, 3, "D4", padding="same", use_bias=False)
    x = np.random.default_rng(0).normal(size=(2, 6, 7, 16)).astype("float32")
    old.build(x.shape), new.build(x.shape)
    raw = np.reshape(old.kernel, (3, 3, 8, 2, 3))
    new.set_weights([np.swapaxes(raw, 2, 3).reshape(3, 3, 16, 3)])
    assert relative_error(old(x), new(x)) <= tolerances.SAME_LAYER


def test_a_network_trains_and_is_saved_and_loaded(tmp_path):
    rng = np.random.default_rng(0)
    x, target = rng.normal(size=(16, 9, 9, 1)).astype("float32"), rng.integers(2, size=16)
    model = network()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(x, target, batch_size=8, epochs=15, verbose=0).history["loss"]
    assert history[-1] < history[0]
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert np.array_equal(again(x), model(x))
    more = [m.fit(x, target, batch_size=8, epochs=2, shuffle=False, verbose=0).history["loss"] for m in (model, again)]
    assert relative_error(more[1], more[0]) <= tolerances.SAME_LAYER


def test_compiled_training_and_export_work(tmp_path):
    rng = np.random.default_rng(0)
    x, model = rng.normal(size=(8, 9, 9, 1)).astype("float32"), network()
    model.compile("sgd", "mse", jit_compile=True)
    model.fit(x, rng.normal(size=(8, 2)), verbose=0)
    model.export(tmp_path / "exported", verbose=False)
    exported = tf.saved_model.load(tmp_path / "exported")
    assert relative_error(exported.serve(x), model(x)) <= tolerances.SAME_LAYER


def test_the_weight_file_of_keras_2_loads(tmp_path):
    model, rng = network(), np.random.default_rng(0)
    arrays = {layer.name: [rng.uniform(0.1, 1, w.shape) for w in layer.weights] for layer in model.layers}
    path = tmp_path / "legacy.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in arrays]
        for name, values in arrays.items():
            names = [f"{name}/weight_{number}:0" for number in range(len(values))]
            group = file.create_group(name)
            group.attrs["weight_names"] = [each.encode() for each in names]
            for each, value in zip(names, values, strict=True):
                group.create_dataset(each, data=value)
    model.load_weights(path)
    for layer in model.layers:
        pairs = zip(layer.weights, arrays[layer.name], strict=True)
        assert all(np.array_equal(weight, value.astype("float32")) for weight, value in pairs)
    assert [len(layer.weights) for layer in model.layers[:2]] == [2, 4]


@pytest.mark.parametrize("make", [
    lambda: GConv2D(3, (3, 3), "Z2", "D4", (2, 2), "same", activation="relu", kernel_initializer="he_normal"),
    lambda: GConv2D(3, 3, "D4", "D4", use_bias=True, transpose=True, kernel_regularizer="l2"),
    lambda: GBatchNorm("D4", momentum=0.9, center=False),
    lambda: GroupPool("C4"),
])
def test_configurations_survive_serialisation_under_names_that_do_not_collide(make):
    layer = make()
    config = keras.saving.serialize_keras_object(layer)
    assert config["registered_name"] == f"tfconvkit>compat.{type(layer).__name__}"
    assert "group" not in config["config"]
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is type(layer) and keras.saving.serialize_keras_object(again) == config


def test_half_precision_computes_in_half_and_keeps_float32_weights():
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 8)).astype("float32")
    full, half = (GConv2D(2, 3, "C4", "C4", dtype=dtype) for dtype in ("float32", "mixed_float16"))
    full.build(x.shape), half.build(x.shape)
    half.set_weights(full.get_weights())
    assert half.kernel.dtype == "float32" and half(x).dtype == "float16"
    assert relative_error(half(x), full(x)) <= tolerances.HALF["float16"]


def test_the_audit_finds_where_the_legacy_padding_breaks_the_law():
    def report(size):
        inputs = keras.Input((size, size, 1))
        lifted = GConv2D(2, 3, "Z2", "C4", padding="same")(inputs)
        return audit.equivariance(keras.Model(inputs, GConv2D(2, 3, "C4", "C4", strides=2)(lifted)), group="C4")

    assert report(9).ok and not report(8).ok


@pytest.mark.parametrize("arguments, error, message", [
    (dict(kernel_size=(3, 5)), ValueError, r'GConv2D "bad": the kernel must be square. Received .*\(3, 5\). Use'),
    (dict(h_input="p4"), ValueError, 'GConv2D "bad": Expected a space .* Received \'p4\''),
    (dict(h_output="D4"), ValueError, 'GConv2D "bad": Expected h_input="Z2" or h_input equal to h_output'),
    (dict(padding="full"), ValueError, 'padding must be "valid" or "same". Received'),
    (dict(strides=2, dilation_rate=2), ValueError, r"dilation goes with strides=1 .* Received dilation_rate=\(2, 2\)"),
    (dict(transpose=True, dilation_rate=2), ValueError, "transpose=True. Use"),
    (dict(data_format="channels_first"), NotImplementedError, 'must be "channels_last". Received "channels_first"'),
])
def test_bad_arguments_are_answered_by_what_was_expected(arguments, error, message):
    with pytest.raises(error, match=message):
        GConv2D(**{**dict(filters=2, kernel_size=3, h_input="C4", h_output="C4", name="bad"), **arguments})


@pytest.mark.parametrize("shape, message", [
    ((1, 5, 5, 6), 'GConv2D "bad".*multiple of 4. Received 6 channels'),
    ((1, 5, 5, None), "known number of channels"),
    ((1, 5, 8), "rank 4"),
    ((1, 2, 5, 8), "too small"),
])
def test_bad_shapes_are_answered_by_what_was_expected(shape, message):
    with pytest.raises(ValueError, match=message):
        GConv2D(2, 3, "C4", "C4", name="bad").build(shape)
