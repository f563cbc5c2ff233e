"""The legacy batch normalisation: golden numbers, TF1's moving average, what is equivariant and what is not."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from golden_files import load
from laws import equivariance_error, relative_error
from tensorflow.python.training.moving_averages import assign_moving_average

from tfconvkit import groups
from tfconvkit.compat.keras_gcnn import GBatchNorm

GROUPS = ("C4", "D4")


def golden_layer(group, **arguments):
    golden = {key[3:]: value for key, value in load("kerasgcnn_bn_pool").items() if key.startswith(group)}
    layer = GBatchNorm(group, momentum=0.9, **arguments)
    layer.build(golden["x"].shape)
    layer.set_weights([golden[key] for key in ("gamma", "beta", "moving_mean0", "moving_var0")])
    return layer, golden


def planes_of(x, epsilon=1e-3):
    """The legacy values per plane: means, and variances corrected twice."""
    count = x[..., 0].size
    correction = count / (count - 1) * count / (count - 1 - epsilon)
    return x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2)) * correction


@pytest.mark.parametrize("group", GROUPS)
def test_golden_inference_is_reproduced(group):
    layer, golden = golden_layer(group)
    assert relative_error(layer(golden["x"]), golden["y_inference"]) <= tolerances.GOLDEN


@pytest.mark.parametrize("compiled", (None, False, True))
@pytest.mark.parametrize("group", GROUPS)
def test_golden_training_is_reproduced_and_the_first_update_replaces(group, compiled):
    layer, golden = golden_layer(group)
    function = layer if compiled is None else tf.function(layer, jit_compile=compiled)
    y = function(golden["x"], training=True)
    assert relative_error(y, golden["y_training"]) <= tolerances.GOLDEN
    assert relative_error(layer.moving_mean, golden["moving_mean1"]) <= tolerances.GOLDEN
    assert relative_error(layer.moving_variance, golden["moving_var1"]) <= tolerances.GOLDEN


def test_later_updates_are_those_of_tensorflows_zero_debiased_average():
    rng, layer = np.random.default_rng(0), golden_layer("C4")[0]
    batches = [rng.normal(i, 1 + i, size=(4, 5, 5, 12)).astype("float32") for i in range(4)]
    for batch in batches:
        layer(batch, training=True)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        value = tf.compat.v1.placeholder("float32", [2, 3])
        moving = tf.compat.v1.get_variable("moving", [2, 3])
        update = assign_moving_average(moving, value, 0.9, zero_debias=True)
        session.run(tf.compat.v1.global_variables_initializer())
        for batch in batches:
            fields = [np.reshape(planes, (3, 4)).mean(axis=1) for planes in planes_of(batch)]
            expected = session.run(update, {value: fields})
    assert relative_error(np.stack([layer.moving_mean, layer.moving_variance]), expected) <= tolerances.GOLDEN


def test_the_number_of_updates_is_saved_but_is_no_weight(tmp_path):
    rng = np.random.default_rng(0)
    layer, golden = golden_layer("C4")
    assert [w.name for w in layer.weights] == ["gamma", "beta", "moving_mean", "moving_variance"]
    model = keras.Sequential([keras.Input(golden["x"].shape[1:]), layer])
    model(golden["x"], training=True)
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    fresh = keras.models.clone_model(model)
    fresh.load_weights(tmp_path / "model.weights.h5")
    batch = rng.normal(size=golden["x"].shape).astype("float32")
    for each in (model, loaded, fresh):
        each(batch, training=True)
        assert relative_error(each.layers[0].moving_mean, layer.moving_mean) <= tolerances.SAME_LAYER
    reset = golden_layer("C4")[0]
    reset(batch, training=True)
    assert relative_error(layer.moving_mean, reset.moving_mean) > 0.1


def test_a_subclassed_model_counts_updates_from_its_first_fit():
    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.norm = GBatchNorm("C4", momentum=0.9)

        def call(self, x, training=None):
            return self.norm(x, training=training)

    x = np.random.default_rng(0).normal(2, 1, size=(8, 4, 4, 8)).astype("float32")
    model = Model()
    model.compile(keras.optimizers.SGD(0.0), "mse")
    model.fit(x, x, batch_size=4, epochs=3, shuffle=False, verbose=0)
    reference = GBatchNorm("C4", momentum=0.9)
    for batch in 3 * [x[:4], x[4:]]:
        reference(batch, training=True)
    assert relative_error(model.norm.moving_mean, reference.moving_mean) <= tolerances.SAME_LAYER


def test_layers_that_are_not_built_are_saved_without_state():
    layer, store = GBatchNorm("C4"), {}
    layer.save_own_variables(store)
    layer.load_own_variables(store)
    assert store == {}


@pytest.mark.parametrize("group", GROUPS)
def test_inference_is_equivariant_and_training_is_not(group):
    layer, golden = golden_layer(group, dtype="float64")
    x = golden["x"].astype("float64")
    arguments = groups.get(group), x, "regular", "regular"
    assert equivariance_error(layer, *arguments) <= tolerances.LAW["float64"]
    # One sample turned: each plane then holds another mixture of orientations.
    y = np.array(layer(x, training=True))
    turned = np.concatenate([groups.act(group, 1, x[:1], "regular"), x[1:]])
    assert relative_error(np.array(layer(turned, training=True))[1:], y[1:]) > 0.01


def test_image_planes_are_normalised_one_by_one():
    x = np.random.default_rng(0).normal(size=(4, 5, 5, 3)).astype("float32")
    layer = GBatchNorm("Z2")
    expected = keras.layers.BatchNormalization()(x, training=True)
    assert relative_error(layer(x, training=True), expected) <= tolerances.SAME_LAYER
    assert relative_error(layer.moving_variance, planes_of(x)[1]) <= tolerances.GOLDEN


def test_vectors_are_corrected_once():
    x = np.random.default_rng(0).normal(size=(6, 12)).astype("float32")
    layer = GBatchNorm("C4")
    layer(x, training=True)
    expected = (x.var(axis=0) * 6 / (5 - 1e-3)).reshape(3, 4).mean(axis=1)
    assert relative_error(layer.moving_variance, expected) <= tolerances.GOLDEN


def test_a_frozen_layer_keeps_its_statistics():
    layer, golden = golden_layer("C4")
    layer.trainable = False
    assert relative_error(layer(golden["x"], training=True), golden["y_inference"]) <= tolerances.GOLDEN
    assert np.array_equal(layer.moving_mean, golden["moving_mean0"])


def test_parts_may_be_left_out_and_half_precision_is_summed_in_float32():
    x = 300 * np.random.default_rng(0).normal(size=(4, 5, 5, 8)).astype("float32")
    bare, half = GBatchNorm("C4", center=False, scale=False), GBatchNorm("C4", dtype="mixed_float16")
    y = half(x, training=True)
    assert len(bare.weights) == 0 and y.dtype == "float16"
    assert relative_error(y, bare(x, training=True)) <= tolerances.HALF["float16"]
    assert len(bare.weights) == 2


@pytest.mark.parametrize("arguments, message", [
    (dict(h="p4"), "Expected a space .* Received 'p4'"),
    (dict(axis=1), 'GBatchNorm "bad": axis must be -1, the channels last. Received axis=1. Use'),
    (dict(momentum=1.0), r"momentum must be in \[0, 1\). Received momentum=1.0. To keep"),
])
def test_bad_arguments_are_answered_by_what_was_expected(arguments, message):
    with pytest.raises(ValueError, match=message):
        GBatchNorm(**{**dict(h="C4", name="bad"), **arguments})


def test_channels_that_are_no_fields_are_refused():
    with pytest.raises(ValueError, match='GBatchNorm "bad".*multiple of 8. Received 12 channels'):
        GBatchNorm("D4", name="bad").build((None, 5, 5, 12))
