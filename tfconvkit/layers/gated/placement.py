"""Where the windows of a plain convolution stand: TensorFlow's SAME at every stride and dilation, mirrored borders."""

from keras import ops

from tfconvkit import backend
from tfconvkit import padding as pads
from tfconvkit.layers import arguments

PADDINGS = ("same", "valid", "symmetric", "reflect")


def mirrored_pads(kernel_size, dilation_rate):
    """Returns the pads on both sides per axis of "symmetric" and "reflect": `floor(d (k - 1) / 2)`."""
    return tuple(d * (k - 1) // 2 for k, d in zip(kernel_size, dilation_rate, strict=True))


def output_grid(grid, kernel_size, strides, padding, dilation_rate):
    """Returns the output sizes, None for None."""
    before = mirrored_pads(kernel_size, dilation_rate) if padding not in arguments.PADDINGS else (0,) * len(grid)
    rule = "same" if padding == "same" else "valid"
    return tuple(
        None if size is None else pads.output_size(size + 2 * pad, pads.dilated_size(k, d), s, rule)
        for size, pad, k, s, d in zip(grid, before, kernel_size, strides, dilation_rate, strict=True)
    )


def convolve(x, kernel, *, strides, padding, dilation_rate, data_format):
    """Convolves images with the paddings above, also where strides meet dilation.

    Args:
        x: Tensor with two grid axes.
        kernel: Tensor `(*kernel_size, channels, filters)`.
        strides, dilation_rate: Integers per axis.
        padding: `"same"`, `"valid"`, `"symmetric"` or `"reflect"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Example:
        >>> settings = dict(strides=(2, 2), dilation_rate=(3, 3), data_format="channels_last")
        >>> convolve(ops.ones((1, 8, 8, 2)), ops.ones((3, 3, 2, 5)), padding="same", **settings).shape
        TensorShape([1, 4, 4, 5])
    """
    settings = {"dilation_rate": dilation_rate, "data_format": data_format}
    kernel_size = kernel.shape[:2]
    grid = arguments.grid_of(ops.shape(x), data_format)
    if padding in ("symmetric", "reflect"):
        both = [(pad, pad) for pad in mirrored_pads(kernel_size, dilation_rate)]
        x = backend.pad(x, arguments.join_shape((0, 0), both, (0, 0), data_format), mode=padding)
    rule = "same" if padding == "same" else "valid"
    if max(dilation_rate) == 1 or max(strides) == 1:
        return backend.conv(x, kernel, strides=strides, padding=rule, **settings)
    # TensorFlow refuses strides together with dilation: every position, then those that the strides meet.
    starts = (0, 0)
    if rule == "same":
        extents = map(pads.dilated_size, kernel_size, dilation_rate)
        starts = tuple(map(_first_position, grid, extents, strides))
    y = backend.conv(x, kernel, padding=rule, **settings)
    steps = tuple(slice(start, None, s) for start, s in zip(starts, strides, strict=True))
    return y[arguments.join_shape(slice(None), steps, slice(None), data_format)]


def _first_position(size, extent, stride):
    """Where the first strided SAME window stands among the windows of stride 1, for sizes that may be tensors.

    `floor((k - 1) / 2) - floor(max(k - 1 - r, 0) / 2)`: the difference of the pads in front.
    """
    rest = pads.remainder(size, stride)
    if isinstance(rest, int):
        return (extent - 1) // 2 - max(extent - 1 - rest, 0) // 2
    return (extent - 1) // 2 - ops.maximum(extent - 1 - rest, 0) // 2
