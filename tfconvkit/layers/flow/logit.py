"""The logit transform that takes images from the unit interval to the real line."""

import keras
from keras import ops

from tfconvkit.layers.arguments import describe, real
from tfconvkit.layers.flow.invertible import Invertible
from tfconvkit.layers.flow.sums import per_sample


@keras.saving.register_keras_serializable(package="tfconvkit")
class Logit(Invertible):
    """Maps (0, 1) to the real line, after a small step away from the ends of the interval.

    `p = (1 - alpha) x + alpha / 2`, `y = log p - log(1 - p)`, `log_det = sum log(1 - alpha) - log p - log(1 - p)`.

    With `alpha > 0` the ends 0 and 1 stay finite. Conventions: `alpha = 1 - data_constraint` of the official RealNVP
    code (0.1 there), `alpha` of the UvA tutorial (1e-5); the RealNVP paper writes `alpha + (1 - alpha) x` (0.05). The
    inverse may leave [0, 1] by `alpha / (2 - 2 alpha)`, as it has to: clip images yourself. Both directions take their
    input as it is and compute in at least float32.

    Args:
        alpha: Width of the step, in [0, 1).

    Input shape:
        `(batch, ...)`, values in [0, 1].

    Output shape:
        Same as the input.

    Raises:
        ValueError: for an `alpha` outside [0, 1).

    Reference:
        Dinh et al., Density estimation using Real NVP, 2017, section 4.1 (https://arxiv.org/abs/1605.08803).

    Example:
        >>> layer = layers.Logit(alpha=0.1)
        >>> y, log_det = layer(np.full((2, 8, 8, 3), 0.5, "float32"), return_log_det=True)
        >>> y.shape, log_det.shape
        (TensorShape([2, 8, 8, 3]), TensorShape([2]))
    """

    takes_structures = False

    def __init__(self, alpha=0.05, **kwargs):
        super().__init__(**kwargs)
        alpha = real(self, "alpha", alpha)
        if not 0 <= alpha < 1:
            raise ValueError(
                f"{describe(self)}: alpha must be at least 0 and less than 1. Received alpha={alpha}. "
                "Use 1 - data_constraint for a data_constraint of the official RealNVP code."
            )
        self.alpha = float(alpha)
        # Near the ends of the interval half precision has no digits left.
        self.autocast = False

    def _forward(self, x, condition=None, training=None):
        p = (1 - self.alpha) * ops.cast(x, self.log_det_dtype) + self.alpha / 2
        y = ops.log(p) - ops.log1p(-p)
        return y, -self._log_slope(y)

    def _inverse(self, y, condition=None, training=None):
        y = ops.cast(y, self.log_det_dtype)
        return (ops.sigmoid(y) - self.alpha / 2) / (1 - self.alpha), self._log_slope(y)

    def _log_slope(self, y):
        """`log |dx / dy| = log p + log(1 - p) - log(1 - alpha)`, with `log p = -softplus(-y)`."""
        shrink = ops.log1p(ops.convert_to_tensor(-self.alpha, dtype=self.log_det_dtype))
        return per_sample(-ops.softplus(-y) - ops.softplus(y) - shrink)

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha}
