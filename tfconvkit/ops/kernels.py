"""Convolution kernels as tensors: the bank of a group convolution."""

import math

import numpy as np
from keras import ops

from tfconvkit.ops.precision import mean


def group_expand(kernel, table, components, is_orbit_mean=False):
    """Expands the stored kernel of a group convolution into its bank of ordinary kernels, by a gather.

    `bank[u, c * S + t, o * Z + s] = kernel[row(u, t, s), c, o]` with `row = cell * R + component` from the table. The
    gradient of a stored number is the sum over its copies.

    Args:
        kernel: `(*cells, input_fields * R, filters)`, the component fastest on the next to last axis.
        table: Integers `(*support, S, Z)` of row numbers, as `banks.GroupKernel.table` gives them; the number of
            rows stands for a zero.
        components: `R`, the stored components per input field.
        is_orbit_mean: Whether to average over the last axis of the table (a kernel between trivial fields).

    Returns:
        Tensor `(*support, input_fields * S, filters * Z)`, `(..., filters)` for an orbit mean.

    Reference:
        Cohen and Welling, Group Equivariant Convolutional Networks, 2016 (https://arxiv.org/abs/1602.07576).

    Example:
        >>> layout = GroupKernel(groups.get("C4"), (3, 3), (1, 1), "same", (1, 1), "trivial", "regular")
        >>> group_expand(ops.ones((3, 3, 2, 5)), layout.table((0, 0)), components=1).shape
        TensorShape([3, 3, 2, 20])
    """
    # Plain integers: with TensorFlow 2 switched off, shapes hold Dimension objects.
    *grid, inputs, filters = (int(size) for size in kernel.shape)
    cells, fields = math.prod(grid), inputs // components
    count = cells * fields * components
    rows = ops.reshape(kernel, (count, filters))
    sources = _of_every_field(table, fields, components, count)
    if not isinstance(sources, np.ndarray) or sources.max() == count:
        rows = ops.pad(rows, [[0, 1], [0, 0]])
    *support, inputs, outputs = table.shape
    bank = ops.take(rows, ops.reshape(sources, (-1,)), axis=0)
    bank = ops.reshape(bank, (math.prod(support) * fields * inputs, outputs, filters))
    if is_orbit_mean:
        bank, outputs = ops.expand_dims(mean(bank, axis=1), axis=1), 1
    return ops.reshape(ops.swapaxes(bank, 1, 2), (*support, fields * inputs, filters * outputs))


def _of_every_field(table, fields, components, count):
    """Turns rows `(cell, component)` into rows `(cell, field, component)` of every field, `(*support, fields, S, Z)`.

    One gather of the stored numbers in their own order needs one transposition less than a gather of whole cells.
    """
    field = np.arange(fields, dtype="int32")[:, None, None]
    table = table[..., None, :, :]
    rows = (table // components * fields + field) * components + table % components
    return np.minimum(rows, count) if isinstance(rows, np.ndarray) else ops.minimum(rows, count)
