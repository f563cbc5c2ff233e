"""Kernels to a matrix per frequency, and back: products with the Fourier matrices of the few taps of each axis."""

import math

from keras import ops

from tfconvkit import backend
from tfconvkit.ops.spectral import frequencies


def from_kernel(kernel, taps, grid, strides):
    """Transforms a kernel to a matrix per frequency, one axis after the other.

    `matrices[f, (a, c), o] = sum over u of waves[f, a, u] kernel[u, c, o]`.

    Args:
        kernel: Tensor `(*kernel_size, channels, filters)`, float32 or float64.
        taps: List of integers for each axis, the cells that the taps read; see `waves`.
        grid: Sizes of the coarse grid; scalar tensors for those known at run time only.
        strides: Integer per axis.

    Returns:
        Complex tensor `(frequencies, components * channels, filters)`, the channels fastest.

    Example:
        >>> from_kernel(ops.ones((3, 3, 2, 5)), [[-1, 0, 1]] * 2, (4, 5), (2, 2)).shape
        TensorShape([12, 8, 5])
    """
    *size, channels, filters = map(int, kernel.shape)
    t = backend.complex_from(kernel, ops.zeros_like(kernel))
    done = 1
    for axis, (n, s, cells) in enumerate(zip(grid, strides, taps, strict=True)):
        matrix = _waves(n, cells, s, axis == len(grid) - 1, t)
        t = matrix @ ops.reshape(t, (done, len(cells), math.prod(size[axis + 1 :]) * channels * filters))
        done *= ops.shape(matrix)[0]
    interleaved = [n for pair in zip(frequencies.counts(grid), strides, strict=True) for n in pair]
    rank = len(grid)
    if math.prod(strides) > 1:
        t = ops.reshape(t, (*interleaved, channels * filters))
        t = ops.transpose(t, (*range(0, 2 * rank, 2), *range(1, 2 * rank, 2), 2 * rank))
    return ops.reshape(t, (math.prod(frequencies.counts(grid)), math.prod(strides) * channels, filters))


def to_kernel(matrices, taps, grid, strides):
    """Transforms a matrix per frequency back to the taps of a kernel.

    The adjoint of `from_kernel`, divided by the number of frequencies; those whose conjugate is left out count twice.

    Args:
        matrices: Complex tensor `(frequencies, components * channels, filters)`.
        taps: List of integers for each axis, the cells that the taps read.
        grid: Sizes of the coarse grid.
        strides: Integer per axis.

    Returns:
        Real tensor `(*number of taps, channels, filters)`.

    Example:
        >>> kernel, taps = ops.ones((3, 3, 2, 5)), [[-1, 0, 1]] * 2
        >>> to_kernel(from_kernel(kernel, taps, (4, 5), (2, 2)), taps, (4, 5), (2, 2)).shape
        TensorShape([3, 3, 2, 5])
    """
    rank, filters = len(grid), int(matrices.shape[-1])
    channels = int(matrices.shape[-2]) // math.prod(strides)
    t = ops.reshape(matrices, (*frequencies.counts(grid), *strides, channels * filters))
    t = ops.transpose(t, (*(axis for place in range(rank) for axis in (place, rank + place)), 2 * rank))
    behind = channels * filters
    for axis in reversed(range(rank)):
        is_half = axis == rank - 1
        wave = frequencies.waves(grid[axis], taps[axis], strides[axis], is_half)
        weights = frequencies.multiplicities(grid[axis:]) if is_half else 1
        wave = (wave.conj().T * weights).T / grid[axis]
        matrix = constant(wave.reshape(-1, len(taps[axis])).T, t)
        t = matrix @ ops.reshape(t, (-1, matrix.shape[1], behind))
        behind *= len(taps[axis])
    return ops.reshape(ops.real(t), (*map(len, taps), channels, filters))


def constant(array, like):
    """Turns an array of complex numbers into a tensor of the precision of another one."""
    dtype = precision_of(like)
    return backend.complex_from(*(ops.convert_to_tensor(part, dtype=dtype) for part in (array.real, array.imag)))


def precision_of(matrices):
    """Returns the dtype of the parts of complex numbers, `"float32"` or `"float64"`."""
    return "float64" if "complex128" in str(matrices.dtype) else "float32"


def _waves(size, cells, stride, is_half, like):
    """The matrix `(frequencies * stride, cells)` of one axis."""
    if ops.is_tensor(size):
        return frequencies.waves_at_run_time(size, cells, precision_of(like), stride, is_half)
    return constant(frequencies.waves(size, cells, stride, is_half).reshape(-1, len(cells)), like)
