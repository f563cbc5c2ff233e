"""Similarity of patches: every patch of one image against every normalised patch of another."""

from keras import ops

from tfconvkit import backend
from tfconvkit.ops.attention.diagonals import beginning, shifted_sum

# The smallest norm by which patches are divided is 1e-4.
_SMALLEST_SQUARE = 1e-8


def reach(size):
    """Returns the cells of a window before and after its centre; the larger half comes after.

    Args:
        size: Number of cells.

    Example:
        >>> reach(4)
        (1, 2)
    """
    return (size - 1) // 2, size // 2


def window_sums(x, size):
    """Sums maps over square windows around every cell, zeros outside: `y[i, j] = sum_{s, t} x[i + s, j + t]`.

    Args:
        x: Tensor `(batch, height, width)`.
        size: Side of the windows, `reach(size)` before and after the centre.

    Output shape:
        Same as the input.

    Example:
        >>> np.asarray(window_sums(ops.ones((1, 2, 3)), 3))
        array([[[4., 6., 4.],
                [4., 6., 4.]]], dtype=float32)
    """
    _, height, width = ops.shape(x)
    x = ops.pad(x, ((0, 0), reach(size), reach(size)))
    x = sum(x[:, shift : shift + height] for shift in range(size))
    return sum(x[:, :, shift : shift + width] for shift in range(size))


def inverse_norms(keys, patch_size):
    """Computes `1 / max(norm, 1e-4)` of all patches; its gradient is finite for patches of zeros.

    Args:
        keys: Tensor `(batch, height, width, channels)`.
        patch_size: Side of the patches.

    Output shape:
        `(batch, height, width)`.

    Example:
        >>> np.asarray(inverse_norms(ops.ones((1, 1, 1, 4)), 3))
        array([[[0.5]]], dtype=float32)
    """
    squares = window_sums(ops.sum(ops.square(keys), axis=-1), patch_size)
    # The square root of the maximum, not the maximum of the root: XLA has no finite gradient of a root at 0.
    return ops.rsqrt(backend.maximum(squares, _SMALLEST_SQUARE))


def is_usable(mask, patch_size):
    """Says which patches have no hole in them: 1 where `mask` is 0 all over the window, else 0.

    Args:
        mask: Tensor `(batch, height, width, channels)`; every value but 0 is a hole, in any of the channels.
        patch_size: Side of the patches. Cells outside the mask are no holes.

    Output shape:
        `(batch, height, width)`, float32.

    Example:
        >>> np.asarray(is_usable(ops.reshape(ops.one_hot(3, 4), (1, 1, 4, 1)), 3))
        array([[[1., 1., 0., 0.]]], dtype=float32)
    """
    holes = ops.any(ops.not_equal(mask, ops.zeros_like(mask)), axis=-1)
    return ops.cast(ops.equal(window_sums(ops.cast(holes, "float32"), patch_size), 0.0), "float32")


def framed(x, patch_size, above=0, below=0):
    """Pads an image by the zeros that its patches need, for `patch_scores`.

    A frame on the left serves the right too: the cell behind a line's last one is the next line's first.

    Args:
        x: Tensor `(batch, height, width, channels)`.
        patch_size: Side of the patches.
        above, below: Further lines of zeros.

    Output shape:
        `(batch, height + frame, width + patch_size // 2, channels)`.

    Example:
        >>> framed(ops.ones((1, 4, 5, 3)), 3).shape
        TensorShape([1, 5, 6, 3])
    """
    after = patch_size // 2
    return ops.pad(x, ((0, 0), (after + above, below), (after, 0), (0, 0)))


def lines_below(patch_size):
    """Returns how many lines of a framed image `patch_scores` reads below its last line of queries.

    Example:
        >>> lines_below(3)
        3
    """
    return patch_size // 2 + 2 if patch_size > 1 else 0


def patch_scores(queries, keys, patch_size):
    """Computes the inner products of all patches of two framed images.

    `score[p, q] = sum_t <f[p + t], b[q + t]>` over the cells `t` of a window: the Gram matrix `<f[p], b[q]>` of the
    pixels, summed along joint diagonals, a `patch_size^2` part of the products of unfolded patches.

    Args:
        queries: Tensor `f` from `framed`, with `lines_below(patch_size)` lines below the last one that counts.
        keys: Tensor `b` from `framed`.
        patch_size: Side of the patches.

    Output shape:
        `(batch, height_f, width_f, height_b, width_b)`.
    """
    before, after = reach(patch_size)
    batch, lines, width_f, channels = ops.shape(queries)
    _, height_b, width_b, _ = ops.shape(keys)
    height_f = lines - after - lines_below(patch_size)
    columns = height_b * width_b
    gram = backend.matmul(
        ops.reshape(queries, (batch, lines * width_f, channels)),
        ops.transpose(ops.reshape(keys, (batch, columns, channels)), (0, 2, 1)),
    )
    flat = ops.reshape(gram, (batch, lines * width_f * columns))
    down, across = width_f * columns + width_b, columns + 1
    length = height_f * width_f * columns
    flat = shifted_sum(
        flat, across, patch_size, length + (patch_size - 1) * down, start=(after - before) * (down + across)
    )
    flat = shifted_sum(flat, down, patch_size, length)
    scores = ops.reshape(flat, (batch, height_f, width_f, height_b, width_b))
    return beginning(scores, height_f, width_f - after, height_b - after, width_b - after)
