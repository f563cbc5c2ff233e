"""Inverses of symbols: exact, cut off, damped; and equations solved without keeping an inverse."""

import numpy as np

from tfconvkit import backend
from tfconvkit.ops import arguments
from tfconvkit.ops.spectral import frequencies, singular, transforms
from tfconvkit.ops.spectral.symbols import (
    Symbol,
    apply,
    check_symbols,
    conjugate_transpose,
    images,
    kernel_of,
    symbol,
)


def pinv(symbol, rcond=None, damping=0.0):
    """Computes the pseudo-inverse of a symbol, again a symbol: factorised once, applied many times.

    Of a matrix `F` of the symbol, with its singular value decomposition `F = U diag(s) V^H`:

    - by default `F^-1` where it is square (LU factors), else `rcond` is set to the machine precision times the larger
      of rows and columns;
    - with `rcond`, `V diag(1 / s) U^H`, where `1 / s` is 0 for `s <= rcond * (largest s of all frequencies)`;
    - with `damping`, `(F^H F + damping I)^-1 F^H`: then `apply(pinv(symbol, damping=d), y)` is the `x` with the least
      `|apply(symbol, x) - y|^2 + d |x|^2`. It squares the condition: in float32 a `damping` below `1e-6` of the largest
      `s^2` is lost in rounding.

    Differentiable; with `rcond` away from singular values at the threshold. A singular square matrix, without `rcond`
    and `damping`, has no inverse: an error on TensorFlow and PyTorch, elsewhere and inside XLA the numbers are not
    finite. Inside XLA on TensorFlow, what `rcond` gives is good to 1e-7, in float64, too.

    Args:
        symbol: A `Symbol`.
        rcond: Number from 0 to 1, or None.
        damping: Number, not negative.

    Returns:
        A `Symbol` from the range to the domain, of the size of the first.

    Raises:
        ValueError: for `rcond` and `damping` together, or numbers out of range.

    Reference:
        Penrose, A generalized inverse for matrices, 1955 (https://doi.org/10.1017/S0305004100030401).

    Example:
        >>> blur = symbol(ops.ones((3, 3, 2, 5)), grid=(8, 10))
        >>> apply(pinv(blur, damping=0.1), ops.ones((4, 8, 10, 5))).shape
        TensorShape([4, 8, 10, 2])
    """
    rcond = _checked(symbol, rcond, damping)
    if damping:
        matrices = _damped(symbol.matrices, damping)
    elif rcond is None:
        matrices = _regular(backend.inverse, symbol.matrices)
    else:
        matrices = conjugate_transpose(singular.reciprocal(symbol.matrices, rcond))
    return Symbol(matrices, symbol.grid, symbol.range_strides, symbol.strides)


def solve(symbol, y, rcond=None, damping=0.0):
    """Computes `apply(pinv(symbol, rcond, damping), y)` without the inverse: faster for one `y`. Differentiable.

    Args:
        symbol: A `Symbol`.
        y: `(batch, *range_shape)`; computed in the precision of the symbol.
        rcond, damping: As in `pinv`.

    Returns:
        Tensor `(batch, *domain_shape)`.

    Raises:
        ValueError: as `pinv`, and for images of another shape.

    Example:
        >>> solve(symbol(ops.ones((3, 3, 2, 5)), grid=(8, 10)), ops.ones((4, 8, 10, 5)), damping=0.1).shape
        TensorShape([4, 8, 10, 2])
    """
    if _checked(symbol, rcond, damping) is not None:
        return apply(pinv(symbol, rcond=rcond), y)
    y = images(y, symbol.range_shape, symbol.dtype)
    rows = frequencies.from_image(y, symbol.grid, symbol.range_strides)
    matrices = symbol.matrices
    adjoints = conjugate_transpose(matrices) if damping else None
    if not damping:
        rows = _regular(backend.solve_rows, matrices, rows)
    elif matrices.shape[-2] <= matrices.shape[-1]:
        rows = backend.solve_rows(_shifted(matrices @ adjoints, damping), rows @ adjoints)
    else:
        rows = backend.solve_rows(_shifted(adjoints @ matrices, damping), rows) @ adjoints
    return frequencies.to_image(rows, symbol.grid, symbol.strides)


