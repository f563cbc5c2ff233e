"""Legacy sampling of `tf.image.resize_*`, and patches, against NumPy."""

import numpy as np
import pytest
import tolerances
from compat.tf1 import reference
from laws import relative_error

import tfconvkit.compat.tf1 as tf

X = np.random.default_rng(9).normal(size=(2, 5, 6, 3)).astype("float32")


def places(size, new_size, align_corners):
    """Returns where TensorFlow 1 samples: at `i N / M`, or at `i (N - 1) / (M - 1)`."""
    is_aligned = align_corners and new_size > 1
    return np.arange(new_size) * ((size - 1) / (new_size - 1) if is_aligned else size / new_size)


def interpolation(size, new_size, align_corners):
    """Returns the matrix of linear interpolation along one axis."""
    place = places(size, new_size, align_corners)
    low = np.minimum(np.floor(place).astype(int), size - 1)
    share, matrix = place - low, np.zeros((new_size, size))
    np.add.at(matrix, (np.arange(new_size), low), 1 - share)
    np.add.at(matrix, (np.arange(new_size), np.minimum(low + 1, size - 1)), share)
    return matrix


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("size", [(10, 12), (3, 4)])
def test_bilinear_resizing_samples_where_tensorflow_1_did(size, align_corners):
    rows, columns = (interpolation(old, new, align_corners) for old, new in zip((5, 6), size, strict=True))
    expected = np.einsum("ih,jw,nhwc->nijc", rows, columns, X)
    for y in (tf.image.resize_bilinear(X, size, align_corners=align_corners),
              tf.image.resize_images(X, size, 0, align_corners),
              tf.image.resize_images(X, *size, method=tf.image.ResizeMethod.BILINEAR, align_corners=align_corners)):
        assert relative_error(y, expected) <= tolerances.LAW["float32"]


@pytest.mark.parametrize("align_corners", [False, True])
def test_nearest_resizing_samples_where_tensorflow_1_did(align_corners):
    rows, columns = (places(old, new, align_corners) for old, new in ((5, 8), (6, 3)))
    rows, columns = (np.floor(place + 0.5 * align_corners).astype(int) for place in (rows, columns))
    y = tf.image.resize_nearest_neighbor(X, (8, 3), align_corners=align_corners)
    assert np.array_equal(y, X[:, rows][:, :, columns])


def test_patches_are_windows_with_the_channel_fastest():
    y = tf.extract_image_patches(X, ksizes=[1, 3, 2, 1], strides=[1, 2, 1, 1], rates=[1, 1, 2, 1], padding="SAME")
    image = reference.padded(X, (3, 2), (2, 1), (1, 2), "same")
    parts = [image[part] for _, part in reference.windows(image, (3, 2), (2, 1), (1, 2))]
    assert np.array_equal(y, np.concatenate(parts, axis=-1))
