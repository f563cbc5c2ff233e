"""Preconditioned conjugate gradients on the normal equations."""

from typing import NamedTuple

import numpy as np
from keras import ops

from tfconvkit import backend
from tfconvkit.operators.solvers.base import inner, peak, ratio, scaled, size, start_steps
from tfconvkit.operators.solvers.preconditioning import KrylovSolver, is_wide

RESTARTS = 4


class ConjugateGradient(KrylovSolver):
    """Solves any operator by preconditioned conjugate gradients on its normal equations, on the smaller side.

    A tall or square operator: `(A^H A + l I) x = A^H y`, the residual `y - A x` kept along (CGLS). A wide one:
    `(A A^H + l I) w = y`, `x = A^H w`, the smallest solution. Samples that are solved stop changing. When a run ends,
    the residual is computed anew, and where it is not small after all, a new run starts from there. The preconditioner
    is the inverse of the same equations of the circular convolution, damped: the larger `strength`, the more like none.

    Args:
        damping: The `l` of `|A x - y|^2 + l |x|^2`.
        tol: Relative residual at which a sample is solved: `|A x - y| / |y|`, or with damping the `optimality`. By
            default 1e-6 in float32 and 1e-10 in float64. A sample also stops where
            `|A^H (A x - y)| <= tol |A| |A x - y|`, the least-squares solution.
        max_steps: Largest number of steps; one takes a product with A, one with its adjoint and the preconditioner.
        preconditioner: `"circular"`, `"auto"` (circular where there is one), None, or a positive definite operator on
            the domain, for a wide operator on the range. Of a singular operator, a preconditioner finds another
            least-squares solution than the smallest.
        strength: The circular inverse is damped by `strength` times a bound of `s^2`, s the largest singular value.

    Reference:
        Paige and Saunders, LSQR: an algorithm for sparse linear equations and sparse least squares, 1982.

    Example:
        >>> A = Convolution(np.eye(3)[:, :, None, None] + 2.0, grid=(8, 8), padding="valid")
        >>> solution = A.solve(np.ones((1, 6, 6, 1)), ConjugateGradient())
        >>> bool(solution.converged[0])
        True
    """

    def __init__(self, damping=0.0, tol=None, max_steps=200, preconditioner="auto", strength=1e-2):
        super().__init__(damping, tol, max_steps, preconditioner, strength)

    def factor(self, operator):
        if hasattr(self.preconditioner, "apply"):
            return self.preconditioner.tensors
        extension = self.extension(operator)
        if extension is None:
            return []
        tensors = [ops.stop_gradient(tensor) for tensor in operator.tensors]
        return [extension.normal_inverse(tensors, is_wide(operator), self.strength, self.damping).matrices]

    def adjoint_factor(self, operator, factor):
        return factor

    def forward(self, operator, tensors, factor, y):
        x, dual, steps = self._solved(operator, tensors, factor, y, is_wide(operator))
        return x, [dual], steps

    def backward(self, operator, tensors, factor, y, x, kept, cotangent):
        """Of a tall A, with `s = (A^H A + l I)^-1 v` and `u = A s`: `<v, dx> = <u, dy - dA x> + <y - A x, dA s>`.

        Of a wide one, with `u = (A A^H + l I)^-1 A v`: `<v, dx> = <u, dy - dA x> + <w, dA (v - A^H u)>`.
        """
        wide = is_wide(operator)
        u, dual, _ = self._solved(operator.H, tensors, factor, cotangent, not wide)
        if wide:
            return u, [(-u, x), (kept[0], cotangent - operator.apply_adjoint(tensors, u))]
        return u, [(-u, x), (y - operator.apply(tensors, x), dual)]

    def _solved(self, operator, tensors, factor, y, wide):
        """Returns x, the w of a wide operator (else x again), and the steps."""
        height = peak(y)
        x, dual, steps = self._solved_of_one(operator, tensors, factor, scaled(1 / height, y), wide)
        return scaled(height, x), scaled(height, dual), steps

    def _solved_of_one(self, operator, tensors, factor, y, wide):
        """The same for samples whose largest number is 1, whose squares neither underflow nor overflow."""
        problem = _Problem(self, operator, tensors, factor, y, wide)
        tolerance = self.tolerance(operator.dtype)
        shape = operator.range_shape if wide else operator.domain_shape
        u = ops.zeros((ops.shape(y)[0], *shape), operator.dtype)

        def go_on(turn, aim, u, steps, is_open):
            return ops.logical_and(ops.any(is_open), turn < RESTARTS)

        def run(turn, aim, u, steps, is_open):
            u, taken = problem.run(u, aim, ops.where(is_open, self.max_steps - steps, 0))
            steps = steps + taken
            error = problem.error(u)
            # The next run starts where the recursion was wrong, and aims as much lower.
            is_open = is_open & (error > tolerance) & (steps < self.max_steps) & (taken > 0)
            return turn + 1, aim * 0.3, u, steps, is_open

        steps = start_steps(y)
        state = (ops.convert_to_tensor(0), ops.convert_to_tensor(0.7 * tolerance, operator.dtype), u, steps, steps < 1)
        _, _, u, steps, _ = ops.while_loop(go_on, run, state)
        return problem.lift(u), u, steps


