"""Batch normalisation with statistics pooled over the orientations."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tolerances
from laws import equivariance_error, relative_error

from tfconvkit import groups, layers


def sample(shape=(4, 5, 5, 12), dtype="float64"):
    return np.random.default_rng(0).normal(1.0, 2.0, size=shape).astype(dtype)


def test_it_equals_keras_on_fields_unrolled_along_the_batch():
    x = sample()
    layer = layers.GroupBatchNormalization("C4", dtype="float64", momentum=0.9)
    plain = keras.layers.BatchNormalization(dtype="float64", momentum=0.9)
    unrolled = x.reshape(4, 5, 5, 3, 4).transpose(0, 4, 1, 2, 3).reshape(16, 5, 5, 3)
    y = np.asarray(layer(x, training=True))
    expected = np.asarray(plain(unrolled, training=True)).reshape(4, 4, 5, 5, 3).transpose(0, 2, 3, 4, 1)
    assert relative_error(y, expected.reshape(x.shape)) <= tolerances.LAW["float64"]
    for mine, theirs in zip(layer.get_weights(), plain.get_weights(), strict=True):
        assert relative_error(mine, theirs) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("training", (True, False))
@pytest.mark.parametrize("axis", (-1, 1, 3))
def test_it_is_equivariant_in_training_and_inference(training, axis):
    group = groups.get("D4")
    data_format = "channels_first" if axis == 1 else "channels_last"
    x = sample((2, 4, 5, 16)) if axis != 1 else sample((2, 16, 4, 5))
    layer = layers.GroupBatchNormalization("D4", axis=axis, dtype="float64")
    layer.build(x.shape)
    layer.set_weights([np.random.default_rng(1).uniform(0.5, 2, size=w.shape) for w in layer.weights])
    error = equivariance_error(lambda x: layer(x, training=training), group, x, "regular", "regular", data_format)
    assert error <= tolerances.LAW["float64"]


def test_turning_one_sample_of_a_training_batch_turns_its_output_and_no_other():
    x = sample()
    layer = layers.GroupBatchNormalization("C4", dtype="float64")
    y = np.asarray(layer(x, training=True))
    turned = np.concatenate([groups.act("C4", 1, x[:1], "regular"), x[1:]])
    expected = np.concatenate([groups.act("C4", 1, y[:1], "regular"), y[1:]])
    assert relative_error(layer(turned, training=True), expected) <= tolerances.LAW["float64"]


def test_masked_positions_do_not_count():
    x, mask = sample((2, 4, 8)), np.array([[1, 1, 0, 0], [1, 0, 0, 1]], bool)
    layer = layers.GroupBatchNormalization("C4", dtype="float64", momentum=0.0)
    layer(x, training=True, mask=mask)
    chosen = x[mask].reshape(-1, 2, 4)
    assert relative_error(layer.moving_mean, chosen.mean(axis=(0, 2))) <= tolerances.MASKED
    assert relative_error(layer.moving_variance, chosen.var(axis=(0, 2))) <= tolerances.MASKED


def test_masked_positions_may_hold_nan_on_any_axis():
    x, mask = sample((2, 8, 4)), np.array([[1, 1, 0, 0], [1, 0, 0, 1]], bool)
    layer = layers.GroupBatchNormalization("C4", axis=1, dtype="float64", momentum=0.0)
    x.transpose(0, 2, 1)[~mask] = np.nan
    layer(x, training=True, mask=mask)
    chosen = x.transpose(0, 2, 1)[mask].reshape(-1, 2, 4)
    assert relative_error(layer.moving_mean, chosen.mean(axis=(0, 2))) <= tolerances.MASKED


def test_half_precision_is_normalised_without_overflow():
    x = np.full((2, 3, 3, 4), 60000.0, "float16")
    x[0] = 59000.0
    layer = layers.GroupBatchNormalization("C4", dtype="mixed_float16", epsilon=0.0)
    assert np.abs(np.abs(np.asarray(layer(x, training=True), "float32")) - 1).max() <= tolerances.HALF["float16"]


def test_epsilon_is_used():
    layer = layers.GroupBatchNormalization("C4", epsilon=3.0, dtype="float64")
    assert np.allclose(layer(np.ones((1, 2, 2, 4))), 0.5)


@pytest.mark.tensorflow("replicas")
def test_statistics_are_synchronized_between_replicas(tmp_path):
    """Two logical CPUs with half the batch each see the statistics of the whole batch."""
    script = tmp_path / "replicas.py"
    script.write_text(
        "import numpy as np, tensorflow as tf\n"
        "cpu = tf.config.list_physical_devices('CPU')[0]\n"
        "tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)\n"
        "from tfconvkit import layers\n"
        "x = np.random.default_rng(0).normal(size=(4, 3, 3, 8)).astype('float32')\n"
        "x[2:] += 3\n"
        "strategy = tf.distribute.MirroredStrategy(['CPU:0', 'CPU:1'])\n"
        "with strategy.scope():\n"
        "    layer = layers.GroupBatchNormalization('C4', synchronized=True, momentum=0.0)\n"
        "    layer.build(x.shape)\n"
        "halves = strategy.experimental_distribute_values_from_function(\n"
        "    lambda c: tf.constant(x[2 * c.replica_id_in_sync_group :][:2]))\n"
        "strategy.run(tf.function(lambda h: layer(h, training=True)), args=(halves,))\n"
        "whole = layers.GroupBatchNormalization('C4', momentum=0.0)\n"
        "whole(x, training=True)\n"
        "print(max(abs(np.asarray(a) - np.asarray(b)).max() for a, b in zip(layer.weights, whole.weights)))\n",
        encoding="utf-8",
    )
    finished = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr[-2000:]
    assert float(finished.stdout.splitlines()[-1]) <= tolerances.SAME_LAYER


@pytest.mark.tensorflow("replicas")
def test_weights_are_one_per_field_and_frozen_layers_keep_theirs():
    layer = layers.GroupBatchNormalization("D4", synchronized=True)
    layer(sample((2, 4, 4, 24), "float32"), training=True)
    assert [tuple(w.shape) for w in layer.weights] == [(3,)] * 4
    layer.trainable = False
    before = np.asarray(layer.moving_mean)
    layer(sample((2, 4, 4, 24), "float32") + 5, training=True)
    assert np.array_equal(before, layer.moving_mean)


def test_scale_and_center_can_be_left_out():
    layer = layers.GroupBatchNormalization("C4", scale=False, center=False, dtype="float64")
    y = np.asarray(layer(sample(), training=True)).reshape(4, 5, 5, 3, 4)
    assert np.allclose(y.mean(axis=(0, 1, 2, 4)), 0, atol=tolerances.LAW["float64"])
    assert len(layer.weights) == 2


@pytest.mark.tensorflow("replicas")
def test_wrong_arguments_are_named_with_what_was_expected():
    with pytest.raises(ValueError, match="Received renorm=True, expected False"):
        layers.GroupBatchNormalization("C4", renorm=True)
    with pytest.raises(ValueError, match="multiple of 4. Received 6 channels"):
        layers.GroupBatchNormalization("C4").build((None, 8, 8, 6))
    with pytest.raises(ValueError, match="Unknown group 'Z4'"):
        layers.GroupBatchNormalization("Z4")
    for axis in (0, 5, -4):
        with pytest.raises(ValueError, match=f"axis must name the channels.*Received axis={axis}"):
            layers.GroupBatchNormalization("C4", axis=axis).build((None, 8, 8, 8))
    layer = layers.GroupBatchNormalization("C4")
    layer.build((None, 4, 5, 8))
    with pytest.raises(ValueError, match=r"one axis less than the input.*Received mask shape \(2, 4\)"):
        layer(np.ones((2, 4, 5, 8)), training=True, mask=np.ones((2, 4)))
    with pytest.raises(ValueError, match="expected axis -1 of input shape to have value 8"):
        layer(np.ones((2, 4, 5, 4)))
    with pytest.raises(ValueError, match="not synchronized between replicas"):
        synchronized = layers.GroupBatchNormalization("C4", synchronized=True)
        synchronized(np.ones((2, 4, 8)), training=True, mask=np.ones((2, 4)))


def test_integers_are_normalised_as_numbers():
    assert np.asarray(layers.GroupBatchNormalization("C4")(np.ones((1, 4, 4, 8), "int32"))).dtype == "float32"
