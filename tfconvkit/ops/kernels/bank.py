"""The bank of a group convolution."""

import math

import numpy as np
from keras import ops

from tfconvkit.ops.precision import mean


def group_expand(kernel, table, is_orbit_mean=False):
    """Expands the stored kernel of a group convolution into its bank of ordinary kernels, by a gather.

    `bank[u, c * S + t, o * Z + s] = kernel[row, o]` with `row = table[u, c * S + t, s]` over the raveled leading axes
    of the kernel. The gradient of a stored number is the sum over its copies.

    Args:
        kernel: `(*cells, stored inputs, filters)`.
        table: Integers `(*support, inputs, Z)`, row numbers as `GroupKernel.rows` gives them; the number of rows
            stands for a zero.
        is_orbit_mean: Whether to average over the last axis of the table (a kernel between trivial fields).

    Returns:
        Tensor `(*support, inputs, filters * Z)`, `(..., filters)` for an orbit mean.

    Reference:
        Cohen and Welling, Group Equivariant Convolutional Networks, 2016 (https://arxiv.org/abs/1602.07576).

    Example:
        >>> from tfconvkit.banks import GroupKernel
        >>> layout = GroupKernel(groups.get("C4"), (3, 3), (1, 1), "same", (1, 1), "trivial", "regular")
        >>> group_expand(ops.ones((3, 3, 2, 5)), layout.rows((0, 0), fields=2)).shape
        TensorShape([3, 3, 2, 20])
    """
    # Plain integers: with TensorFlow 2 switched off, shapes hold Dimension objects.
    *cells, filters = (int(size) for size in kernel.shape)
    rows = ops.reshape(kernel, (math.prod(cells), filters))
    if not isinstance(table, np.ndarray) or table.max() == math.prod(cells):
        rows = ops.pad(rows, [[0, 1], [0, 0]])
    *support, inputs, outputs = table.shape
    bank = ops.take(rows, ops.reshape(table, (-1,)), axis=0)
    bank = ops.reshape(bank, (math.prod(support) * inputs, outputs, filters))
    if is_orbit_mean:
        bank, outputs = ops.expand_dims(mean(bank, axis=1), axis=1), 1
    return ops.reshape(ops.swapaxes(bank, 1, 2), (*support, inputs, filters * outputs))
