"""Numbers about symbols: singular values, norm, condition, log-determinant; and kernels of a smaller norm."""

import math

from keras import ops

from tfconvkit import backend
from tfconvkit.ops import arguments
from tfconvkit.ops.kernels.taps import checked, size_of
from tfconvkit.ops.spectral import frequencies, singular
from tfconvkit.ops.spectral.inversion import check_square
from tfconvkit.ops.spectral.largest import largest
from tfconvkit.ops.spectral.symbols import Symbol, check_symbols, conjugate_transpose, kernel_of, symbol


def singular_values(symbol):
    """Computes the singular values of a symbol: together those of the operator as one large matrix. Differentiable.

    Args:
        symbol: A `Symbol`.

    Returns:
        Tensor `(*coarse grid, min(rows, columns))`, those of each frequency in descending order. Differentiable, with
        respect to equal ones for functions that treat them equally.

    Example:
        >>> singular_values(symbol(ops.ones((3, 3, 2, 5)), grid=(8, 10))).shape
        TensorShape([8, 10, 2])
    """
    check_symbols(symbol)
    return ops.take(singular.values(symbol.matrices), frequencies.whole(symbol.grid), axis=0)


def norm(symbol):
    """Computes the spectral norm `max |apply(symbol, x)| / |x|`, the largest singular value. Differentiable.

    Example:
        >>> norm(symbol(ops.ones((3, 3, 1, 1)), grid=(8, 10)))
        <tf.Tensor: shape=(), dtype=float32, numpy=9.0>
    """
    check_symbols(symbol)
    if backend.is_tensorflow_xla():
        # It takes seconds to compile a singular value decomposition, and runs it slowly.
        return ops.max(largest(symbol.matrices))
    # The gradient needs the factors of one matrix only.
    place = ops.argmax(ops.max(singular.values(ops.stop_gradient(symbol.matrices)), axis=-1))
    return ops.max(singular.values(ops.take(symbol.matrices, place[None], axis=0)))


def condition(symbol):
    """Computes the largest singular value of a symbol divided by its smallest one; infinity where that is 0.

    Example:
        >>> condition(symbol(ops.ones((1, 1, 1, 1)), grid=(8, 10)))
        <tf.Tensor: shape=(), dtype=float32, numpy=1.0>
    """
    check_symbols(symbol)
    s = singular.values(symbol.matrices)
    return ops.max(s) / ops.min(s)


def log_det(symbol):
    """Computes sign and logarithm of the absolute determinant of a symbol, as one large matrix. Differentiable.

    `log|det| = sum over all frequencies of log|det F|`. The sign is that of the matrix that maps images
    `(*domain_shape)`, in C order, to images `(*range_shape)`.

    Args:
        symbol: A `Symbol` whose domain has as many numbers as its range.

    Returns:
        Two scalars: the sign, -1 or 1, and the logarithm; 0 and minus infinity for a singular operator.

    Raises:
        ValueError: for a symbol that is not square.

    Example:
        >>> [float(value) for value in log_det(symbol(-ops.ones((1, 1, 1, 1)), grid=(3, 3)))]
        [-1.0, 0.0]
    """
    value = log_abs_det(symbol)
    real = ops.real(ops.stop_gradient(symbol.matrices))
    real = ops.take(real, frequencies.self_conjugate(symbol.grid), axis=0)
    sign = backend.prod(backend.det_sign(real)) * _sign_of_reordering(symbol)
    # Zero in one of the two makes the other one agree: rounding may leave a sign, or a finite logarithm.
    return sign * ops.cast(value > -math.inf, symbol.dtype), value + ops.log(ops.abs(sign))


def log_abs_det(symbol):
    """Computes the logarithm that `log_det` gives, without the sign: faster, and on grids known at run time, too.

    Example:
        >>> float(log_abs_det(symbol(2 * ops.ones((1, 1, 1, 1)), grid=(3, 3)))) / 9
        0.6931471824645996
    """
    check_square(symbol)
    pair = [ops.real(symbol.matrices), ops.imag(symbol.matrices)]
    logarithms = backend.custom_vjp(_log_det_forward, _log_det_backward, pair)[0]
    last = symbol.grid[-1]
    rows = ops.reshape(logarithms, (-1, last // 2 + 1))
    return ops.sum(rows * frequencies.column_multiplicities(last, symbol.dtype))


def clip(kernel, grid, maximum):
    """Computes the nearest circular convolution whose singular values are at most `maximum`. Differentiable.

    Args:
        kernel: `(*kernel_size, channels, filters)`.
        grid: Sizes of the images.
        maximum: Number.

    Returns:
        Two tensors: the filter `(*grid, channels, filters)`, as large as the grid and with the tap in the origin where
        the kernel has it, and `(*kernel_size, channels, filters)`, its first taps alone. The second has a larger norm;
        clipping it again, several times, brings it near the maximum.

    Raises:
        ValueError: as `symbol`.

    Reference:
        Sedghi et al., The Singular Values of Convolutional Layers, 2019 (https://arxiv.org/abs/1805.10408).

    Example:
        >>> [filters.shape.as_list() for filters in clip(ops.ones((3, 3, 2, 5)), grid=(8, 10), maximum=1.0)]
        [[8, 10, 2, 5], [3, 3, 2, 5]]
    """
    maximum = arguments.number("clip", "maximum", maximum, least=0)
    kernel = checked("clip", kernel)
    one = symbol(kernel, grid, origin=0)
    one = Symbol(singular.clipped(one.matrices, maximum), *one[1:])
    full = kernel_of(one)
    return full, full[tuple(slice(k) for k in size_of(kernel))]


def _log_det_forward(real, imag):
    return [backend.log_abs_det(backend.complex_from(real, imag))], [real, imag]


def _log_det_backward(kept, cotangents):
    """`d log|det F| = Re tr(F^-1 dF)`."""
    inverses = conjugate_transpose(backend.inverse(backend.complex_from(*kept)))
    weights = cotangents[0][..., None, None]
    return [weights * ops.real(inverses), weights * ops.imag(inverses)]


def _sign_of_reordering(symbol):
    """The sign of the two permutations that put the pixels of images in the order of rows and columns."""
    count = math.prod(symbol.grid) * int(symbol.matrices.shape[-1])
    return math.prod(_polyphase_sign(symbol.grid, strides, count) for strides in (symbol.strides, symbol.range_strides))


def _polyphase_sign(grid, strides, count):
    """The sign of `(n1, s1, n2, s2, ..., channels)` to `(n1, n2, ..., s1, s2, ..., channels)`: swaps of two axes."""
    swaps = 0
    for axis, size in enumerate(grid[1:], start=1):
        # The axis moves before the components of all axes in front of it; the other axes repeat each swap.
        inner = math.prod(strides[:axis])
        repeats = count // (size * inner)
        swaps += repeats * (size * (size - 1) // 2) * (inner * (inner - 1) // 2)
    return -1 if swaps % 2 else 1
