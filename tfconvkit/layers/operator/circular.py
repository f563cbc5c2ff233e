"""Circular convolutions of images on any grid: the edges of an image touch."""

from keras import ops

from tfconvkit import backend, padding
from tfconvkit.layers.arguments import describe


def convolve(x, kernel, strides=(1, 1), dilation_rate=(1, 1)):
    """Computes `y[i, o] = sum over u, c of kernel[u, c, o] x[s i + d u - p, c]`, indices modulo the grid.

    A correlation with `p = (k - 1) // 2` of the dilated size, as `ops.spectral.symbol` has it. Batch and grid may be
    unknown; the grid is at least as large as the dilated kernel, and a multiple of the strides.

    Args:
        x: Tensor `(batch, height, width, channels)`.
        kernel: Tensor `(*kernel_size, channels, filters)`, its third axis shorter for groups of channels.
        strides, dilation_rate: Integer per axis.

    Returns:
        Tensor `(batch, height / strides[0], width / strides[1], filters)`.

    Example:
        >>> y = convolve(ops.reshape(ops.arange(4.0), (1, 1, 4, 1)), ops.ones((1, 3, 1, 1)))
        >>> np.asarray(y)[0, 0, :, 0]
        array([4., 3., 6., 5.], dtype=float32)
    """
    sizes = [padding.dilated_size(k, d) for k, d in zip(kernel.shape[:2], dilation_rate, strict=True)]
    x = wrapped(x, [((k - 1) // 2, k // 2) for k in sizes])
    options = {"strides": strides, "padding": "valid", "data_format": "channels_last"}
    if max(strides) == 1 or max(dilation_rate) == 1:
        return backend.conv(x, kernel, dilation_rate=dilation_rate, **options)
    # TensorFlow has no dilation beside strides.
    y = backend.conv(x, kernel, dilation_rate=dilation_rate, padding="valid", data_format="channels_last")
    return y[:, :: strides[0], :: strides[1]]


def wrapped(x, pads):
    """Adds rows and columns of the other end of an image to either end.

    Args:
        x: Tensor `(batch, height, width, channels)`.
        pads: Pairs `(before, behind)` of height and width, at most the grid.

    Example:
        >>> wrapped(ops.ones((1, 5, 6, 2)), [(1, 1), (0, 2)]).shape
        TensorShape([1, 7, 8, 2])
    """
    (top, bottom), (left, right) = pads
    rows = [x[:, -top:]] * bool(top) + [x] + [x[:, :bottom]] * bool(bottom)
    x = ops.concatenate(rows, axis=1) if len(rows) > 1 else x
    columns = [x[:, :, -left:]] * bool(left) + [x] + [x[:, :, :right]] * bool(right)
    return ops.concatenate(columns, axis=2) if len(columns) > 1 else x


def check_grid(layer, grid, sizes, strides=(1, 1)):
    """Raises unless each known size of the grid is at least that of the dilated kernel and a multiple of its stride."""
    for size, k, s in zip(grid, sizes, strides, strict=True):
        if size is not None and (size < k or size % s):
            raise ValueError(
                f"{describe(layer)}: a circular convolution needs a grid at least as large as its kernel, a multiple "
                f"of its strides. Received the grid {tuple(grid)} for a kernel of the dilated size {tuple(sizes)} with "
                f"strides {tuple(strides)}. Use a larger image or a smaller kernel, or pad the image."
            )
