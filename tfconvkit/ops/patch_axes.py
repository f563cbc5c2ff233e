"""Windows on one grid axis: which pixels they see, how they are cut out and added up.

Letters as in the formulas: size `N`, taps `k`, stride `s`, dilation `d`, windows `o`, pads in front `p`. Window `i`
sees the pixels `i s - p + t d`, `t = 0 .. k - 1`. Sizes are integers, or scalar tensors where they are only known at
run time; the pads of TensorFlow's SAME are then tensors too.
"""

import math
from typing import NamedTuple

import numpy as np
from keras import ops

from tfconvkit import padding as arithmetic
from tfconvkit.ops import arguments

is_positive_integer = arguments.is_positive_integer
PADDINGS = ("valid", "same")


class Line(NamedTuple):
    """The windows on one axis.

    Args:
        size: `N`, an integer, a scalar tensor, or None for shapes alone.
        taps, stride, rate: The integers `k`, `s` and `d`.
        windows, before: `o` and `p`, of the kind of the size.
    """

    size: int
    taps: int
    stride: int
    rate: int
    windows: int
    before: int

    @property
    def is_static(self):
        """Whether the size is an integer."""
        return isinstance(self.size, int)

    @property
    def runs(self):
        """Taps that are neighbours in one block of `s` pixels: triples (block, first pixel, number of taps)."""
        if self.rate > 1:
            return [(*divmod(tap * self.rate, self.stride), 1) for tap in range(self.taps)]
        starts = range(0, self.taps, self.stride)
        return [(start // self.stride, 0, min(self.stride, self.taps - start)) for start in starts]

    @property
    def span(self):
        """The number of blocks from the first tap of a window to its last."""
        return (self.taps - 1) * self.rate // self.stride

    @property
    def blocks(self):
        """The number of blocks that all windows touch."""
        return self.windows + self.span


def lines_of(grid, size, strides, dilation_rate, padding):
    """Returns the `Line` of each axis, after checking the arguments.

    Args:
        grid: The sizes of the axes: integers, scalar tensors, None; one of them alone for one axis.
        size, strides, dilation_rate, padding: As in `patches.unfold`.
    """
    grid = _sizes(grid)
    if not isinstance(padding, str) or padding not in PADDINGS:
        raise ValueError(f'padding must be "valid" or "same". Received padding={padding!r}.')
    if not 1 <= len(grid) <= 3:
        raise ValueError(f"Patches have one, two or three grid axes. Received {len(grid)}: {grid}.")
    arguments = {"size": size, "strides": strides, "dilation_rate": dilation_rate}
    per_axis = [_per_axis(name, value, len(grid)) for name, value in arguments.items()]
    return [_line(*values, padding) for values in zip(grid, *per_axis, strict=True)]


def _sizes(grid):
    """Returns a tuple from a size, a sequence of sizes, or a tensor of them."""
    if arguments.is_integer(grid) or ops.is_tensor(grid) and not len(grid.shape):
        return (grid,)
    if ops.is_tensor(grid):
        return tuple(grid[axis] for axis in range(grid.shape[0]))
    sizes = arguments.listed(grid)
    is_listed = bool(sizes) or isinstance(grid, (tuple, list))
    if not is_listed or not all(each is None or ops.is_tensor(each) or arguments.is_integer(each) for each in sizes):
        raise ValueError(f"A grid must be one or more sizes, integers or scalar tensors. Received {grid!r}.")
    return sizes


def _per_axis(name, value, rank):
    values = tuple(value) if isinstance(value, tuple | list) else (value,) * rank
    if len(values) != rank or not all(is_positive_integer(v) for v in values):
        raise ValueError(
            f"{name} must be a positive integer or {rank} of them, one per grid axis. Received {name}={value!r}."
        )
    return tuple(int(v) for v in values)


def _line(size, taps, stride, rate, padding):
    if size is None:
        return Line(None, taps, stride, rate, None, 0)
    size = int(size) if arguments.is_integer(size) else ops.cast(size, "int32")
    extent = arithmetic.dilated_size(taps, rate)
    windows = arithmetic.output_size(size, extent, stride, padding)
    if isinstance(size, int) and windows < 1:
        raise ValueError(
            f'No window of {extent} pixels (size={taps}, dilation_rate={rate}) fits padding="{padding}" on a grid axis '
            f'of {size}. Use a larger grid, a smaller window or padding="same".'
        )
    if padding == "valid":
        return Line(size, taps, stride, rate, windows, 0)
    pads = extent - 1 - arithmetic.remainder(size, stride)
    return Line(size, taps, stride, rate, windows, _maximum(pads, 0) // 2)


def check_patches(shape, lines):
    """Raises unless a shape `(batch, *windows, prod(size) * channels)` has the windows of these lines.

    Args:
        shape: The shape of the patches, where anything but an integer fits.
        lines: List of `Line`.
    """
    cells = math.prod(line.taps for line in lines)
    shape = tuple(shape)
    expected = [line.windows if line.is_static else None for line in lines]
    windows, channels = shape[1:-1], (shape or (0,))[-1]
    is_fitting = len(windows) == len(lines) and all(
        not (isinstance(one, int) and isinstance(other, int)) or one == other
        for one, other in zip(windows, expected, strict=True)
    )
    if not is_fitting or not isinstance(channels, int) or channels % cells:
        raise ValueError(
            f"Expected patches (batch, {', '.join(map(str, expected))}, {cells} * channels) for an output size of "
            f"{tuple(line.size for line in lines)}. Received patches of shape {tuple(shape)}. Use the size, strides, "
            f"dilation_rate and padding that the patches were cut with."
        )


def _maximum(value, least):
    return max(value, least) if isinstance(value, int) else ops.maximum(value, least)


def unfold_axis(x, axis, line):
    """Cuts one axis, `(.., N, .., inner)` to `(.., o, .., k * inner)`: shifted slices of blocks of `s` pixels."""
    inner = ops.shape(x)[-1]
    x = _to_blocks(_shown(x, axis, -line.before, line.blocks * line.stride), axis, line.stride)
    pieces = []
    for block, first, count in line.runs:
        pieces.append(_cut(_cut(x, axis, block, line.windows), -1, first * inner, count * inner))
    return pieces[0] if len(pieces) == 1 else ops.concatenate(pieces, axis=-1)


def fold_axis(x, axis, line):
    """Adds up one axis, `(.., o, .., k * inner)` to `(.., N, .., inner)`: the adjoint of `unfold_axis`."""
    inner, total = ops.shape(x)[-1] // line.taps, None
    ends = [int(end) for end in np.cumsum([count * inner for _, _, count in line.runs])]
    # Splitting, whose gradient is one concatenation; the gradients of many slices would be as many full tensors.
    pieces = ops.split(x, ends[:-1], axis=-1) if len(ends) > 1 else [x]
    for (block, first, count), piece in zip(line.runs, pieces, strict=True):
        pads = {axis: (block, line.span - block), -1: (first * inner, (line.stride - first - count) * inner)}
        piece = _pad(piece, pads)
        total = piece if total is None else total + piece
    return _shown(_from_blocks(total, axis, line.stride), axis, line.before, line.size)


def count_axis(line):
    """Counts the windows that see each pixel of one axis."""
    if not line.is_static:
        ones = ops.ones((1, line.windows, line.taps), "int32")
        return ops.reshape(fold_axis(ones, 1, line), (line.size,))
    seen = np.arange(line.windows)[:, None] * line.stride + np.arange(line.taps) * line.rate - line.before
    seen = seen[(seen >= 0) & (seen < line.size)]
    return np.bincount(seen, minlength=line.size).astype("int32")


def _shown(x, axis, start, length):
    """Returns the pixels `start .. start + length - 1` of an axis, zeros where there are none."""
    before, after = _maximum(-start, 0), _maximum(start + length - ops.shape(x)[axis], 0)
    return _cut(_pad(x, {axis: (before, after)}), axis, start + before, length)


def _pad(x, pads):
    """Pads axes by zeros, from a dictionary of pairs."""
    if all(isinstance(p, int) and p == 0 for pair in pads.values() for p in pair):
        return x
    rank = len(x.shape)
    pads = {axis % rank: pair for axis, pair in pads.items()}
    return ops.pad(x, [list(pads.get(axis, (0, 0))) for axis in range(rank)])


def _cut(x, axis, start, length):
    """Slices `length` entries of an axis."""
    shape = list(ops.shape(x))
    if all(isinstance(n, int) for n in (start, length, shape[axis])) and (start, length) == (0, shape[axis]):
        return x
    starts = [0] * len(shape)
    starts[axis], shape[axis] = start, length
    # TensorFlow's gradient of x[a:b] takes many times as long as that of a plain slice.
    return ops.slice(x, starts, shape)


def _to_blocks(x, axis, stride):
    """Moves the pixels of a block to the channels: `(.., b * s, *rest, inner)` to `(.., b, *rest, s * inner)`."""
    if stride == 1:
        return x
    *lead, size = ops.shape(x)[: axis + 1]
    *rest, inner = ops.shape(x)[axis + 1 :]
    if rest:
        x = ops.reshape(x, (*lead, size // stride, stride, *rest, inner))
        x = ops.moveaxis(x, axis + 1, -2)
    return ops.reshape(x, (*lead, size // stride, *rest, stride * inner))


def _from_blocks(x, axis, stride):
    """Undoes `_to_blocks`."""
    if stride == 1:
        return x
    *lead, blocks = ops.shape(x)[: axis + 1]
    *rest, inner = ops.shape(x)[axis + 1 :]
    if rest:
        x = ops.reshape(x, (*lead, blocks, *rest, stride, inner // stride))
        x = ops.moveaxis(x, -2, axis + 1)
    return ops.reshape(x, (*lead, blocks * stride, *rest, inner // stride))
