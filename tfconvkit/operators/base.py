"""Linear operators and their algebra: adjoint, product, sum, multiple, stack, pseudo-inverse."""

import numbers

import numpy as np
from keras import ops

from tfconvkit.operators import estimates
from tfconvkit.operators.inverse_map import InverseMap
from tfconvkit.operators.maps import TensorMap, check_operators
from tfconvkit.ops import spectral


class LinearOperator(TensorMap):
    """Is a linear map `A` with its algebra; `TensorMap` says how a subclass is written.

    `A.H` is the adjoint, `A @ B` applies B first, `A + B`, `A - B`, `-A` and `2.0 * A` are what they say.
    """

    @property
    def frequency_grid(self):
        """Of a circular operator the coarse grid, the strides and the range strides of its symbol; else None."""
        return None

    @property
    def is_circular(self):
        """Whether the operator commutes with circular shifts and has a matrix per frequency."""
        return self.frequency_grid is not None

    def symbol(self, tensors):
        """Computes the `ops.spectral.Symbol` of a circular operator from its tensors.

        Raises:
            ValueError: for an operator that is not circular.
        """
        raise ValueError(f"{self!r} is not circular and has no matrix per frequency. Use the solver Dense or "
                         f'ConjugateGradient, or a Convolution with padding="same" and pad_mode="wrap".')

    def extension(self):
        """Returns a `solvers.Extension`, a circular operator that is nearly this one, or None where none is known."""
        return None

    @property
    def H(self):
        """The adjoint, as an operator."""
        return Adjoint(self)

    def norm(self):
        """Computes the largest singular value: see `estimates.norm`."""
        return estimates.norm(self)

    def condition(self):
        """Computes the largest singular value divided by the smallest: see `estimates.condition`."""
        return estimates.condition(self)

    def pinv(self, solver=None):
        """Makes the operator `A^+ : y -> x`: see `PseudoInverse`."""
        return PseudoInverse(self, solver)

    def solve(self, y, solver=None):
        """Computes `A^+ y` as a `solvers.Solution`, with its residual; `pinv` keeps what several solves share."""
        return self.pinv(solver).solve(y)

    def __matmul__(self, other):
        return Composition(self, _operator(self, other, "@"))

    def __add__(self, other):
        return Sum(self, _operator(self, other, "+"))

    def __sub__(self, other):
        return Sum(self, Scaled(_operator(self, other, "-"), -1.0))

    def __mul__(self, factor):
        return Scaled(self, factor)

    __rmul__ = __mul__

    def __neg__(self):
        return Scaled(self, -1.0)


def _operator(first, other, sign):
    if not isinstance(other, LinearOperator):
        raise TypeError(f"{first.name} {sign} expects another operator. Received {type(other).__name__}. Apply an "
                        f"operator to a tensor with matvec(x), and wrap a layer with from_layer.")
    return other


class Adjoint(LinearOperator):
    """Is the adjoint `A^H` of an operator.

    Args:
        operator: A `LinearOperator`.
    """

    def __init__(self, operator):
        super().__init__(operator.range_shape, operator.domain_shape, operator.dtype)
        self.operator = operator
        self.apply, self.apply_adjoint = operator.apply_adjoint, operator.apply

    @property
    def tensors(self):
        return self.operator.tensors

    @property
    def H(self):
        return self.operator

    @property
    def frequency_grid(self):
        if not self.operator.is_circular:
            return None
        grid, strides, range_strides = self.operator.frequency_grid
        return grid, range_strides, strides

    def symbol(self, tensors):
        return spectral.adjoint(self.operator.symbol(tensors))

    def extension(self):
        inner = self.operator.extension()
        return None if inner is None else inner.adjoint()

    def __repr__(self):
        return f"{self.operator!r}.H"


class Scaled(LinearOperator):
    """Is the multiple `factor * A` of an operator.

    Args:
        operator: A `LinearOperator`.
        factor: A real number, or a scalar tensor, for which gradients are found too.
    """

    def __init__(self, operator, factor):
        super().__init__(operator.domain_shape, operator.range_shape, operator.dtype)
        is_scalar = isinstance(factor, numbers.Real) or hasattr(factor, "dtype") and not tuple(np.shape(factor))
        if not is_scalar or isinstance(factor, LinearOperator):
            raise TypeError(f"{operator.name} * expects a real number or a scalar tensor. Received "
                            f"{type(factor).__name__}. Products of operators are A @ B; weights per pixel are a Mask.")
        self.operator, self.factor = operator, factor

    @property
    def tensors(self):
        return [*self.operator.tensors, ops.cast(self.factor, self.dtype)]

    def apply(self, tensors, x):
        return tensors[-1] * self.operator.apply(tensors[:-1], x)

    def apply_adjoint(self, tensors, y):
        return tensors[-1] * self.operator.apply_adjoint(tensors[:-1], y)


