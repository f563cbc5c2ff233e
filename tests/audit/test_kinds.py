import keras
import pytest
from keras import layers as plain

from tfconvkit import layers
from tfconvkit.audit import kinds


def test_operations_of_keras_ops_are_known_by_name():
    x = keras.Input((5, 5, 8))
    total, active = (made._keras_history.operation for made in (keras.ops.add(x, x), keras.ops.relu(x)))
    assert kinds.is_merge(total) and kinds.is_pointwise(total) and kinds.is_pointwise(active)
    assert kinds.carries_fields(active) and not kinds.carries_fields(total)
    assert kinds.is_rearranging(keras.ops.reshape(x, (-1, 200))._keras_history.operation)


def test_layers_of_this_package_declare_their_fields():
    assert all(map(kinds.is_group_layer, (layers.LiftConv2D(1, 3, "C4"), layers.GroupPooling("C4"))))
    assert not kinds.is_group_layer(plain.GroupNormalization())


@pytest.mark.parametrize("layer, is_mixing", [(plain.Dense(2), True), (plain.BatchNormalization(), False)])
def test_matrix_of_weights_mixes_channels(layer, is_mixing):
    layer.build((None, 3))
    assert kinds.is_mixing(layer) is is_mixing


def test_noise_and_random_images_are_random():
    assert all(map(kinds.is_random, (plain.Dropout(0.1), plain.RandomRotation(0.1))))
    assert not kinds.is_random(plain.ReLU())
