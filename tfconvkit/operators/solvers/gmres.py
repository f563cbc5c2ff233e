"""Minimal residuals for square operators, with the inverse of the circular convolution."""

from keras import ops

from tfconvkit.operators.solvers.base import inner, peak, ratio, scaled, size, start_steps
from tfconvkit.operators.solvers.preconditioning import KrylovSolver
from tfconvkit.ops.arguments import is_positive_integer


class GMRES(KrylovSolver):
    """Solves a square, well-conditioned operator: each step makes the residual as small as its directions allow.

    A step takes one product with A and one with the preconditioner, `ConjugateGradient` one with the adjoint too:
    `z = M r`, `q = A z` is made orthogonal to the `q` of the last `memory` steps, then `x` gains the multiple of z that
    makes `|r|` smallest (GMRES in the form of GCR; from the step `memory + 1` on, Orthomin). The residual is computed
    anew at the end, and where it is not small after all, the steps go on from there. For operators that are far from
    normal or nearly singular, `ConjugateGradient` is the safer one.

    Args:
        tol: Relative residual `|A x - y| / |y|` at which a sample is solved; by default 1e-6 in float32 and 1e-10 in
            float64.
        max_steps: Largest number of steps.
        memory: How many directions are kept, two tensors of the size of x each.
        preconditioner: `"circular"`, `"auto"` (circular where there is one), None, or an operator from the range to the
            domain.
        strength: The circular inverse is damped by `strength` times a bound of `s^2`, s the largest singular value; 0
            for the inverse itself, which a kernel with a zero in its spectrum does not have.

    Reference:
        Eisenstat, Elman and Schultz, Variational iterative methods for nonsymmetric systems of linear equations, 1983.

    Example:
        >>> A = Convolution(np.reshape([0.1, 0.1, 0.1, 0.1, 1.0, 0.1, 0.1, 0.1, 0.1], (3, 3, 1, 1)), grid=(8, 8))
        >>> solution = A.solve(np.ones((1, 8, 8, 1)), GMRES())
        >>> bool(solution.converged[0])
        True
    """

    def __init__(self, tol=None, max_steps=200, memory=4, preconditioner="auto", strength=0.0):
        super().__init__(0.0, tol, max_steps, preconditioner, strength)
        self.memory = memory
        if not is_positive_integer(memory):
            raise ValueError(f"GMRES: memory must be at least 1. Received memory={memory!r}.")

    def factor(self, operator):
        if operator.domain_size != operator.range_size:
            raise ValueError(f"GMRES expects a square operator. Received {operator!r}. Use ConjugateGradient.")
        if hasattr(self.preconditioner, "apply"):
            return self.preconditioner.tensors
        extension = self.extension(operator)
        if extension is None:
            return []
        tensors = [ops.stop_gradient(tensor) for tensor in operator.tensors]
        return [extension.inverse(tensors, self.strength).matrices]

    def adjoint_factor(self, operator, factor):
        if hasattr(self.preconditioner, "apply") or not factor:
            return factor
        return [ops.conj(ops.swapaxes(factor[0], -2, -1))]

    def forward(self, operator, tensors, factor, y):
        x, steps = self._solved(operator, tensors, factor, y)
        return x, [], steps

    def backward(self, operator, tensors, factor, y, x, kept, cotangent):
        """With `u = A^-H v`: `<v, dx> = <u, dy - dA x>`."""
        u, _ = self._solved(operator.H, tensors, self.adjoint_factor(operator, factor), cotangent)
        return u, [(-u, x)]

    def precondition(self, operator, factor, x, is_wide=None):
        made = self.preconditioner
        if hasattr(made, "apply") and made.domain_shape != operator.range_shape:
            return made.apply_adjoint(factor, x)
        return super().precondition(operator, factor, x, is_wide)

    def _solved(self, operator, tensors, factor, y):
        height = peak(y)
        x, steps = self._solved_of_one(operator, tensors, factor, scaled(1 / height, y))
        return scaled(height, x), steps

    def _solved_of_one(self, operator, tensors, factor, y):
        """Solves for samples whose largest number is 1, whose squares neither underflow nor overflow."""
        limit = self.tolerance(operator.dtype) * size(y)
        x = ops.zeros((ops.shape(y)[0], *operator.domain_shape), operator.dtype)
        zeros = [x] * self.memory + [ops.zeros_like(y)] * self.memory

        def step(x, r, steps, is_open, *kept):
            z = self.precondition(operator, factor, r)
            z, q = self._orthogonal(z, operator.apply(tensors, z), kept)
            length = size(q)
            z, q = scaled(ratio(ops.ones_like(length), length), z), scaled(ratio(ops.ones_like(length), length), q)
            alpha = ops.where(is_open, inner(q, r), ops.zeros_like(length))
            x, r = x + scaled(alpha, z), r - scaled(alpha, q)
            steps = steps + ops.cast(is_open, steps.dtype)
            is_open = is_open & (size(r) > 0.7 * limit) & (steps < self.max_steps) & (length > 0)
            kept = [z, *kept[: self.memory - 1], q, *kept[self.memory : -1]]
            return x, r, steps, is_open, *kept

        def run(turn, x, steps, is_open, before):
            r = y - operator.apply(tensors, x)
            x, _, steps, _, *_ = ops.while_loop(lambda x, r, steps, is_open, *kept: ops.any(is_open), step,
                                                (x, r, steps, is_open, *zeros))
            after = size(y - operator.apply(tensors, x))
            is_open = is_open & (after > limit) & (steps < self.max_steps) & (after < 0.5 * before)
            return turn + 1, x, steps, is_open, after

        steps = start_steps(y)
        state = (ops.convert_to_tensor(0), x, steps, size(y) > limit, size(y))
        state = ops.while_loop(lambda turn, x, steps, is_open, before: ops.any(is_open), run, state)
        return state[1], state[2]

    def _orthogonal(self, z, q, kept):
        """Makes q orthogonal to the kept ones, z along with it."""
        for direction, image in zip(kept[: self.memory], kept[self.memory :], strict=True):
            share = inner(image, q)
            z, q = z - scaled(share, direction), q - scaled(share, image)
        return z, q
