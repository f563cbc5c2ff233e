"""Fusion of scores: neighbouring queries that prefer neighbouring keys support each other."""

from keras import ops

from tfconvkit import backend
from tfconvkit.ops.attention.diagonals import beginning, shifted_sum
from tfconvkit.ops.attention.similarity import reach


def fused_along_rows(scores, before, after, start=None, count=None):
    """Sums scores along diagonals in row-major order, `y[p, q] = sum_t x[p + t, q + t]`, zeros outside.

    Flat positions run on over the ends of lines: the last cell of a line is a neighbour of the next line's first.

    Args:
        scores: Tensor `(batch, queries, keys)`, both in row-major order.
        before, after: The terms are `t = -before, ..., after`.
        start, count: First query and number of queries of the result, if the scores have as many further ones on both
            sides as the sums reach. All of them by default.

    Output shape:
        `(batch, count, keys)`.

    Example:
        >>> np.asarray(fused_along_rows(ops.ones((1, 2, 3)), before=1, after=1))
        array([[[2., 2., 1.],
                [1., 2., 2.]]], dtype=float32)
    """
    batch, rows, keys = ops.shape(scores)
    is_part = start is not None
    # Frames of zeros: the columns before a row serve the row above it too.
    frame = max(before, after)
    framed = ops.pad(scores, ((0, 0), (0 if is_part else before, after + 2), (frame, 0)))
    width = keys + frame
    first = (start - before) * width if is_part else 0
    count = count if is_part else rows
    flat = ops.reshape(framed, (batch, -1))
    flat = shifted_sum(flat, width + 1, before + after + 1, count * width, start=first + frame - before)
    return beginning(ops.reshape(flat, (batch, count, width)), count, keys)


def lines_before(x, line, count, axis):
    """Returns the `count` lines that come before the first one in column-major order.

    Above column `j` stands column `j - 1`: the line is the last one, moved by a cell, with a zero at its beginning.

    Args:
        x: Tensor `(batch, cells, cells)` whose `axis` holds lines in row-major order.
        line: Cells of a line.
        count: Number of lines, a plain integer.
        axis: 1 or 2.

    Output shape:
        As the input, with `count * line` cells on the axis.

    Example:
        >>> x = ops.reshape(ops.arange(1.0, 7.0), (1, 6, 1))
        >>> np.asarray(lines_before(x, line=3, count=1, axis=1))[0, :, 0]
        array([0., 4., 5.], dtype=float32)
    """
    pieces = []
    for number in range(count):
        known = ops.concatenate([*pieces, x], axis) if pieces else x
        end = ops.shape(known)[axis] - number * line
        moved = _cells(known, end - line, end - 1, axis)
        pieces.insert(0, ops.concatenate([_zero_cell(known, axis), moved], axis))
    return ops.concatenate(pieces, axis) if pieces else _cells(x, 0, 0, axis)


def lines_after(x, line, count, axis):
    """Returns the `count` lines that come after the last one in column-major order, as `lines_before`.

    Example:
        >>> x = ops.reshape(ops.arange(1.0, 7.0), (1, 6, 1))
        >>> np.asarray(lines_after(x, line=3, count=1, axis=1))[0, :, 0]
        array([2., 3., 0.], dtype=float32)
    """
    pieces = []
    for number in range(count):
        known = ops.concatenate([x, *pieces], axis) if pieces else x
        moved = _cells(known, number * line + 1, (number + 1) * line, axis)
        pieces.append(ops.concatenate([moved, _zero_cell(known, axis)], axis))
    return ops.concatenate(pieces, axis) if pieces else _cells(x, 0, 0, axis)


def fused_along_columns(scores, above, below, before, after, line_f, line_b):
    """Sums scores along diagonals in column-major order, `y[p, q] = sum_t x[p + t, q + t]`, zeros outside.

    Here `p + t` is the query `t` places on in the order that runs down the columns, and likewise for the keys.
    Nothing is transposed: the lines that follow in that order are put before and behind (`lines_before`,
    `lines_after`), and the sums are shifts by a whole line.

    Args:
        scores: Tensor `(batch, queries, keys)`, both in row-major order.
        above, below: The lines of queries before and after in column-major order, tensors `(batch, cells, keys)`.
        before, after: The terms are `t = -before, ..., after`.
        line_f, line_b: Cells of a line of queries and of keys.

    Output shape:
        `(batch, queries, keys)`.
    """
    batch, rows, keys = ops.shape(scores)
    # One more row: the flat sums of the last one read a little beyond it.
    x = ops.concatenate([above, scores, below, ops.zeros_like(scores[:, :1])], axis=1)
    x = ops.concatenate([lines_before(x, line_b, before, axis=2), x, lines_after(x, line_b, after, axis=2)], axis=2)
    width = keys + (before + after) * line_b
    flat = ops.reshape(x, (batch, -1))
    flat = shifted_sum(flat, line_f * width + line_b, before + after + 1, rows * width)
    return beginning(ops.reshape(flat, (batch, rows, width)), rows, keys)


def fused(scores, size, line_f, line_b):
    """Fuses scores in row-major and then in column-major order.

    Args:
        scores: Tensor `(batch, queries, keys)`, both in row-major order.
        size: Number of terms of either sum, `reach(size)` before and after; 1 leaves the scores as they are.
        line_f, line_b: Cells of a line of queries and of keys.

    Output shape:
        `(batch, queries, keys)`.

    Example:
        >>> fused(ops.ones((1, 6, 8)), 3, line_f=3, line_b=4).shape
        TensorShape([1, 6, 8])
    """
    return scores if size == 1 else _fused(scores, *reach(size), line_f, line_b, is_adjoint=False)


def _fused(scores, before, after, line_f, line_b, is_adjoint):
    """Fuses scores; the adjoint is the same the other way round: last step first, with reversed neighbours."""

    def along_columns(x):
        above, below = lines_before(x, line_f, before, axis=1), lines_after(x, line_f, after, axis=1)
        return fused_along_columns(x, above, below, before, after, line_f, line_b)

    def forward(x):
        if is_adjoint:
            return [fused_along_rows(along_columns(x), before, after)], []
        return [along_columns(fused_along_rows(x, before, after))], []

    def backward(_, cotangents):
        return [_fused(cotangents[0], after, before, line_f, line_b, is_adjoint=not is_adjoint)]

    return backend.custom_vjp(forward, backward, [scores])[0]


def _cells(x, start, stop, axis):
    return x[:, start:stop] if axis == 1 else x[:, :, start:stop]


def _zero_cell(x, axis):
    return ops.zeros_like(_cells(x, 0, 1, axis))
