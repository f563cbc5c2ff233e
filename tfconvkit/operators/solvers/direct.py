"""Direct solvers: one factorisation, then each solve is a product."""

import math

import numpy as np
from keras import ops

from tfconvkit import backend
from tfconvkit.operators.solvers.base import Solver, start_steps
from tfconvkit.ops import spectral
from tfconvkit.ops.arguments import is_number
from tfconvkit.ops.spectral import singular

# By how many times its own rounding a Fourier transform may miss a 0.
ROUNDINGS = 10


class SingularError(ValueError):
    """Says that a circular operator has no inverse.

    Args:
        operator: The operator.
        symbol: Its `spectral.Symbol`.

    Attributes:
        rcond: What leaves out the singular values that are lost in rounding.
    """

    def __init__(self, operator, symbol):
        self.rcond = ROUNDINGS * spectral.rounding(symbol)
        super().__init__(
            f"{operator!r} is singular at some frequency. Use Spectral(rcond={self.rcond:.0e}), which leaves out what "
            f"cannot be recovered, or damping."
        )


class DirectSolver(Solver):
    """Solves by an inverse that is a tensor; use `Spectral` or `Dense`.

    Args:
        rcond: Singular values of at most `rcond` times the largest count as 0. By default none but those that are lost
            in rounding.
        damping: The `l` of `|A x - y|^2 + l |x|^2`, which is then made least.
        tol: Relative residual that counts as solved.

    Raises:
        ValueError: for `rcond` and `damping` together, or numbers out of range.
    """

    def __init__(self, rcond=None, damping=0.0, tol=None):
        super().__init__(damping, tol)
        self.rcond = rcond
        if rcond is not None and (damping or not (is_number(rcond) and 0 <= rcond < 1)):
            raise ValueError(f"{type(self).__name__}: expected rcond in [0, 1), or damping, not both. Received "
                             f"rcond={rcond}, damping={damping}. Cut off or damp.")

    def forward(self, operator, tensors, factor, y):
        return self.inverse(operator, factor, y), [], start_steps(y)

    def backward(self, operator, tensors, factor, y, x, kept, cotangent):
        """Of `x = A^+ y`, with `u = (A^+)^H v` and `w = (A^+)^H x`, at constant rank,

        `<v, dx> = <u, dy - dA x> + <r, dA A^+ u> + <w, dA (v - A^H u)>`; with damping `l` the last two terms are
        `<r, dA (v - A^H u)> / l`.
        """
        u = self.inverse_adjoint(operator, factor, cotangent)
        rest, beside = y - operator.apply(tensors, x), cotangent - operator.apply_adjoint(tensors, u)
        if self.damping:
            return u, [(-u, x), (rest / self.damping, beside)]
        return u, [(-u, x), (rest, self.inverse(operator, factor, u)),
                   (self.inverse_adjoint(operator, factor, x), beside)]

    def inverse(self, operator, factor, y):
        """Computes `A^+ y`."""
        raise NotImplementedError(f"{type(self).__name__} must write inverse(operator, factor, y).")

    def inverse_adjoint(self, operator, factor, x):
        """Computes `(A^+)^H x`."""
        raise NotImplementedError(f"{type(self).__name__} must write inverse_adjoint(operator, factor, x).")

    def __repr__(self):
        return f"{type(self).__name__}(rcond={self.rcond}, damping={self.damping})"


class Spectral(DirectSolver):
    """Solves a circular operator frequency by frequency: see `ops.spectral.pinv`.

    Args:
        rcond, damping, tol: As in `DirectSolver`. By default LU factors for a square operator, which has to be regular.

    Example:
        >>> A = Convolution(np.ones((3, 3, 1, 1)), grid=(8, 8), pad_mode="wrap")
        >>> solution = A.solve(np.ones((1, 8, 8, 1)), Spectral())
        >>> np.asarray(solution.value)[0, 0, 0].round(12), np.asarray(solution.converged)
        (array([0.11111111]), array([ True]))
    """

    def factor(self, operator):
        symbol = operator.symbol(operator.tensors)
        is_inverse = self.rcond is None and not self.damping and operator.domain_size == operator.range_size
        try:
            inverse = spectral.pinv(symbol, rcond=self.rcond, damping=self.damping)
        except Exception as error:  # each backend has its own error for a singular matrix
            if not is_inverse or "invert" not in str(error) and "singular" not in str(error):
                raise
            raise SingularError(operator, symbol) from error
        if is_inverse and _is_singular(symbol, inverse):
            raise SingularError(operator, symbol)
        return [inverse.matrices]

    def adjoint_factor(self, operator, factor):
        return [ops.conj(ops.swapaxes(factor[0], -2, -1))]

    def inverse(self, operator, factor, y):
        return spectral.apply(self._symbol(operator, factor), y)

    def inverse_adjoint(self, operator, factor, x):
        return spectral.apply(spectral.adjoint(self._symbol(operator, factor)), x)

    def _symbol(self, operator, factor):
        grid, strides, range_strides = operator.frequency_grid
        return spectral.Symbol(factor[0], grid, range_strides, strides)


class Dense(DirectSolver):
    """Solves a small operator by the singular value decomposition of its matrix.

    Args:
        rcond, damping, tol: As in `DirectSolver`.

    Example:
        >>> A = Convolution(np.ones((3, 3, 1, 1)), grid=(4, 4))
        >>> np.asarray(A.solve(np.ones((1, 4, 4, 1)), Dense(damping=0.1)).value).shape
        (1, 4, 4, 1)
    """

    def factor(self, operator):
        matrix = operator.to_dense()
        if self.rcond is not None:
            pair = backend.complex_from(matrix, ops.zeros_like(matrix))[None]
            return [ops.transpose(ops.real(singular.reciprocal(pair, self.rcond))[0])]
        u, s, v = ops.svd(ops.stop_gradient(matrix), full_matrices=False)
        least = max(matrix.shape) * float(np.finfo(operator.dtype).eps) * ops.max(s)
        is_kept = ops.cast(s > least, operator.dtype)
        changed = s / (s * s + self.damping) if self.damping else is_kept / (s + (1 - is_kept))
        return [backend.matmul(ops.transpose(v) * changed, ops.transpose(u))]

    def adjoint_factor(self, operator, factor):
        return [ops.transpose(factor[0])]

    def inverse(self, operator, factor, y):
        return _product(factor[0], y, operator.domain_shape)

    def inverse_adjoint(self, operator, factor, x):
        return _product(ops.transpose(factor[0]), x, operator.range_shape)


def _product(matrix, x, shape):
    flat = ops.reshape(x, (-1, math.prod(x.shape[1:])))
    return ops.reshape(backend.matmul(flat, ops.transpose(matrix)), (-1, *shape))


def _is_singular(symbol, inverse):
    """Says whether an inverse is lost in rounding, as far as its numbers are known yet.

    Frobenius norms bound the condition number: `condition <= |A| |A^-1| <= channels condition`, near the left for an
    inverse that blows up in one direction.
    """
    bound = _largest_norm(symbol) * _largest_norm(inverse)
    try:
        return not float(bound) * float(np.finfo(symbol.dtype).eps) * ROUNDINGS < 1
    except Exception:  # each backend has its own error for a tensor in a graph, whose numbers are not known yet
        return False


def _largest_norm(symbol):
    """Computes the largest Frobenius norm of all frequencies."""
    squares = ops.square(ops.abs(symbol.matrices))
    return ops.sqrt(ops.max(ops.sum(squares, axis=(-2, -1))))
