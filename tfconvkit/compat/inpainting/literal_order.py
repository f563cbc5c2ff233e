"""Contextual attention in the order of operations of the original: its last digits, and its cost."""

import tensorflow as tf

from tfconvkit.compat.inpainting.grids import nearest
from tfconvkit.ops.attention.weights import offsets


def attended(f, b, mask, ksize, stride, rate, fuse_size, softmax_scale):
    """Returns the new foreground and the offsets of `attention.contextual_attention`.

    Sample by sample: scores are a convolution with the normalised patches, fusion is twice a convolution with an
    identity matrix between transpositions, pasting a transposed convolution with patches of `2 rate` pixels, over 4.

    Args:
        f, b: `(batch, height, width, channels)` of one known shape.
        mask: `(1 or more, height, width, 1)`, of which the first counts, or None.
        ksize, stride, rate, softmax_scale: As there; `stride` is 1.
        fuse_size: Number of neighbours that fusion adds, or None.

    Raises:
        ValueError: for shapes that differ or are not known, and for another stride.
    """
    f, b = tf.convert_to_tensor(f), tf.convert_to_tensor(b)
    if not (f.shape.is_fully_defined() and f.shape == b.shape and stride == 1):
        raise ValueError(f"literal=True needs f and b of one known shape, and stride=1. Received {f.shape}, {b.shape} "
                         f"and stride={stride}. Use literal=False, which takes any.")
    grid = (f.shape[1] // rate, f.shape[2] // rate)
    usable = _usable(mask, grid, ksize, f.dtype)

    def attend(query, key, paste):
        norms = tf.maximum(tf.sqrt(tf.reduce_sum(tf.square(key), axis=[1, 2, 3], keepdims=True)), 1e-4)
        scores = tf.nn.conv2d(query, (key / norms)[0], strides=1, padding="SAME")
        scores = scores if fuse_size is None else _fused(scores, grid, fuse_size)
        scores = tf.reshape(scores, (1, *grid, -1)) * usable
        weights = tf.nn.softmax(scores * softmax_scale) * usable
        image = tf.nn.conv2d_transpose(weights, paste[0], (1, *f.shape[1:]), rate, "SAME") / 4.0
        return image, tf.reshape(weights, (1, grid[0] * grid[1], -1))

    kernels = _patches(_shrunk(b, grid), ksize, 1), _patches(b, 2 * rate, rate)
    samples = zip(*(tf.split(x, f.shape[0]) for x in (_shrunk(f, grid), *kernels)), strict=True)
    images, weights = (tf.concat(x, axis=0) for x in zip(*(attend(*sample) for sample in samples), strict=True))
    return images, tf.reshape(offsets(weights, 0, grid[1], grid[1], 1), (-1, *grid, 2))


def _usable(mask, grid, ksize, dtype):
    """Returns 1 for patches of the background without a hole."""
    if mask is None:
        return tf.ones((), dtype)
    holes = _patches(_shrunk(tf.convert_to_tensor(mask)[:1], grid), ksize, 1)
    return tf.cast(tf.reduce_mean(holes, axis=[1, 2, 3]) == 0, dtype)


def _shrunk(x, grid):
    return nearest(x, grid, align_corners=True)


def _patches(x, size, stride):
    """Cuts patches and returns them as kernels, `(batch, size, size, channels, patches)`."""
    patches = tf.image.extract_patches(x, [1, size, size, 1], [1, stride, stride, 1], [1] * 4, "SAME")
    return tf.transpose(tf.reshape(patches, (x.shape[0], -1, size, size, x.shape[-1])), (0, 2, 3, 4, 1))


def _fused(scores, grid, size):
    """Adds the scores of neighbouring pairs, along the lines and then along the columns of the images."""
    height, width = grid
    cells = height * width
    identity = tf.reshape(tf.eye(size, dtype=scores.dtype), (size, size, 1, 1))
    for shape in ((1, height, width, height, width), (1, width, height, width, height)):
        scores = tf.nn.conv2d(tf.reshape(scores, (1, cells, cells, 1)), identity, strides=1, padding="SAME")
        scores = tf.transpose(tf.reshape(scores, shape), (0, 2, 1, 4, 3))
    return scores
