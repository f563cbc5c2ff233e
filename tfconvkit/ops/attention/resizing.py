"""Shrinks feature maps by picking pixels, as nearest-neighbour resizing with aligned corners does."""

import numpy as np
from keras import ops

from tfconvkit.ops import arguments


def reduced_size(size, rate):
    """Returns `ceil(size / rate)`, the number of windows that are `rate` apart and cover an axis.

    Args:
        size: Integer, or a scalar tensor where the size is only known at run time.
        rate: Integer.

    Example:
        >>> reduced_size(9, 2)
        5
    """
    size, rate = arguments.size("reduced_size", "size", size, least=0), arguments.size("reduced_size", "rate", rate)
    return (size + rate - 1) // rate


def nearest_indices(size, new_size):
    """Returns the source pixel of every pixel of a resized axis: the nearest one when the corners are aligned.

    `index[i] = floor(i * (size - 1) / (new_size - 1) + 0.5)` in float32, 0 for `new_size = 1`. Halves go up. Other
    conventions differ: from 8 to 4 this takes 0, 2, 5, 7 and `floor(i * size / new_size)` takes 0, 2, 4, 6.

    Args:
        size, new_size: Integers, or scalar tensors where the sizes are only known at run time.

    Output shape:
        `(new_size,)`, int32; a NumPy array where both sizes are integers.

    Example:
        >>> nearest_indices(8, 4)
        array([0, 2, 5, 7], dtype=int32)
    """
    size = arguments.size("nearest_indices", "size", size)
    new_size = arguments.size("nearest_indices", "new_size", new_size)
    if isinstance(size, int) and isinstance(new_size, int):
        scale = np.float32(size - 1) / np.float32(max(new_size - 1, 1))
        return np.floor(np.arange(new_size, dtype="float32") * scale + np.float32(0.5)).astype("int32")
    scale = ops.cast(size - 1, "float32") / ops.cast(ops.maximum(new_size - 1, 1), "float32")
    steps = ops.cast(ops.arange(new_size, dtype="int32"), "float32")
    return ops.cast(ops.floor(steps * scale + 0.5), "int32")


def shrunk(x, rate):
    """Shrinks images by picking pixels, `y[n, i, j, c] = x[n, index_h[i], index_w[j], c]` with `nearest_indices`.

    Args:
        x: Tensor `(batch, height, width, channels)`.
        rate: Integer by which height and width are divided, rounding up.

    Output shape:
        `(batch, ceil(height / rate), ceil(width / rate), channels)`.

    Example:
        >>> shrunk(ops.ones((1, 8, 9, 3)), 2).shape
        TensorShape([1, 4, 5, 3])
    """
    x, rate = arguments.tensor("shrunk", "x", x, axes=4), arguments.integer("shrunk", "rate", rate, least=1)
    if rate == 1:
        return x
    batch, height, width, channels = ops.shape(x)
    new_height, new_width = reduced_size(height, rate), reduced_size(width, rate)
    rows, columns = nearest_indices(height, new_height), nearest_indices(width, new_width)
    if isinstance(rows, np.ndarray) and isinstance(columns, np.ndarray):
        cells = (rows[:, None] * width + columns).reshape(-1)
    else:
        cells = ops.reshape(ops.expand_dims(rows, 1) * width + ops.expand_dims(columns, 0), (-1,))
    picked = ops.take(ops.reshape(x, (batch, height * width, channels)), cells, axis=1)
    return ops.reshape(picked, (batch, new_height, new_width, channels))
