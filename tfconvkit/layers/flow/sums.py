"""Sums that log-determinants are made of."""

import math

from keras import ops


def per_sample(x):
    """Sums over all axes but the first.

    Args:
        x: Tensor of shape `(batch, ...)`.

    Example:
        >>> np.asarray(per_sample(ops.ones((2, 4, 4, 3))))
        array([48., 48.], dtype=float32)
    """
    return ops.sum(x, axis=tuple(range(1, len(x.shape))))


def positions(x, dtype):
    """Counts the grid points of a sample, a number or a scalar tensor where the grid is unknown.

    Args:
        x: Tensor of shape `(batch, *grid, channels)`.
        dtype: Dtype of the count.

    Example:
        >>> float(positions(ops.ones((2, 4, 5, 3)), "float32"))
        20.0
    """
    return ops.cast(math.prod(ops.shape(x)[1:-1]), dtype)
