"""The bank of a group convolution."""

import math

import numpy as np
from keras import ops

from tfconvkit.ops import arguments
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
    kernel = arguments.tensor("group_expand", "kernel", kernel, least=2, kinds=arguments.FLOATS)
    is_orbit_mean = arguments.flag("group_expand", "is_orbit_mean", is_orbit_mean)
    table = _checked_table(table, math.prod(map(int, kernel.shape[:-1])))
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


def _checked_table(table, count):
    """The table, with integers for rows 0 to `count` as far as they are known yet."""
    if ops.is_tensor(table):
        return arguments.tensor("group_expand", "table", table, least=2, kinds=arguments.INTEGERS)
    table = np.asarray(table if "int" in arguments.dtype_name(table) else ())
    is_fitting = table.ndim >= 2 and table.size
    if not is_fitting or table.min() < 0 or table.max() > count:
        raise ValueError(f"group_expand expects table as integers (*support, inputs, orientations) from 0 to {count}, "
                         f"the number of rows of the kernel. Received others, shape {table.shape} of integers.")
    return table
