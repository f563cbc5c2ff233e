"""Sums along joint diagonals of a score matrix, as sums of shifted copies of its flat memory."""

from keras import ops

from tfconvkit import backend


def shifted_sum(x, step, count, length, start=0):
    """Sums `count` copies of a flat tensor, each shifted by `step` more.

    `y[n, i] = sum_{t < count} x[n, start + i + t * step]`. A matrix of queries and keys in row-major order with rows
    of `width` cells lies along a diagonal in steps of `width + 1`: its sums over patch windows, the fusion and the
    pasting of contextual attention are sums of this kind, over blocks of contiguous memory. The gradient is the same
    sum of the padded upstream gradient, and keeps nothing of the input.

    Args:
        x: Tensor `(batch, size)` with `size >= start + length + (count - 1) * step`.
        step: Shift between neighbouring copies.
        count: Number of copies, a plain integer.
        length: Size of the result.
        start: First cell of the first copy.

    Output shape:
        `(batch, length)`.

    Example:
        >>> shifted_sum(ops.reshape(ops.arange(6.0), (1, 6)), step=2, count=2, length=3)
        <tf.Tensor: shape=(1, 3), dtype=float32, numpy=array([[2., 4., 6.]], dtype=float32)>
    """
    if count == 1:
        return x[:, start : start + length]
    size, reach = ops.shape(x)[1], start + (count - 1) * step

    def forward(x):
        return [_sum(x, step, count, length, start)], []

    def backward(_, cotangents):
        padded = ops.pad(cotangents[0], ((0, 0), (reach, size - start - length)))
        return [shifted_sum(padded, step, count, size)]

    return backend.custom_vjp(forward, backward, [x])[0]


def beginning(x, *sizes):
    """Returns the first cells of the axes behind the first: `x[:, : sizes[0], : sizes[1], ...]`.

    TensorFlow pads for the gradient of this slice, several times faster than for the gradient of Python's.

    Example:
        >>> beginning(ops.ones((2, 3, 4)), 3, 1).shape
        TensorShape([2, 3, 1])
    """
    return ops.slice(x, (0,) * (len(sizes) + 1), (ops.shape(x)[0], *sizes))


def _sum(x, step, count, length, start):
    total = x[:, start : start + length]
    for shift in range(1, count):
        first = start + shift * step
        total = total + x[:, first : first + length]
    return total
