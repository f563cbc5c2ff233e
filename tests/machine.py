"""What this machine can compute: tests that need more are skipped, with the reason."""

import keras
import pytest
import tensorflow as tf


def _convolves_channels_first():
    if keras.backend.backend() != "tensorflow":
        return True
    try:
        tf.nn.conv2d(tf.ones((1, 1, 2, 2)), tf.ones((1, 1, 1, 1)), 1, "VALID", data_format="NCHW")
    except tf.errors.OpError:
        return False
    return True


convolves_channels_first = pytest.mark.skipif(
    not _convolves_channels_first(), reason="TensorFlow convolves channels first only with oneDNN or on a GPU"
)
