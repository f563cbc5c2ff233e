"""What all solvers share: the solution with its residual, and gradients by implicit differentiation."""

import warnings
from typing import NamedTuple

import numpy as np
from keras import ops

from tfconvkit import backend
from tfconvkit.operators.maps import check_batches, check_operators
from tfconvkit.ops import arguments, pooling
from tfconvkit.ops.arguments import is_number

TOLERANCE = {"float32": 1e-6, "float64": 1e-10}


class Solution(NamedTuple):
    """What a solver found for every sample of a batch.

    Args:
        value: `x`, `(batch, *domain_shape)`.
        residual: `|A x - y| / |y|`, computed anew from the value, 0 for `y = 0`; `(batch,)`. It cannot become small
            where y is not in the range of A: then the value is the least-squares one, and `optimality` judges it.
        steps: Steps that were taken, 0 for a direct solver; `(batch,)`.
        converged: Whether the residual is at most the tolerance of the solver; under damping, where x does not solve
            `A x = y`, whether the `optimality` is. `(batch,)`.
    """

    value: object
    residual: object
    steps: object
    converged: object


class Solver:
    """Computes `A^+ y`, or with damping `(A^H A + damping I)^-1 A^H y`.

    A subclass writes `factor`, `forward` and `backward`; all get the operator with its tensors apart from it, as a
    gradient needs them.

    Args:
        damping: Number, not negative.
        tol: Relative residual that counts as solved; by default 1e-6 in float32 and 1e-10 in float64.
    """

    rcond, takes_steps = None, False

    def __init__(self, damping=0.0, tol=None):
        self.damping, self.tol = damping, tol
        is_given = tol is not None
        if not is_number(damping) or damping < 0 or is_given and not (is_number(tol) and tol > 0):
            raise ValueError(f"{type(self).__name__}: damping must be at least 0 and tol positive. Received "
                             f"damping={damping}, tol={tol}.")

    def factor(self, operator):
        """Returns the list of tensors that all solves with an operator share."""
        raise NotImplementedError(f"{type(self).__name__} must write factor(operator).")

    def adjoint_factor(self, operator, factor):
        """Returns what `factor` gives for the adjoint operator, from that of the operator."""
        raise NotImplementedError(f"{type(self).__name__} must write adjoint_factor(operator, factor).")

    def forward(self, operator, tensors, factor, y):
        """Returns the solution, what `backward` needs beside it (a list of tensors), and the steps `(batch,)`."""
        raise NotImplementedError(f"{type(self).__name__} must write forward(..).")

    def backward(self, operator, tensors, factor, y, x, kept, cotangent):
        """Returns the cotangent of y, and pairs `(p, q)` of which `<p, A q>` has the gradient for A's tensors."""
        raise NotImplementedError(f"{type(self).__name__} must write backward(..).")

    def tolerance(self, dtype):
        """Returns `tol`, or the default of a dtype."""
        return TOLERANCE[dtype] if self.tol is None else self.tol


def solve(operator, solver, tensors, factor, y):
    """Solves for every sample, differentiable in y and in the tensors of the operator by one adjoint solve.

    With `rcond`, where the rank may change, in y alone and in what the factor is computed from.

    Args:
        operator, solver: As in `LinearOperator.pinv`.
        tensors: Those of the operator.
        factor: `solver.factor(operator)`.
        y: Tensor `(batch, *range_shape)`.

    Returns:
        A `Solution`; its residual has no gradient.
    """
    if solver.rcond is None:
        value, steps = _implicit(operator, solver, tensors, factor, y)
    else:
        value, _, steps = solver.forward(operator, tensors, factor, y)
    x, right, tensors = (ops.stop_gradient(value), ops.stop_gradient(y), [ops.stop_gradient(t) for t in tensors])
    # Of the size of 1, so that no square underflows or overflows.
    x, right = (scaled(1 / peak(right), each) for each in (x, right))
    relative = ratio(size(right - operator.apply(tensors, x)), size(right))
    error = relative
    if solver.damping:
        error = _optimality(operator, tensors, x, right, solver.damping)
    return Solution(value, relative, steps, error <= solver.tolerance(operator.dtype))


