"""Between numbers on a grid and numbers per frequency: images by the Fourier transform, kernels by its matrices.

Letters: size of the coarse grid `N`, stride `s`, so that the fine grid has `N s` cells; cell `s j + a` of the fine grid
is cell `j` of the component `a` (the polyphase form). Of the frequencies of the last axis, the half `f <= N // 2` is
kept: those of real numbers at `-f` are conjugate.

Inside a graph the sizes of a coarse grid may be scalar tensors, known only at run time, where a function says so.
"""

import math

import numpy as np
from keras import ops

from tfconvkit import backend


def counts(grid):
    """Returns how many frequencies are kept on each axis: all, and half of them on the last one.

    Example:
        >>> counts((8, 10))
        (8, 6)
    """
    return (*grid[:-1], grid[-1] // 2 + 1)


def multiplicities(grid):
    """Returns how often each frequency that is kept stands in the whole spectrum, `(frequencies,)` of 1 and 2.

    Example:
        >>> multiplicities((2, 4))
        array([1, 2, 1, 1, 2, 1])
    """
    last = np.arange(grid[-1] // 2 + 1)
    weights = np.where(last == -last % grid[-1], 1, 2)
    return np.tile(weights, math.prod(grid[:-1]))


def column_multiplicities(size, dtype):
    """Returns how often each of the `size // 2 + 1` frequencies of the last axis stands in its whole spectrum.

    Args:
        size: Integer, or a scalar tensor.
        dtype: Dtype of the result.

    Example:
        >>> np.asarray(column_multiplicities(4, "float32"))
        array([1., 2., 1.], dtype=float32)
    """
    last = ops.arange(size // 2 + 1)
    is_single = ops.logical_or(ops.equal(last, 0), ops.equal(2 * last, size))
    return 2 - ops.cast(is_single, dtype)


def self_conjugate(grid):
    """Returns the positions of the kept frequencies with `f = -f`, where the matrices of real operators are real.

    Example:
        >>> self_conjugate((2, 4))
        array([0, 2, 3, 5])
    """
    axes = np.indices(counts(grid)).reshape(len(grid), -1)
    sizes = np.array(grid)[:, None]
    return np.flatnonzero((axes == -axes % sizes).all(axis=0))


def whole(grid):
    """Returns for every frequency of the grid which kept one is equal or conjugate to it, `(*grid,)` of positions.

    Example:
        >>> whole((2, 3))
        array([[0, 1, 1],
               [2, 3, 3]])
    """
    axes = np.indices(grid)
    sizes = np.array(grid).reshape(-1, *(1 for _ in grid))
    is_kept = axes[-1] <= grid[-1] // 2
    return np.ravel_multi_index(tuple(np.where(is_kept, axes, -axes % sizes)), counts(grid))


def from_image(x, grid, strides):
    """Transforms images on the fine grid to rows of numbers per frequency.

    Args:
        x: Real tensor `(batch, *fine grid, channels)`.
        grid: Sizes of the coarse grid.
        strides: Integer per axis.

    Returns:
        Complex tensor `(frequencies, batch, components * channels)`, the channels fastest.

    Example:
        >>> from_image(ops.ones((5, 8, 10, 3)), (4, 5), (2, 2)).shape
        TensorShape([12, 5, 12])
    """
    rank, channels = len(grid), x.shape[-1]
    rows = math.prod(strides) * channels
    x = ops.reshape(x, (-1, *(n for pair in zip(grid, strides, strict=True) for n in pair), channels))
    components = range(2, 2 * rank + 1, 2)
    x = ops.transpose(x, (0, *components, 2 * rank + 1, *range(1, 2 * rank, 2)))
    y = backend.rfftn(ops.reshape(x, (-1, rows, *grid)), rank)
    return ops.transpose(ops.reshape(y, (-1, rows, math.prod(counts(grid)))), (2, 0, 1))


def to_image(y, grid, strides):
    """Transforms rows of numbers per frequency to images on the fine grid; undoes `from_image`.

    Args:
        y: Complex tensor `(frequencies, batch, components * channels)`.
        grid: Sizes of the coarse grid.
        strides: Integer per axis.

    Returns:
        Real tensor `(batch, *fine grid, channels)`.

    Example:
        >>> to_image(from_image(ops.ones((5, 8, 10, 3)), (4, 5), (2, 2)), (4, 5), (2, 2)).shape
        TensorShape([5, 8, 10, 3])
    """
    rank, rows = len(grid), y.shape[-1]
    channels = rows // math.prod(strides)
    x = backend.irfftn(ops.reshape(ops.transpose(y, (1, 2, 0)), (-1, rows, *counts(grid))), grid)
    x = ops.reshape(x, (-1, *strides, channels, *grid))
    pairs = [axis for place in range(rank) for axis in (rank + 2 + place, 1 + place)]
    x = ops.transpose(x, (0, *pairs, rank + 1))
    return ops.reshape(x, (-1, *(n * s for n, s in zip(grid, strides, strict=True)), channels))


def waves(size, taps, stride=1, is_half=False):
    """Builds the matrices that transform the taps of a kernel along one axis.

    `waves[f, a, u] = exp(2 pi i f q / N)` where the tap `u` reads the component `a`, at `taps[u] = s q + a` of the fine
    grid, and 0 for the other components. Quarters of a turn are exact, so the matrices of real frequencies are real.

    Args:
        size: Size `N` of the coarse grid.
        taps: List of integers, the cells that the taps read, relative to the cell `s j` of the fine grid.
        stride: The stride `s`.
        is_half: Whether to keep the frequencies `f <= N // 2` only.

    Returns:
        NumPy array `(frequencies, stride, taps)` of complex128.

    Example:
        >>> waves(4, [-1, 0, 1])[1, 0].tolist()
        [-1j, (1+0j), 1j]
    """
    frequencies = np.arange(size // 2 + 1 if is_half else size)
    cells, components = np.divmod(np.asarray(taps), stride)
    steps = np.outer(frequencies, cells) % size
    angles = 2 * np.pi / size * steps
    values = np.stack([np.cos(angles), np.sin(angles)])
    real, imag = np.where(4 * steps % size == 0, np.round(values), values) + 0.0
    is_read = components == np.arange(stride)[:, None]
    return np.where(is_read, (real + 1j * imag)[:, None], 0)


def waves_at_run_time(size, taps, dtype, stride=1, is_half=False):
    """Computes what `waves` gives where the size is known at run time only; nearly exact at quarters of a turn.

    Args:
        size: Scalar integer tensor.
        taps, stride, is_half: As in `waves`.
        dtype: Precision, `"float32"` or `"float64"`.

    Returns:
        Complex tensor `(frequencies * stride, taps)`.

    Example:
        >>> np.asarray(waves_at_run_time(ops.convert_to_tensor(4), [-1, 0, 1], "float64"))[2].real.tolist()
        [-1.0, 1.0, -1.0]
    """
    cells, components = np.divmod(np.asarray(taps), stride)
    frequencies = ops.arange(size // 2 + 1 if is_half else size)
    # Whole turns are taken off in integers: large angles have few digits left behind the point.
    steps = ops.mod(frequencies[:, None] * ops.convert_to_tensor(cells, frequencies.dtype), size)
    angles = ops.cast(steps, "float64") * (2 * np.pi / ops.cast(size, "float64"))
    is_read = ops.convert_to_tensor(components == np.arange(stride)[:, None], dtype)
    parts = [ops.cast(wave, dtype)[:, None] * is_read for wave in (ops.cos(angles), ops.sin(angles))]
    return backend.complex_from(*(ops.reshape(part, (-1, len(taps))) for part in parts))
