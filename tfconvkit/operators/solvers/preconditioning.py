"""What stands for the inverse inside a Krylov solver, and the solver's part in common."""

from tfconvkit.operators.solvers.base import Solver
from tfconvkit.operators.solvers.extension import Extension
from tfconvkit.ops import spectral
from tfconvkit.ops.arguments import is_number, is_positive_integer

KINDS = ("auto", "circular", None)


class KrylovSolver(Solver):
    """Solves by products with the operator and its adjoint; use `ConjugateGradient` or `GMRES`.

    Args:
        damping, tol: As in `Solver`.
        max_steps: Largest number of steps.
        preconditioner: `"circular"` for the inverse of the circular convolution with the same kernel, `"auto"` for it
            where there is one, None, or an operator.
        strength: How much the circular inverse is damped, by `strength` times a bound of `s^2` for its largest
            singular value s.
    """

    takes_steps = True

    def __init__(self, damping, tol, max_steps, preconditioner, strength):
        super().__init__(damping, tol)
        self.max_steps, self.preconditioner, self.strength = max_steps, preconditioner, strength
        is_named = preconditioner is None or isinstance(preconditioner, str) and preconditioner in KINDS
        if not hasattr(preconditioner, "apply") and not is_named:
            raise ValueError(f'{type(self).__name__}: preconditioner must be "auto", "circular", None or an operator. '
                             f"Received {preconditioner!r}.")
        if not is_positive_integer(max_steps) or not (is_number(strength) and strength >= 0):
            raise ValueError(f"{type(self).__name__}: max_steps must be a positive integer and strength at least 0. "
                             f"Received max_steps={max_steps}, strength={strength}.")

    def extension(self, operator):
        """Returns the `Extension` that preconditions an operator, or None."""
        if self.preconditioner not in ("auto", "circular"):
            return None
        extension = operator.extension()
        if extension is None and self.preconditioner == "circular":
            raise ValueError(
                f'{type(self).__name__}: preconditioner="circular" expects a Convolution with zeros around it whose '
                f'strides divide the grid under "same". Received {operator!r}. Use preconditioner=None, or an operator.'
            )
        return extension

    def symbol(self, operator, factor, is_wide):
        """Returns the preconditioner's symbol from the factor, or None without one.

        Args:
            operator: A `LinearOperator`.
            factor: What `factor(operator)` gave.
            is_wide: As in `is_wide`; None for a symbol from the range to the domain.
        """
        extension = self.extension(operator)
        if extension is None:
            return None
        ones = (1,) * len(extension.grid)
        strides = tuple(n // m for n, m in zip(extension.grid, extension.coarse, strict=True))
        domain, image = (ones, strides) if extension.is_adjoint else (strides, ones)
        sides = {True: (image, image), False: (domain, domain), None: (image, domain)}[is_wide]
        return spectral.Symbol(factor[0], extension.coarse, *sides)

    def precondition(self, operator, factor, x, is_wide):
        """Applies the preconditioner; arguments as in `symbol`."""
        if hasattr(self.preconditioner, "apply"):
            return self.preconditioner.apply(factor, x)
        symbol = self.symbol(operator, factor, is_wide)
        if symbol is None:
            return x
        grid = operator.range_shape[:-1] if is_wide else operator.domain_shape[:-1]
        return Extension.apply(symbol, x, grid)

    def __repr__(self):
        name = type(self).__name__
        return (f"{name}(damping={self.damping}, tol={self.tol}, max_steps={self.max_steps}, "
                f"preconditioner={self.preconditioner!r}, strength={self.strength})")


def is_wide(operator):
    """Says whether an operator gives fewer numbers than it takes: then the smallest solution is sought."""
    return operator.range_size < operator.domain_size