def inverse_filter(kernel, grid):
    """Computes the filter, as large as the grid, that undoes a circular convolution with as many filters as channels.

    Both are correlations with the origin at their first tap:
    `apply(symbol(inverse_filter(kernel, grid), grid, origin=0), apply(symbol(kernel, grid, origin=0), x)) = x`.

    Args:
        kernel: `(*kernel_size, channels, channels)`.
        grid: Sizes of the images.

    Returns:
        Tensor `(*grid, channels, channels)`.

    Raises:
        ValueError: as `symbol`, and for a kernel with other filters than channels.

    Example:
        >>> inverse_filter(2 * ops.ones((1, 1, 1, 1)), grid=(8, 10))[0, 0]
        <tf.Tensor: shape=(1, 1), dtype=float32, numpy=array([[0.5]], dtype=float32)>
    """
    one = symbol(kernel, grid, origin=0)
    check_square(one)
    return kernel_of(pinv(one))


def check_square(symbol):
    """Raises a ValueError unless the matrices of a symbol are square."""
    check_symbols(symbol)
    if symbol.matrices.shape[-2] != symbol.matrices.shape[-1]:
        raise ValueError(
            f"Expected a square operator, as many numbers given as read. Received the domain {symbol.domain_shape} and "
            f"the range {symbol.range_shape}. Choose filters = channels * prod(strides), or use pinv or "
            f"singular_values, which take any symbol."
        )


def rounding(symbol):
    """Returns the `rcond` of what is lost in rounding: machine precision times the larger of rows and columns.

    Args:
        symbol: A `Symbol`.

    Example:
        >>> rounding(symbol(ops.ones((3, 3, 2, 5)), grid=(8, 10)))
        5.960464477539062e-07
    """
    check_symbols(symbol)
    return max(symbol.matrices.shape[-2:]) * float(np.finfo(symbol.dtype).eps)


def _checked(symbol, rcond, damping):
    """Returns `rcond`, set to a default where it is None and the matrices are not square."""
    check_symbols(symbol)
    arguments.number("pinv", "damping", damping)
    if rcond is not None:
        arguments.number("pinv", "rcond", rcond)
    if damping and rcond is not None or damping < 0 or rcond is not None and not 0 <= rcond <= 1:
        raise ValueError(
            f"Expected a rcond from 0 to 1 or a damping >= 0, and not both. Received rcond={rcond}, damping={damping}. "
            f"Cut off with rcond what cannot be recovered, or damp it."
        )
    rows, columns = symbol.matrices.shape[-2:]
    is_given = rcond is not None or damping or rows == columns
    return rcond if is_given else rounding(symbol)


def _regular(compute, *matrices):
    """Computes with inverses, and says what the backend means where there is none."""
    try:
        return compute(*matrices)
    except Exception as error:  # each backend has its own error for a singular matrix
        if "invert" not in str(error) and "singular" not in str(error):
            raise
        raise ValueError("A symbol without rcond and damping must be regular. Received one that is not invertible at "
                         "some frequency: singular, or not finite. Use rcond, which leaves out what cannot be "
                         "recovered, or damping.") from error


def _damped(matrices, damping):
    """`(F^H F + damping I)^-1 F^H = F^H (F F^H + damping I)^-1`, by the smaller of the two."""
    adjoints = conjugate_transpose(matrices)
    if matrices.shape[-2] <= matrices.shape[-1]:
        return backend.solve_rows(_shifted(matrices @ adjoints, damping), adjoints)
    return conjugate_transpose(backend.solve_rows(_shifted(adjoints @ matrices, damping), matrices))


def _shifted(matrices, damping):
    return matrices + transforms.constant(damping * np.eye(matrices.shape[-1], dtype="complex128"), matrices)
