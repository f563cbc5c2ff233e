"""`tf.layers.dense`, `dropout`, `flatten` and the poolings against NumPy."""

import numpy as np
import pytest
import tolerances
from compat.tf1 import reference
from compat.tf1.scripts import run
from laws import relative_error

import tfconvkit.compat.tf1 as tf

LAW = tolerances.LAW["float64"]
SHAPES = {1: (2, 9, 3), 2: (2, 8, 7, 3), 3: (2, 5, 6, 4, 3)}


@pytest.mark.parametrize("shape", [(4, 5), (2, 3, 5)])
def test_dense_multiplies_the_last_axis(shape):
    x = np.random.default_rng(5).normal(size=shape)
    y, variables, _ = run(lambda x: tf.layers.dense(x, 3, tf.nn.relu), x)
    assert relative_error(y, np.maximum(x @ variables["dense/kernel"] + variables["dense/bias"], 0)) <= LAW


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize("rank, size, strides, padding", [
    (1, 3, 2, "same"), (2, (3, 2), (2, 1), "same"), (2, 2, 2, "valid"), (3, 2, 2, "valid"),
])
def test_pooling_takes_the_extremes_or_means_of_windows(kind, rank, size, strides, padding):
    # TensorFlow pools three axes of float64 on no processor.
    dtype = "float32" if rank == 3 else "float64"
    x = np.random.default_rng(6).normal(size=SHAPES[rank]).astype(dtype)
    layer = getattr(tf.layers, f"{kind}_pooling{rank}d")
    last, first = (run(lambda x, settings=settings: layer(x, size, strides, padding, **settings), array)[0]
                   for array, settings in ((x, {}), (np.moveaxis(x, -1, 1), {"data_format": "channels_first"})))
    expected = reference.pooled(x, reference.sizes(size, rank), reference.sizes(strides, rank), padding, kind)
    error = max(relative_error(last, expected), relative_error(first, np.moveaxis(expected, -1, 1)))
    assert error <= tolerances.LAW[dtype]


def test_dropout_drops_a_share_in_training_only():
    x = np.ones((100, 100), "float32")

    def build(x):
        tf.set_random_seed(20)
        is_training = tf.placeholder_with_default(False, ())
        return tf.layers.dropout(x, 0.25, training=True), tf.layers.dropout(x, 0.25), tf.layers.dropout(
            x, 0.25, training=is_training)

    (dropped, kept, fed), _, _ = run(build, x)
    assert abs((dropped == 0).mean() - 0.25) <= tolerances.SAMPLED_SHARE and np.array_equal(kept, x)
    assert np.array_equal(fed, x) and np.unique(dropped).tolist() == [0, np.float32(1 / 0.75)]


def test_flatten_puts_the_channels_last():
    x = np.arange(24.0).reshape(1, 2, 3, 4)
    (last, first), _, _ = run(lambda x: (tf.layers.flatten(x), tf.layers.Flatten("channels_first")(x)), x)
    assert np.array_equal(last, x.reshape(1, 24))
    assert np.array_equal(first, np.moveaxis(x, 1, -1).reshape(1, 24))


def test_flatten_keeps_what_is_known_of_the_shape():
    with tf.Graph().as_default():
        known, open_ = (tf.layers.flatten(tf.placeholder("float32", (None, size, 3))) for size in (4, None))
        assert known.shape.as_list() == [None, 12] and open_.shape.as_list() == [None, None]
