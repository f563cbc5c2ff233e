"""Linear maps as objects: products, adjoints, norms, inverses, without weights of their own."""

from tfconvkit.operators.base import Composition, LinearOperator, PseudoInverse
from tfconvkit.operators.convolution import Convolution
from tfconvkit.operators.estimates import condition, norm, singular_values
from tfconvkit.operators.from_layer import LayerOperator, from_layer
from tfconvkit.operators.patches import Identity, Mask, Unfold
from tfconvkit.operators.solvers import GMRES, ConjugateGradient, Dense, Solution, Spectral, optimality
from tfconvkit.operators.stacks import hstack, vstack

__all__ = [
    "Composition",
    "ConjugateGradient",
    "Convolution",
    "Dense",
    "GMRES",
    "Identity",
    "LayerOperator",
    "LinearOperator",
    "Mask",
    "PseudoInverse",
    "Solution",
    "Spectral",
    "Unfold",
    "condition",
    "from_layer",
    "hstack",
    "norm",
    "optimality",
    "pinv",
    "singular_values",
    "vstack",
]


def pinv(operator, solver=None):
    """Makes the pseudo-inverse of an operator: `operator.pinv(solver)`, see `PseudoInverse`.

    Example:
        >>> pinv(Mask(np.array([2.0, 0.0]))).solver
        Dense(rcond=None, damping=0.0)
    """
    return PseudoInverse(operator, solver)
