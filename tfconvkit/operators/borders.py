"""What a convolution reads outside of the grid, and the adjoint of padding it."""

from keras import ops

from tfconvkit import backend

MODES = ("zeros", "wrap", "reflect")


def pad(x, pads, mode):
    """Pads the grid axes with zeros, with the other end ("wrap"), or mirrored without the edge ("reflect").

    Args:
        x: Tensor `(batch, *grid, channels)`.
        pads: Pairs `(before, behind)` per grid axis; "wrap" takes at most the grid, "reflect" less than it.
        mode: One of `MODES`.

    Example:
        >>> np.asarray(pad(ops.reshape(ops.arange(4.0), (1, 4, 1)), [(1, 2)], "wrap"))[0, :, 0]
        array([3., 0., 1., 2., 3., 0., 1.], dtype=float32)
    """
    if not any(map(any, pads)):
        return x
    if mode == "wrap":
        for axis, (before, behind) in enumerate(pads, 1):
            size = x.shape[axis]
            parts = [_cut(x, axis, size - before, size), x, _cut(x, axis, 0, behind)]
            x = ops.concatenate(parts, axis=axis) if before or behind else x
        return x
    return backend.pad(x, [(0, 0), *pads, (0, 0)], mode="constant" if mode == "zeros" else mode)


def fold(x, pads, mode):
    """Adds what was padded back to where it was read from: the adjoint of `pad`.

    Args:
        x: Tensor `(batch, *padded grid, channels)`.
        pads, mode: As in `pad`.

    Example:
        >>> np.asarray(fold(ops.ones((1, 7, 1)), [(1, 2)], "wrap"))[0, :, 0]
        array([2., 2., 1., 2.], dtype=float32)
    """
    for axis, (before, behind) in enumerate(pads, 1):
        x = _fold_axis(x, axis, before, behind, mode) if before or behind else x
    return x


def _fold_axis(x, axis, before, behind, mode):
    size = x.shape[axis] - before - behind
    inside = _cut(x, axis, before, before + size)
    if mode == "zeros":
        return inside
    head, tail = _cut(x, axis, 0, before), _cut(x, axis, before + size, before + size + behind)
    if mode == "wrap":
        return inside + _placed(head, axis, size - before, size) + _placed(tail, axis, 0, size)
    head, tail = (ops.flip(part, axis=axis) for part in (head, tail))
    return inside + _placed(head, axis, 1, size) + _placed(tail, axis, size - 1 - behind, size)


def _cut(x, axis, start, stop):
    return x[(slice(None),) * axis + (slice(start, stop),)]


def _placed(x, axis, start, size):
    """Puts a part of an axis where it starts, zeros around it."""
    widths = [(0, 0)] * len(x.shape)
    widths[axis] = (start, size - start - x.shape[axis])
    return ops.pad(x, widths)