class _Problem(NamedTuple):
    """The normal equations `N u = b` of one side; `x = u`, or `x = A^H u` on the side of the range."""

    solver: object
    operator: object
    tensors: list
    factor: list
    y: object
    wide: bool

    def product(self, x):
        return self.operator.apply(self.tensors, x)

    def adjoint(self, y):
        return self.operator.apply_adjoint(self.tensors, y)

    def lift(self, u):
        return self.adjoint(u) if self.wide else u

    def precondition(self, x):
        operator, wide = self.operator, self.wide
        return self.solver.precondition(operator, self.factor, x, wide)

    def residual(self, u):
        """`y - A x`, for a wide operator without the part that damping leaves, `l u`."""
        r = self.y - self.product(self.lift(u))
        return r - self.solver.damping * u if self.wide and self.solver.damping else r

    def gradient(self, u, r):
        """`b - N u`, from the residual."""
        if self.wide:
            return r
        s = self.adjoint(r)
        return s - self.solver.damping * u if self.solver.damping else s

    def error(self, u):
        """What is judged at the end of a run, computed anew."""
        r = self.residual(u)
        if not self.solver.damping:
            return ratio(size(r), size(self.y))
        s = self.adjoint(r) if self.wide else self.gradient(u, r)
        return ratio(size(s), size(self.adjoint(self.y)))

    def run(self, u, aim, budget):
        """Takes steps from `u` until the recursions say that each sample is solved; returns `u` and the steps."""
        r = self.residual(u)
        s = self.gradient(u, r)
        z = self.precondition(s)
        scale = size(self.y) if self.wide or not self.solver.damping else size(self.adjoint(self.y))
        steps, norm, gamma = ops.zeros_like(budget), ops.zeros_like(scale), inner(s, z)
        state = (u, r, z, gamma, gamma, norm, steps, self._is_open(r, s, norm, scale, aim) & (budget > 0))

        def step(u, r, p, gamma, least, norm, steps, is_open):
            half = self.adjoint(p) if self.wide else self.product(p)
            length = inner(half, half)
            curvature = length + self.solver.damping * inner(p, p)
            alpha = ops.where(is_open, ratio(gamma, curvature), ops.zeros_like(gamma))
            norm = backend.maximum(norm, ops.sqrt(ratio(length, inner(p, p))))
            moved = self._moved(half, p)
            falls = self._falls(r, r - scaled(alpha, moved))
            alpha = ops.where(falls >= 0, alpha, ops.zeros_like(alpha))
            u = u + scaled(alpha, p)
            r = r - scaled(alpha, moved)
            s = self.gradient(u, r)
            z = self.precondition(s)
            following = inner(s, z)
            p = z + scaled(ratio(following, gamma), p)
            steps = steps + ops.cast(is_open, steps.dtype)
            is_open = is_open & self._is_open(r, s, norm, scale, aim) & (steps < budget) & (following > 0)
            # Gradients go up and down by nature: only one ten times the smallest so far, at rest, has gone astray.
            is_open = is_open & (alpha > 0) & ((falls > 0) | (following <= 100 * least))
            least = ops.where(following < least, following, least)
            return u, r, p, following, least, norm, steps, is_open

        final = ops.while_loop(lambda *state: ops.any(state[-1]), step, state)
        return final[0], final[6]

    def _falls(self, r, following):
        """Whether a step lowers the residual (1), by no more than its rounding (0), or raises it (-1).

        Least squares never raise it, but go astray once only rounding is left: from there on the gradient grows.
        """
        if self.wide or self.solver.damping:
            return ops.where(ops.isfinite(size(following)), 1, -1)
        change = size(r) - size(following)
        rounding = 10 * float(np.finfo(self.operator.dtype).eps) * size(r)
        return ops.where(change > rounding, 1, ops.where(change >= -rounding, 0, -1))

    def _moved(self, half, p):
        """What the residual loses when `u` gains `p`."""
        if not self.wide:
            return half
        moved = self.product(half)
        return moved + self.solver.damping * p if self.solver.damping else moved

    def _is_open(self, r, s, norm, scale, aim):
        if self.wide:
            return size(r) > aim * scale
        if self.solver.damping:
            return size(s) > aim * scale
        return (size(r) > aim * scale) & (size(s) > aim * norm * size(r))
