"""Cropping every channel at a place of its own."""

import numpy as np
from keras import ops

from tfconvkit import backend
from tfconvkit.ops import arguments


def crop_per_channel(x, starts, data_format="channels_last", bias=None):
    """Crops one pixel per axis, for every channel before or behind: `y[n, i, c] = x[n, i + starts[c], c] + bias[c]`.

    Axes along which every start is 0 are left alone. Compiled code chooses between slices; where operations run one by
    one, a depthwise convolution that selects one of its taps reads and writes the tensor only once (there an inf makes
    its neighbours NaN, as it did in the convolution before). The gradient `g[n, i - starts[c], c]` of the choice is
    the same choice in the padded `g`.

    Args:
        x: Tensor with one to three grid axes.
        starts: Zeros and ones, `(channels, rank)`, a NumPy array.
        data_format: `"channels_last"` or `"channels_first"`.
        bias: `(channels,)` or None.

    Returns:
        Tensor whose cropped axes are one shorter.

    Example:
        >>> np.asarray(crop_per_channel(ops.reshape(ops.arange(6.0), (1, 3, 2)), np.array([[0], [1]])))[0]
        array([[0., 3.],
               [2., 5.]], dtype=float32)
    """
    x, starts = _checked(x, starts, data_format)
    bias = None if bias is None else _checked_bias(x, bias, len(starts))
    is_last = data_format == "channels_last"
    is_cropped = starts.any(axis=0)
    if is_last and backend.is_depthwise_fast():
        return _by_selection(x if bias is None else backend.add_bias(x, bias), starts, is_cropped)
    others = [axis for axis in range(len(x.shape)) if axis != (len(is_cropped) + 1 if is_last else 1)]
    pads = [(0, 0), *((int(c), int(c)) for c in is_cropped)]
    pads.insert(len(pads) if is_last else 1, (0, 0))

    def choose(x, starts):
        along_channels = (-1,) if is_last else (-1,) + (1,) * len(is_cropped)
        choices = starts.astype(bool).T.reshape((len(is_cropped), *along_channels))
        return _by_choice(x, choices, list(np.flatnonzero(is_cropped)), 1 if is_last else 2)

    def forward(x, bias=None):
        y = choose(x, starts)
        return [y if bias is None else backend.add_bias(y, bias, data_format)], []

    def backward(_, cotangents):
        g = choose(ops.pad(cotangents[0], pads), 1 - starts)
        return [g] if bias is None else [g, ops.sum(g, axis=others)]

    return backend.custom_vjp(forward, backward, [x] if bias is None else [x, bias])[0]


def _checked(x, starts, data_format):
    """The tensor and the table of starts, of as many channels and grid axes."""
    owner = "crop_per_channel"
    arguments.one_of(owner, "data_format", data_format, ("channels_last", "channels_first"))
    x = arguments.tensor(owner, "x", x, axes=(3, 4, 5), kinds=arguments.FLOATS)
    starts = np.asarray(starts if "object" not in arguments.dtype_name(starts) else ())
    channels = x.shape[-1 if data_format == "channels_last" else 1]
    expected = channels, len(x.shape) - 2
    if starts.shape != expected or starts.dtype.kind not in "biuf" or not np.isin(starts, (0, 1)).all():
        raise ValueError(f"crop_per_channel expects starts as zeros and ones {expected}, a row per channel of x. "
                         f"Received shape {starts.shape}, dtype {starts.dtype}.")
    return x, starts.astype("int64")


def _checked_bias(x, bias, channels):
    bias = arguments.tensor("crop_per_channel", "bias", bias, kinds=arguments.FLOATS)
    if tuple(bias.shape) != (channels,):
        raise ValueError(f"crop_per_channel expects bias as {channels} numbers, one per channel of x, or None. "
                         f"Received shape {tuple(bias.shape)}.")
    return ops.cast(bias, x.dtype)


def _by_choice(x, choices, axes, first):
    """Chooses between the slices before and behind, along each of the axes."""
    if not axes:
        return x
    axis, *others = axes
    slices = (x[(slice(None),) * (first + axis) + (part,)] for part in (slice(1, None), slice(None, -1)))
    return ops.where(choices[axis], *(_by_choice(part, choices, others, first) for part in slices))


def _by_selection(x, starts, is_cropped):
    """Selects by depthwise convolutions, which have two axes: of a volume its depth first."""
    batch, *grid, channels = ops.shape(x)
    sizes = [int(c) + 1 for c in is_cropped]
    if len(grid) == 1:
        return ops.squeeze(_select(ops.expand_dims(x, 1), np.pad(starts, ((0, 0), (1, 0))), (1, *sizes)), 1)
    if len(grid) == 2:
        return _select(x, starts, sizes)
    depth, *plane = (n - size + 1 for n, size in zip(grid, sizes, strict=True))
    columns = ops.reshape(x, (batch, grid[0], grid[1] * grid[2], channels))
    columns = _select(columns, np.pad(starts[:, :1], ((0, 0), (0, 1))), (sizes[0], 1))
    slices = _select(ops.reshape(columns, (batch * depth, *grid[1:], channels)), starts[:, 1:], sizes[1:])
    return ops.reshape(slices, (batch, depth, *plane, channels))


def _select(x, starts, sizes):
    """Convolves every channel with a kernel that is 1 at its start and 0 elsewhere."""
    if max(sizes) == 1:
        return x
    taps = np.zeros((*sizes, len(starts), 1))
    taps[starts[:, 0] % sizes[0], starts[:, 1] % sizes[1], np.arange(len(starts)), 0] = 1
    taps = ops.convert_to_tensor(taps, x.dtype)
    return backend.depthwise_conv(x, taps, strides=1, padding="valid", data_format="channels_last")
