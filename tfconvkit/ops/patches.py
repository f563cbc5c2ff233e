"""Patches: windows cut out of a feature map, and their exact adjoint, windows added up into a feature map.

Both work axis by axis, on one, two or three grid axes: `patch_axes` has the axis, with the letters of the formulas.
"""

import numpy as np
from keras import ops

from tfconvkit.ops import arguments
from tfconvkit.ops.patch_axes import check_patches, count_axis, fold_axis, lines_of, unfold_axis

NORMALIZERS = (None, "count")


def unfold(x, size, strides=1, dilation_rate=1, padding="valid"):
    """Cuts a feature map into windows and lays each of them out along the channels.

    `y[n, i, (t, c)] = x[n, i s - p + t d, c]` (per axis), zero outside the map; `p` is 0 for "valid", and for "same"
    TensorFlow's: the odd pad stands behind.

    Args:
        x: Tensor `(batch, *grid, channels)` with one, two or three grid axes, of any size, known or not.
        size: Integer or one per grid axis, the taps of a window.
        strides: Integer or one per grid axis, the distance of the windows.
        dilation_rate: Integer or one per grid axis, the distance of the taps; may be combined with strides.
        padding: `"valid"` or `"same"`.

    Returns:
        Tensor `(batch, *windows, prod(size) * channels)`, a window in the order `(*size, channels)`, the channel
        fastest.

    Raises:
        ValueError: for arguments that are not positive, or a grid smaller than one window under "valid".

    Reference:
        Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016
        (https://arxiv.org/abs/1603.07285).

    Example:
        >>> unfold(ops.ones((1, 8, 9, 2)), 3, strides=2, padding="same").shape
        TensorShape([1, 4, 5, 18])
    """
    x = arguments.tensor("unfold", "x", x, least=2)
    grid = ops.shape(x)[1:-1]
    for axis, line in reversed(list(enumerate(lines_of(grid, size, strides, dilation_rate, padding), 1))):
        x = unfold_axis(x, axis, line)
    return x


def fold(patches, output_size, size, strides=1, dilation_rate=1, padding="valid", normalize=None):
    """Adds windows up into a feature map, each where `unfold` would have cut it out: the adjoint of `unfold`.

    `x[n, j, c] = sum over (i, t) with i s - p + t d = j of y[n, i, (t, c)]` (per axis), so that
    `<unfold(x), y> = <x, fold(y)>`. What falls outside the map is dropped, and a pixel that no window sees is zero. A
    transposed convolution is `fold(pixels @ kernel^T)`. Half precision is summed in float32.

    Args:
        patches: Tensor `(batch, *windows, prod(size) * channels)`, a window in the order `(*size, channels)`.
        output_size: The grid of the map, which has to have these windows: a tuple of integers, or of scalar tensors
            for sizes that are only known at run time (`ops.shape(x)[1:-1]`).
        size, strides, dilation_rate, padding: As in `unfold`.
        normalize: None, or `"count"` to divide each pixel by the number of windows that see it: then
            `fold(unfold(x), normalize="count") = x` on every pixel that a window sees, for even and uneven overlaps.

    Returns:
        Tensor `(batch, *output_size, channels)`.

    Raises:
        ValueError: for arguments that are not positive, channels that are no multiple of `prod(size)`, or a number of
            windows that the output size does not have.

    Reference:
        Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016
        (https://arxiv.org/abs/1603.07285).

    Example:
        >>> fold(ops.ones((1, 4, 5, 18)), (8, 9), 3, strides=2, padding="same").shape
        TensorShape([1, 8, 9, 2])
    """
    patches = arguments.tensor("fold", "patches", patches, least=2, kinds=arguments.SUMMANDS)
    lines = _lines_of_output(output_size, size, strides, dilation_rate, padding)
    if normalize is not None and (not isinstance(normalize, str) or normalize not in NORMALIZERS):
        raise ValueError(f'normalize must be None or "count". Received normalize={normalize!r}.')
    check_patches(ops.shape(patches), lines)
    dtype = ops.dtype(patches)
    x = ops.cast(patches, "float32") if dtype in ("float16", "bfloat16") else patches
    for axis, line in enumerate(lines, 1):
        x = fold_axis(x, axis, line)
    if normalize == "count":
        count = overlap_count(output_size, size, strides, dilation_rate, padding)
        x = x / ops.expand_dims(ops.cast(ops.maximum(count, 1), x.dtype), -1)
    return ops.cast(x, dtype)


def overlap_count(output_size, size, strides=1, dilation_rate=1, padding="valid"):
    """Counts the windows that see each pixel: `fold` of ones, the product of one count per axis.

    Kernel 4 with stride 3 gives `1 1 1 2 1 1 2 ..`: an overlap is even inside the map iff the stride divides the
    kernel, and at the border of "valid" and "same" fewer windows overlap. Zero where no window looks.

    Args:
        output_size: The grid of the map: integers, or scalar tensors for sizes that are only known at run time.
        size, strides, dilation_rate, padding: As in `unfold`.

    Returns:
        Integers `(*output_size,)`: a NumPy array, or a tensor if one of the sizes is a tensor.

    Raises:
        ValueError: for arguments that are not positive.

    Example:
        >>> overlap_count((7,), 4, strides=3)
        array([1, 1, 1, 2, 1, 1, 1], dtype=int32)
    """
    counts = [count_axis(line) for line in _lines_of_output(output_size, size, strides, dilation_rate, padding)]
    if not all(isinstance(count, np.ndarray) for count in counts):
        # PyTorch multiplies no tensor by an array.
        counts = [ops.convert_to_tensor(count) for count in counts]
    product = counts[0]
    for count in counts[1:]:
        # Not product[..., None] of a tensor: LiteRT has no such slice.
        product = product[..., None] if isinstance(product, np.ndarray) else ops.expand_dims(product, -1)
        product = product * count
    return product


def _lines_of_output(output_size, size, strides, dilation_rate, padding):
    lines = lines_of(output_size, size, strides, dilation_rate, padding)
    if any(line.size is None for line in lines):
        raise ValueError(
            f"output_size must be integers, or scalar tensors for sizes that are only known at run time. Received "
            f"output_size={output_size}. Use ops.shape(x)[1:-1] instead of x.shape[1:-1]."
        )
    return lines
