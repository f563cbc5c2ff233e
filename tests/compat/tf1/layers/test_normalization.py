"""Batch normalisation against NumPy: outputs, moving averages, UPDATE_OPS."""

import numpy as np
import pytest
import tensorflow
import tolerances
from compat.tf1.scripts import run
from laws import relative_error

import tfconvkit.compat.tf1 as tf
from tfconvkit.compat.real_nvp.variables import VariableStore

FUSED_SHAPE = (3, 4, 5, 2)


def data(shape, dtype="float64"):
    return np.random.default_rng(8).normal(1.0, 2.0, size=shape).astype(dtype)


def expected_of(x, variables, scope, epsilon=1e-3, momentum=0.99, axis=-1, has_bessel=False):
    """Returns the output in training and the moving averages after one update."""
    x = np.moveaxis(x.astype("float64"), axis, -1)
    axes, n = tuple(range(x.ndim - 1)), x.size // x.shape[-1]
    mean, variance = x.mean(axes), x.var(axes)
    y = (x - mean) / np.sqrt(variance + epsilon) * variables.get(f"{scope}/gamma", 1.0) + variables.get(
        f"{scope}/beta", 0.0)
    moved = {"moving_mean": mean, "moving_variance": variance * (n / (n - 1) if has_bessel else 1)}
    return np.moveaxis(y, -1, axis), {
        f"{scope}/{name}": momentum * variables[f"{scope}/{name}"] + (1 - momentum) * value
        for name, value in moved.items()}


@pytest.mark.parametrize("shape, axis, dtype", [
    ((6, 3), -1, "float64"), ((3, 4, 5, 2), 3, "float64"), ((3, 2, 4, 5), 1, "float64"), ((6, 5, 3), 1, "float32"),
    (FUSED_SHAPE, -1, "float32"), ((3, 2, 4, 5), 1, "float32"),
])
def test_training_normalises_by_the_batch_and_updates_move_the_averages(shape, axis, dtype):
    x = data(shape, dtype)
    y, before, after = run(lambda x: tf.layers.batch_normalization(x, axis, training=True), x, after=["update_ops"])
    is_fused = len(shape) == 4 and dtype == "float32"
    expected, moved = expected_of(x, before, "batch_normalization", axis=axis, has_bessel=is_fused)
    assert y.dtype == dtype and relative_error(y, expected) <= tolerances.LAW[dtype]
    assert max(relative_error(after[name], moved[name]) for name in moved) <= tolerances.LAW[dtype]


def test_without_the_updates_the_averages_stay():
    _, before, after = run(lambda x: tf.layers.batch_normalization(x, training=True), data((6, 3)))
    assert all(np.array_equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("shape, dtype", [((6, 3), "float64"), (FUSED_SHAPE, "float32")])
def test_inference_normalises_by_the_averages_and_has_no_updates(shape, dtype):
    def build(x):
        y = tf.layers.batch_normalization(x, scale=False, name="bn")
        assert tf.get_collection(tf.GraphKeys.UPDATE_OPS) == []
        return y

    x = data(shape, dtype)
    y, variables, _ = run(build, x)
    mean, variance, beta = (variables[f"bn/{name}"] for name in ("moving_mean", "moving_variance", "beta"))
    assert relative_error(y, (x - mean) / np.sqrt(variance + 1e-3) + beta) <= tolerances.LAW[dtype]


@pytest.mark.parametrize("shape, dtype", [((6, 3), "float64"), (FUSED_SHAPE, "float32")])
@pytest.mark.parametrize("is_training", [True, False])
def test_a_placeholder_decides_about_training(shape, dtype, is_training):
    x = data(shape, dtype)

    def build(x):
        training = tf.placeholder_with_default(is_training, ())
        return tf.layers.batch_normalization(x, momentum=0.5, training=training, name="bn")

    y, before, after = run(build, x, after=["update_ops"])
    expected, moved = expected_of(x, before, "bn", momentum=0.5, has_bessel=len(shape) == 4)
    if is_training:
        assert relative_error(y, expected) <= tolerances.LAW[dtype]
        assert max(relative_error(after[name], moved[name]) for name in moved) <= tolerances.LAW[dtype]
    else:
        assert all(np.array_equal(before[name], after[name]) for name in before)
        assert relative_error(y, expected) > 0.1


def test_variables_come_in_the_old_order_with_the_old_collections():
    with tf.Graph().as_default():
        tf.layers.batch_normalization(tf.ones(FUSED_SHAPE, "float16"), training=True)
        found = [variable.op.name.rpartition("/")[2] for variable in tf.global_variables()]
        assert found == ["gamma", "beta", "moving_mean", "moving_variance"]
        assert {variable.dtype.base_dtype.name for variable in tf.global_variables()} == {"float32"}
        assert len(tf.trainable_variables()) == len(tf.get_collection(tf.GraphKeys.UPDATE_OPS)) == 2


def test_updates_happen_at_once_in_eager_code_and_in_functions():
    store, x = VariableStore(), data((6, 3), "float32")

    def call(x):
        with store.scope("net"):
            return tf.layers.batch_normalization(x, momentum=0.5, training=True, name="bn")

    call(x)
    means = [store.weights["net/bn/moving_mean"].numpy()]
    tensorflow.function(call)(x)
    means.append(store.weights["net/bn/moving_mean"].numpy())
    expected = [share * x.mean(0) for share in (0.5, 0.75)]
    assert relative_error(means, expected) <= tolerances.LAW["float32"]


def test_what_is_not_there_is_refused():
    with pytest.raises(NotImplementedError, match="neither renorm.*Received renorm=True.*tf.nn.moments"):
        tf.layers.BatchNormalization(renorm=True)
    with tf.Graph().as_default(), pytest.raises(ValueError, match="known size of axis -1"):
        tf.layers.batch_normalization(tf.placeholder("float32", (2, None)))
