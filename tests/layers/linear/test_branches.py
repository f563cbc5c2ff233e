import keras
import numpy as np
import pytest
import tolerances
from keras import ops
from laws import relative_error

from tfconvkit import layers

ALL = ("conv", "pointwise", "average", "identity")


def sample(*shape, dtype="float64"):
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


def make(**kwargs):
    layer = layers.BranchConv2D(3, 3, **{"branches": ALL, "padding": "same", "dtype": "float64", **kwargs})
    layer.build((None, None, None, 3))
    rng = np.random.default_rng(1)
    layer.set_weights([rng.uniform(0.2, 1.0, size=w.shape) for w in layer.weights])
    return layer


def by_keras(layer, x, training):
    """The branches as a network of plain Keras layers, each with its own padding, for odd kernels and strides of 1."""
    dilation = {"padding": "same", "dilation_rate": layer.dilation_rate}
    total = 0 if layer.bias is None else ops.convert_to_tensor(layer.bias)
    for name in layer.branches:
        y = ops.convert_to_tensor(x)
        if name != "identity":
            y = ops.conv(y, ops.convert_to_tensor(layer.kernels[name]), **(dilation if name == "conv" else {}))
        if name == "average":
            taps = np.full((*layer.kernel_size, 3, 1), 1 / 9)
            y = ops.depthwise_conv(y, ops.convert_to_tensor(taps), **dilation)
        if layer.use_batch_norm:
            norm = keras.layers.BatchNormalization(dtype="float64", momentum=layer.momentum, epsilon=layer.epsilon)
            norm.build(y.shape)
            norm.set_weights(layer.norms[name].get_weights())
            y = norm(y, training=training)
        total = total + y
    return total


@pytest.mark.parametrize("use_batch_norm", (False, True))
@pytest.mark.parametrize("dilation_rate", (1, 2))
@pytest.mark.parametrize("training", (False, True))
def test_it_is_the_network_of_its_branches(use_batch_norm, dilation_rate, training):
    layer = make(use_batch_norm=use_batch_norm, dilation_rate=dilation_rate, use_bias=True, momentum=0.9)
    x = sample(2, 7, 8, 3)
    expected = by_keras(layer, x, training)
    assert relative_error(layer(x, training=training), expected) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("arguments", [
    dict(), dict(dilation_rate=2), dict(kernel_size=2), dict(kernel_size=(4, 1), dilation_rate=(3, 1), strides=2),
    dict(kernel_size=2, dilation_rate=2, strides=(3, 2), padding="valid"), dict(branches=["pointwise"], strides=2),
])
def test_what_was_trained_by_branches_is_inferred_by_one_convolution(arguments):
    """With frozen statistics a step of training runs the branches on the very numbers that inference folds."""
    kernel_size = arguments.pop("kernel_size", 3)
    settings = {"branches": ALL, "padding": "same", "dtype": "float64", "use_bias": True, **arguments}
    layer = layers.BranchConv2D(3, kernel_size, **settings)
    layer.build((None, None, None, 3))
    layer.set_weights([np.random.default_rng(1).uniform(0.2, 1.0, size=w.shape) for w in layer.weights])
    x = sample(2, 9, 11, 3)
    inferred = layer(x)
    assert relative_error(layer.collapse()(x), inferred) <= tolerances.LAW["float64"]
    layer.trainable = False
    assert relative_error(layer(x, training=True), inferred) <= tolerances.LAW["float64"]


def test_training_moves_the_statistics_and_normalises_the_batch():
    layer = make(momentum=0.5)
    x = sample(8, 6, 6, 3)
    before = [ops.convert_to_numpy(norm.moving_mean) for norm in layer.norms.values()]
    y = layer(x, training=True)
    assert relative_error(y, layer(x)) > 0.01
    after = [ops.convert_to_numpy(norm.moving_mean) for norm in layer.norms.values()]
    assert all((old != new).all() for old, new in zip(before, after, strict=True))
    assert relative_error(after[-1], 0.5 * before[-1] + 0.5 * x.mean(axis=(0, 1, 2))) <= tolerances.LAW["float64"]


def test_the_identity_needs_as_many_channels_as_filters():
    layer = layers.BranchConv2D(2, 3, padding="same")
    layer.build((None, None, None, 3))
    assert set(layer.norms) == {"conv", "pointwise"}
    with pytest.raises(ValueError, match=r'the only branch "identity" needs an input with filters=2 channels. .* 3'):
        layers.BranchConv2D(2, 3, branches=["identity"]).build((None, None, None, 3))


def test_half_precision_folds_statistics_in_float32():
    layer, half = make(dtype="float32"), make(dtype="mixed_float16")
    _, kernel = half(sample(1, 5, 5, 3), return_kernel=True)
    assert np.array_equal(kernel, layer.effective_kernel())


@pytest.mark.parametrize("branches", ((), ("conv", "conv"), ("mean",), "average pool", None))
def test_bad_branches_are_named(branches):
    with pytest.raises(ValueError, match=r'BranchConv2D "b": branches must list some of conv, pointwise, average, id'):
        layers.BranchConv2D(2, 3, branches=branches, name="b")
