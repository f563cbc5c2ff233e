"""Treats the lines of an image a few at a time, so that memory is that of one chunk in the gradient too."""

from keras import ops

from tfconvkit import backend
from tfconvkit.ops.attention.resizing import reduced_size


def in_chunks(part, tensors, lines, chunk, blanks):
    """Applies a function to chunks of lines, one after another, and joins what it returns.

    Chunk `c` starts at line `min(c * chunk, lines - chunk)`, so that all are of the same size; the lines that the last
    one shares with the one before count once. For the gradient every chunk is computed again: nothing is kept of it,
    and only first derivatives can be taken.

    Args:
        part: Maps `(first, shared, *tensors)` to a list of float tensors `(batch, chunk + overhang, ...)`: what the
            lines from `first` on contribute to the result from the line `first` on. The first `shared` lines must
            contribute zeros.
        tensors: List of float tensors, all that `part` reads.
        lines: Number of lines, at least the chunk and the overhang.
        chunk: Lines of a chunk, at least the overhang.
        blanks: List of zeros of the shapes that `part` returns.

    Returns:
        List of tensors `(batch, lines + overhang, ...)`.
    """
    count = reduced_size(lines, chunk)

    def placed(number, *tensors):
        first = ops.minimum(number * chunk, lines - chunk)
        shared = number * chunk - first
        return [_moved_up(piece, shared) for piece in part(first, shared, *tensors)]

    def forward(*tensors):
        return _all_parts(placed, list(tensors), count, blanks), list(tensors)

    def backward(tensors, cotangents):
        return _summed_gradients(placed, tensors, cotangents, count)

    stacked = backend.custom_vjp(forward, backward, tensors)
    return [_joined(pieces, lines, chunk) for pieces in stacked]


def _moved_up(piece, shared):
    """Moves the lines up by `shared`; zeros follow."""
    size = ops.shape(piece)[1]
    source = ops.arange(size, dtype="int32") + shared
    is_inside = ops.cast(source < size, piece.dtype)
    moved = ops.take(piece, ops.minimum(source, size - 1), axis=1)
    return moved * ops.reshape(is_inside, (1, -1, *(1,) * (len(piece.shape) - 2)))


def _all_parts(placed, tensors, count, blanks):
    # The results of a step are its carry too: the next one has to wait for them.
    def step(carry, number):
        pieces = placed(number, *backend.after(tensors, carry))
        return pieces, pieces

    return ops.scan(step, blanks, ops.arange(count, dtype="int32"))[1]


def _summed_gradients(placed, tensors, cotangents, count):
    def step(number, *sums):
        ready = backend.after(tensors, sums)
        upstream = [ops.take(cotangent, number, axis=0) for cotangent in cotangents]
        gradients = backend.vjp(lambda *inputs: placed(number, *inputs), ready, upstream)
        return [number + 1, *(_added(total, gradient) for total, gradient in zip(sums, gradients, strict=True))]

    start = [ops.convert_to_tensor(0, "int32"), *(ops.zeros_like(tensor) for tensor in tensors)]
    return list(ops.while_loop(lambda number, *_: number < count, step, start))[1:]


def _added(total, gradient):
    # The loop insists on a static shape that stays; the gradient of a slice may have lost its own.
    return total + ops.reshape(gradient, ops.shape(total))


def _joined(pieces, lines, chunk):
    """Adds up pieces `(count, batch, chunk + overhang, ...)` of which each begins `chunk` lines after the last."""
    pieces = ops.moveaxis(pieces, 0, 1)
    batch, count, size, *rest = ops.shape(pieces)
    whole = ops.reshape(pieces[:, :, :chunk], (batch, count * chunk, *rest))
    if isinstance(size, int) and size == chunk:
        return whole[:, :lines]
    no_pads = ((0, 0),) * len(rest)
    tails = ops.pad(pieces[:, :, chunk:], ((0, 0), (0, 0), (0, 2 * chunk - size), *no_pads))
    tails = ops.pad(ops.reshape(tails, (batch, count * chunk, *rest)), ((0, 0), (chunk, 0), *no_pads))
    return (ops.pad(whole, ((0, 0), (0, chunk), *no_pads)) + tails)[:, : lines + size - chunk]
