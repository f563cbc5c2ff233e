"""Batch normalisation with statistics pooled over the orientations."""

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


def test_wrong_arguments_are_named_with_what_was_expected():
    with pytest.raises(ValueError, match="Received renorm=True, expected False"):
        layers.GroupBatchNormalization("C4", renorm=True)
    with pytest.raises(ValueError, match="multiple of 4. Received 6 channels"):
        layers.GroupBatchNormalization("C4").build((None, 8, 8, 6))
    with pytest.raises(ValueError, match="Unknown group 'Z4'"):
        layers.GroupBatchNormalization("Z4")
