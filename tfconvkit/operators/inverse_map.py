"""The pseudo-inverse as a linear map, by a solver."""

from tfconvkit.operators import estimates, solvers
from tfconvkit.operators.maps import TensorMap, check_batches, check_operators


class InverseMap(TensorMap):
    """Maps y to `A^+ y` by a solver: `PseudoInverse` without the algebra."""

    def __init__(self, operator, solver=None):
        check_operators("pinv", operator)
        super().__init__(operator.range_shape, operator.domain_shape, operator.dtype)
        self.operator = operator
        if solver is not None and not isinstance(solver, solvers.Solver):
            raise TypeError(f"pinv expects a solver, such as Dense() or ConjugateGradient(). Received {solver!r}.")
        self.solver, self.reason = (solver, "as asked") if solver is not None else _pick(operator)
        try:
            self._factor = self.solver.factor(operator)
        except solvers.SingularError as error:
            if solver is not None:
                raise
            self.solver, self.reason = solvers.Spectral(error.rcond), "its frequencies, some of them singular"
            self._factor = self.solver.factor(operator)

    @property
    def tensors(self):
        return [*self.operator.tensors, *self._factor]

    def apply(self, tensors, x):
        return self._solution(tensors, x).value

    def apply_adjoint(self, tensors, y):
        count = len(self.operator.tensors)
        factor = self.solver.adjoint_factor(self.operator, tensors[count:])
        return solvers.solve(self.operator.H, self.solver, tensors[:count], factor, y).value

    def solve(self, y, solver=None):
        """Computes `A^+ y` with its residual: other than with any other operator, of A and not of this inverse.

        Args:
            y: Tensor `(batch, *range_shape of A)`.
            solver: None; that of the inverse is taken.

        Returns:
            A `solvers.Solution`.

        Raises:
            ValueError: for another solver.
        """
        if solver is not None:
            raise ValueError(f"{self!r} has its solver. Received solver={solver!r}. Use A.solve(y, solver) with the "
                             f"operator itself.")
        return self._solution(self.tensors, self.checked(y, self.domain_shape, "solve"))

    def matvec(self, x):
        x = self.checked(x, self.domain_shape, "matvec")
        solution = self._solution(self.tensors, x)
        if self.solver.takes_steps:
            solvers.warn_if_unsolved(self.operator, self.solver, x, solution)
        return solution.value

    def prox(self, y, center):
        """Computes `argmin |A x - y|^2 + damping |x - center|^2`, with the damping of the solver.

        Args:
            y: Tensor `(batch, *range_shape of A)`.
            center: Tensor `(batch, *domain_shape of A)`.

        Raises:
            ValueError: for a solver without damping.
        """
        if not self.solver.damping > 0:
            raise ValueError(f"prox expects a solver with damping > 0. Received {self.solver!r}.")
        y, center = self.checked(y, self.domain_shape, "prox"), self.checked(center, self.range_shape, "prox")
        check_batches("prox", y, center)
        return center + self.solve(y - self.operator.matvec(center)).value

    def _solution(self, tensors, y):
        count = len(self.operator.tensors)
        return solvers.solve(self.operator, self.solver, tensors[:count], tensors[count:], y)

    def __repr__(self):
        reason = self.reason if self.reason == "as asked" else f"picked for {self.reason}"
        return f"PseudoInverse({self.operator!r}, {self.solver!r}, {reason})"


def _pick(operator):
    if operator.is_circular:
        return solvers.Spectral(), "its frequencies"
    if estimates.is_small(operator):
        return solvers.Dense(), "its small matrix"
    return solvers.ConjugateGradient(), "its size"