def optimality(operator, x, y, damping=0.0):
    """Computes `|A^H (y - A x) - damping x| / |A^H y|`, 0 for the least-squares solution, `(batch,)`.

    Args:
        operator: A `LinearOperator`.
        x: Tensor `(batch, *domain_shape)`.
        y: Tensor `(batch, *range_shape)`.
        damping: Number.

    Example:
        >>> A = Mask(np.array([1.0, 0.0]))
        >>> np.asarray(optimality(A, np.array([[5.0, 0.0]]), np.array([[5.0, 2.0]])))
        array([0.])
    """
    check_operators("optimality", operator)
    x = operator.checked(x, operator.domain_shape, "optimality")
    y = operator.checked(y, operator.range_shape, "optimality")
    check_batches("optimality", x, y)
    return _optimality(operator, operator.tensors, x, y, arguments.number("optimality", "damping", damping, least=0))


def warn_if_unsolved(operator, solver, y, solution):
    """Warns, outside of a graph, where a value neither solves `A x = y` nor is the least-squares solution."""
    try:
        has_failed = not np.all(ops.convert_to_numpy(solution.converged))
    except Exception:  # each backend has its own error for a tensor in a graph, whose numbers are not known yet
        return
    if not has_failed:
        return
    errors = ops.convert_to_numpy(optimality(operator, solution.value, y, solver.damping))
    if not np.all(errors <= 10 * solver.tolerance(operator.dtype)):
        residual = ops.convert_to_numpy(solution.residual)
        warnings.warn(
            f"{solver!r} did not converge for {operator!r}: residual |A x - y| / |y| up to {residual.max():.1e}, "
            f"|A^H (y - A x)| / |A^H y| up to {errors.max():.1e}. Use solve(y) to see them per sample, more max_steps, "
            f"or damping for what cannot be recovered.",
            RuntimeWarning,
            stacklevel=4,
        )


def peak(x):
    """Computes the largest absolute value of each sample, 1 where that is 0; `(batch,)`."""
    largest = pooling.largest(ops.abs(x), axis=tuple(range(1, len(x.shape))))
    return ops.where(ops.equal(largest, 0), ops.ones_like(largest), largest)


def size(x):
    """Computes the Euclidean norm of each sample, `(batch,)`."""
    return ops.sqrt(inner(x, x))


def inner(x, y):
    """Computes the inner product of each sample, `(batch,)`."""
    return ops.sum(x * y, axis=tuple(range(1, len(x.shape))))


def ratio(a, b):
    """Computes `a / b`, and 0 where b is 0."""
    is_zero = ops.equal(b, 0)
    return ops.where(is_zero, ops.zeros_like(a), a / ops.where(is_zero, ops.ones_like(b), b))


def scaled(factors, x):
    """Multiplies each sample by its own number."""
    return ops.reshape(factors, (-1, *(1 for _ in x.shape[1:]))) * x


def start_steps(y):
    """Zero steps for every sample, `(batch,)`."""
    return ops.zeros_like(y[(slice(None), *(0 for _ in y.shape[1:]))], "int32")


def _optimality(operator, tensors, x, y, damping):
    gradient = operator.apply_adjoint(tensors, y - operator.apply(tensors, x)) - damping * x
    return ratio(size(gradient), size(operator.apply_adjoint(tensors, y)))


def _implicit(operator, solver, tensors, factor, y):
    count, end = len(tensors), len(tensors) + len(factor)

    def forward(y, *others):
        tensors, factor = list(others[:count]), list(others[count:])
        x, kept, steps = solver.forward(operator, tensors, factor, y)
        return [x, steps], [y, x, *others, *kept]

    def backward(saved, cotangents):
        y, x, *others = saved
        tensors, factor, kept = others[:count], others[count:end], others[end:]
        u, pairs = solver.backward(operator, tensors, factor, y, x, kept, cotangents[0])
        return [u, *_tensor_products(operator, tensors, pairs), *(None for _ in factor)]

    return backend.custom_vjp(forward, backward, [y, *tensors, *factor])


def _tensor_products(operator, tensors, pairs):
    """The gradients of `sum of <p, A q>` for the tensors, all pairs as one batch."""
    if not tensors:
        return []
    p, q = (ops.concatenate([pair[which] for pair in pairs], axis=0) for which in (0, 1))
    return backend.vjp(lambda *tensors: operator.apply(list(tensors), q), tensors, p)
