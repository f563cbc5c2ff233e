"""Couplings by monotone splines."""

import numbers

import keras
from keras import ops

from tfconvkit.layers.arguments import describe, positive_integer
from tfconvkit.layers.flow.coupling import Coupling
from tfconvkit.ops import splines


@keras.saving.register_keras_serializable(package="tfconvkit")
class SplineCoupling(Coupling):
    """Bends a part of the numbers by monotone splines that a network chooses from the rest.

    `y = b x + (1 - b) spline(x; network(b x))` with the mask `b` (1 stays): rational-quadratic splines of `bins` pieces
    on `[-bound, bound]`, the identity outside, inverted analytically. `log_det` sums the logarithms of their slopes.

    Args:
        conditioner: Keras layer or model that returns `3 * bins - 1` numbers for each channel that may change, the
            spline's numbers fastest: `bins` widths, `bins` heights, `bins - 1` slopes. Zeros mean the identity.
        mask, complement, append_mask: What stays, and whether the network sees it; see `AffineCoupling`.
        bins: Number of pieces, less than 100.
        bound: Half the width of the range that is bent.

    Call arguments:
        condition: Tensor of the input's grid, which the network sees after the kept numbers.

    Input shape:
        `(batch, *grid, channels)`, grid of any rank; `(batch, features)` with channel masks.

    Output shape:
        Same as the input.

    Raises:
        TypeError: if the conditioner is no Keras layer.
        ValueError: for bins or a bound that are not positive, an unknown mask, one that does not fit the input, a
            conditioner of another output shape.

    Reference:
        Durkan et al., Neural Spline Flows, 2019 (https://arxiv.org/abs/1906.04032).

    Example:
        >>> layer = layers.SplineCoupling(keras.layers.Dense(2 * 11), mask="channel", bins=4)
        >>> layer(np.ones((1, 4), "float32")).shape
        TensorShape([1, 4])
    """

    def __init__(
        self, conditioner, mask="checkerboard", complement=False, append_mask=False, bins=8, bound=3.0, **kwargs
    ):
        super().__init__(conditioner, mask, complement, append_mask, **kwargs)
        self.bins = positive_integer(self, "bins", bins)
        if self.bins * splines.SMALLEST >= 1:
            raise ValueError(f"{describe(self)}: bins must be less than 100. Received bins={bins!r}.")
        if not isinstance(bound, numbers.Real) or not bound > 0:
            raise ValueError(f"{describe(self)}: bound must be a positive number. Received bound={bound!r}.")
        self.bound = float(bound)

    @property
    def parameters(self):
        """Numbers per channel that the conditioner returns."""
        return 3 * self.bins - 1

    def _transform(self, x, parameters, changed, inverse):
        parameters = ops.reshape(parameters, (*ops.shape(x), self.parameters))
        y, log_slope = splines.rational_quadratic(x, parameters, self.bound, inverse)
        if changed is None:
            return y, log_slope
        return ops.where(changed > 0, y, x), log_slope * changed

    def get_config(self):
        return {**super().get_config(), "bins": self.bins, "bound": self.bound}