class Combined(LinearOperator):
    """Is made of operators, whose tensors stand one after the other."""

    def _take(self, operators):
        self.operators = tuple(operators)
        if len({operator.dtype for operator in self.operators}) > 1:
            raise TypeError(f"{self.name} expects operators of one dtype. Received {list(self.operators)}. Make them "
                            f"in the same dtype.")
        self._ends = np.cumsum([0, *(len(operator.tensors) for operator in self.operators)])

    @property
    def tensors(self):
        return [tensor for operator in self.operators for tensor in operator.tensors]

    def _own(self, tensors):
        """Pairs each operator with its tensors."""
        return [(each, tensors[a:b]) for each, a, b in zip(self.operators, self._ends, self._ends[1:], strict=False)]


class Sum(Combined):
    """Is the sum `A + B` of operators of the same shapes."""

    def __init__(self, first, second):
        super().__init__(first.domain_shape, first.range_shape, first.dtype)
        self._take([first, second])
        if (first.domain_shape, first.range_shape) != (second.domain_shape, second.range_shape):
            raise ValueError(f"A sum expects operators of the same shapes. Received {first!r} and {second!r}.")

    def apply(self, tensors, x):
        first, second = (operator.apply(own, x) for operator, own in self._own(tensors))
        return first + second

    def apply_adjoint(self, tensors, y):
        first, second = (operator.apply_adjoint(own, y) for operator, own in self._own(tensors))
        return first + second


class Composition(Combined):
    """Is the product `A B`, which applies B first.

    Args:
        outer, inner: A and B, operators; what B gives is what A takes.
    """

    def __init__(self, outer, inner):
        check_operators("Composition", outer, inner)
        super().__init__(inner.domain_shape, outer.range_shape, inner.dtype)
        self._take([outer, inner])
        if outer.domain_shape != inner.range_shape:
            raise ValueError(f"A @ B expects that A takes what B gives. Received A = {outer!r} and B = {inner!r}.")

    def apply(self, tensors, x):
        (outer, last), (inner, first) = self._own(tensors)
        return outer.apply(last, inner.apply(first, x))

    def apply_adjoint(self, tensors, y):
        (outer, last), (inner, first) = self._own(tensors)
        return inner.apply_adjoint(first, outer.apply_adjoint(last, y))

    @property
    def frequency_grid(self):
        outer, inner = (operator.frequency_grid for operator in self.operators)
        return None if None in (outer, inner) or outer[0] != inner[0] else (inner[0], inner[1], outer[2])

    def symbol(self, tensors):
        (outer, last), (inner, first) = self._own(tensors)
        return spectral.compose(inner.symbol(first), outer.symbol(last))

    def collapse(self):
        """Makes the one convolution that equals this product of convolutions: see `Convolution.after`.

        Raises:
            ValueError: where no single convolution does, with the reason.
        """
        outer, inner = (each.collapse() if isinstance(each, Composition) else each for each in self.operators)
        if not hasattr(outer, "after"):
            raise ValueError(f"Only products of Convolution collapse. Received {outer!r} after {inner!r}.")
        return outer.after(inner)


class PseudoInverse(InverseMap, LinearOperator):
    """Is the pseudo-inverse `y -> A^+ y` of an operator, by a solver; its factorisation is computed once, here.

    Without a solver: `Spectral` for a circular operator, with `rcond` where it is singular; `Dense` for at most 1024
    entries on either side; else `ConjugateGradient`. The `repr` says which was picked and why. `A A^+` is a projector,
    the identity only at full row rank. Make it anew when the kernel has changed. `matvec` gives the value alone; with a
    Krylov solver it warns where that is no solution, outside of a graph. Gradients reach y and the tensors of A by one
    adjoint solve, but not the tensors under `rcond`.

    Args:
        operator: A `LinearOperator`.
        solver: A solver of `solvers`, or None.

    Example:
        >>> inverse = Mask(np.array([2.0, 0.0])).pinv()
        >>> np.asarray(inverse.matvec(np.ones((1, 2))))
        array([[0.5, 0. ]])
        >>> inverse
        PseudoInverse(Mask((2,) -> (2,), float64), Dense(rcond=None, damping=0.0), picked for its small matrix)
    """
