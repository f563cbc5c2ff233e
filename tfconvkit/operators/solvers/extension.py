"""A circular operator that is nearly the given one: what preconditions a convolution that is not circular."""

from typing import NamedTuple

from keras import ops

from tfconvkit import backend
from tfconvkit.ops import spectral


class Extension(NamedTuple):
    """Is a circular convolution C on a grid that may be larger than that of the operator `A` it stands for.

    `A` is nearly `R C E`: E puts the domain into the grid, zeros behind it; R crops the output.

    Args:
        symbol: Maps the tensors of the operator to the symbol of C.
        domain_grid, grid: Grid of the operator's domain, and that of the domain of C.
        range_grid, coarse: Grid of the operator's range, and that of the range of C.
        is_adjoint: Whether the operator is the adjoint, from the coarse grid to the grid.
    """

    symbol: object
    domain_grid: tuple
    grid: tuple
    range_grid: tuple
    coarse: tuple
    is_adjoint: bool = False

    def adjoint(self):
        """Returns the extension of the adjoint operator."""
        return self._replace(is_adjoint=not self.is_adjoint)

    def normal_inverse(self, tensors, is_wide, strength, damping):
        """Computes the symbol of `(C^H C + l I)^-1`, or of `(C C^H + l I)^-1` on the range of the operator.

        `l = damping + strength * b`, b the largest row sum of absolute values of these matrices, a bound of `s^2`
        for the largest singular value s of C.

        Args:
            tensors: Those of the operator.
            is_wide: Which of the two: whether it acts on the range of the operator.
            strength, damping: Numbers.
        """
        symbol = self._directed(tensors)
        return _normal_inverse(spectral.adjoint(symbol) if is_wide else symbol, strength, damping)

    def inverse(self, tensors, strength):
        """Computes the symbol of `(C^H C + l I)^-1 C^H`, `C^-1` for strength 0; as in `normal_inverse`."""
        symbol = self._directed(tensors)
        if not strength:
            return spectral.pinv(symbol)
        return spectral.compose(spectral.adjoint(symbol), _normal_inverse(symbol, strength, 0.0))

    @staticmethod
    def apply(symbol, x, grid):
        """Applies a symbol between the operator's grids: zeros behind the input, the output cropped.

        Args:
            symbol: A `Symbol` between the grids of C.
            x: Tensor on the grid of the operator's domain or range.
            grid: That of the two which the result is on.
        """
        widths = [(0, n - m) for n, m in zip(symbol.domain_shape[:-1], x.shape[1:-1], strict=True)]
        x = ops.pad(x, [(0, 0), *widths, (0, 0)]) if any(map(any, widths)) else x
        y = spectral.apply(symbol, x)
        return y if symbol.range_shape[:-1] == grid else y[(slice(None), *(slice(n) for n in grid))]

    def _directed(self, tensors):
        symbol = self.symbol(tensors)
        return spectral.adjoint(symbol) if self.is_adjoint else symbol


def _normal_inverse(symbol, strength, damping):
    """Of rows `x -> x F`, the normal equations have the matrices `F F^H`."""
    gram = spectral.compose(symbol, spectral.adjoint(symbol))
    matrices = gram.matrices
    shift = damping + strength * _bound(matrices)
    # A kernel of zeros has nothing to precondition.
    shift = ops.where(ops.equal(shift, 0), ops.ones_like(shift), shift)
    shift = ops.diag(shift * ops.ones(matrices.shape[-1], symbol.dtype))
    return gram._replace(matrices=backend.inverse(matrices + backend.complex_from(shift, ops.zeros_like(shift))))


def _bound(matrices):
    """The largest row sum of absolute values, an upper bound of the largest eigenvalue of all these matrices."""
    absolute = ops.sqrt(ops.square(ops.real(matrices)) + ops.square(ops.imag(matrices)))
    return ops.max(ops.sum(absolute, axis=-1))
