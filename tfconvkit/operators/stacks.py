"""Operators side by side: one input for all, or one output of all."""

import math

import numpy as np
from keras import ops

from tfconvkit.operators.base import Combined
from tfconvkit.operators.maps import check_operators


class Stacked(Combined):
    """Is `x -> (A x, B x, ..)` as one vector: the flattened outputs, one operator after the other.

    Args:
        operators: List of operators of one domain.
    """

    def __init__(self, operators):
        if not operators or len({operator.domain_shape for operator in operators}) > 1:
            raise ValueError(f"vstack expects operators of one domain. Received {list(operators)}.")
        sizes = [operator.range_size for operator in operators]
        super().__init__(operators[0].domain_shape, (sum(sizes),), operators[0].dtype)
        self._take(operators)
        self._cuts = [int(end) for end in np.cumsum(sizes)[:-1]]

    def apply(self, tensors, x):
        outputs = [operator.apply(own, x) for operator, own in self._own(tensors)]
        return ops.concatenate([ops.reshape(y, (-1, math.prod(y.shape[1:]))) for y in outputs], axis=1)

    def apply_adjoint(self, tensors, y):
        parts = ops.split(y, self._cuts, axis=1) if self._cuts else [y]
        total = 0.0
        for part, (operator, own) in zip(parts, self._own(tensors), strict=True):
            total = total + operator.apply_adjoint(own, ops.reshape(part, (-1, *operator.range_shape)))
        return total


def vstack(operators):
    """Makes the operator `x -> (A x, B x, ..)`, its output flattened.

    Example:
        >>> vstack([Mask(np.ones(2)), 3.0 * Mask(np.ones(2))]).matvec(np.array([[1.0, 2.0]])).shape
        TensorShape([1, 4])
    """
    return Stacked(_listed("vstack", operators))


def hstack(operators):
    """Makes the operator `(x1, x2, ..) -> A x1 + B x2 + ..`, its input flattened: the adjoint of a `vstack`.

    Example:
        >>> hstack([Mask(np.ones(2)), Mask(np.ones(2))]).matvec(np.arange(4.0)[None]).shape
        TensorShape([1, 2])
    """
    return Stacked([operator.H for operator in _listed("hstack", operators)]).H


def _listed(owner, operators):
    if not isinstance(operators, (list, tuple)):
        raise TypeError(f"{owner} expects a list of operators. Received {operators!r}.")
    check_operators(owner, *operators)
    return list(operators)
