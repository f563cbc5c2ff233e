"""Solvers of linear operators: by frequencies, by the matrix, by Krylov steps."""

from tfconvkit.operators.solvers.base import Solution, Solver, optimality, solve, warn_if_unsolved
from tfconvkit.operators.solvers.conjugate_gradient import ConjugateGradient
from tfconvkit.operators.solvers.direct import Dense, SingularError, Spectral
from tfconvkit.operators.solvers.extension import Extension
from tfconvkit.operators.solvers.gmres import GMRES

__all__ = [
    "ConjugateGradient",
    "Dense",
    "Extension",
    "GMRES",
    "SingularError",
    "Solution",
    "Solver",
    "Spectral",
    "optimality",
    "solve",
    "warn_if_unsolved",
]
