"""Batch normalisation as a bijection."""

import keras
from keras import ops

from tfconvkit.layers.arguments import describe, flag, named, real
from tfconvkit.layers.flow.invertible import Invertible, channels_of
from tfconvkit.layers.flow.masks import Mask
from tfconvkit.layers.flow.reversible import kept
from tfconvkit.layers.flow.sums import positions


@keras.saving.register_keras_serializable(package="tfconvkit")
class FlowBatchNormalization(Invertible):
    """Normalises each channel and accounts for the change of volume.

    `y = gamma (x - mean) / sqrt(variance + epsilon) + beta` with population variances over batch and grid,
    `log_det = positions * sum_c (log|gamma| - log(variance + epsilon) / 2)`.

    - Forward in training takes the moments of the batch and moves the moving ones,
      `moving <- momentum moving + (1 - momentum) batch`. `log_det` takes the moments as constants, as is usual.
    - Forward in inference takes the moving moments, and so does the inverse, always.

    So only an inference pass is undone by the inverse; a training pass is not. (Reversible back-propagation keeps the
    moments of the batch and undoes training passes too.)

    With a `mask` (1 stays) only what changes is normalised: `y = b x + (1 - b) (x - mean) / sqrt(variance + epsilon)`
    with the moments of `(1 - b) x`, the zeros of the kept numbers included, and `log_det` over what changes. After a
    coupling of the same mask this is a coupling with batch normalisation as in the official RealNVP code.

    With `lag > 0`, training takes the mixture `(lag batch + (1 - lag) moving) / (1 - lag^(step + 1))` of the moments
    before the update, `step` counting the batches (`bn_lag` of the official code).

    Args:
        mask: None, a name or an array as in `AffineCoupling`.
        complement: Whether to swap what stays and what changes.
        momentum: Share of the old moving moments that is kept at each step.
        epsilon: Added to the variance.
        center, scale: Whether there is a trained `beta`, a trained `gamma`.
        lag: In [0, 1).

    Input shape:
        `(batch, *grid, channels)`, any number of grid axes.

    Output shape:
        Same as the input. Weights `gamma`, `beta`, `moving_mean`, `moving_variance` of shape `(channels,)`, `step`.

    Raises:
        ValueError: for a mask that does not fit the input, a `mask` together with `center` or `scale`, a momentum, lag
            or epsilon out of range, an unknown number of channels.

    Reference:
        Dinh et al., Density estimation using Real NVP, 2017, section 3.7 (https://arxiv.org/abs/1605.08803).

    Example:
        >>> layer = layers.FlowBatchNormalization(mask="checkerboard")
        >>> y, log_det = layer(np.ones((2, 8, 8, 3), "float32"), return_log_det=True, training=True)
        >>> y.shape, log_det.shape
        (TensorShape([2, 8, 8, 3]), TensorShape([2]))
    """

    takes_structures = False
    least_axes = 2

    def __init__(
        self, mask=None, complement=False, momentum=0.9, epsilon=1e-4, center=False, scale=False, lag=0.0, **kwargs
    ):
        super().__init__(**kwargs)
        complement = flag(self, "complement", complement)
        self._mask = None if mask is None else named(self, Mask, mask, complement)
        self.mask, self.complement = self._mask and self._mask.config, complement
        self.momentum, self.epsilon, self.lag = (
            real(self, name, value) for name, value in (("momentum", momentum), ("epsilon", epsilon), ("lag", lag))
        )
        self.center, self.scale = flag(self, "center", center), flag(self, "scale", scale)
        self._check()

    def _check(self):
        if not 0 <= self.momentum < 1 or not 0 <= self.lag < 1:
            raise ValueError(
                f"{describe(self)}: momentum and lag must be at least 0 and less than 1. "
                f"Received momentum={self.momentum}, lag={self.lag}."
            )
        if self.epsilon < 0:
            raise ValueError(f"{describe(self)}: epsilon must not be negative. Received epsilon={self.epsilon}.")
        if self._mask and (self.center or self.scale):
            raise ValueError(
                f"{describe(self)}: center and scale would move what the mask keeps. Received mask={self.mask!r} with "
                f"center={self.center}, scale={self.scale}. Leave one of them out."
            )

    def build(self, x_shape):
        channels = (channels_of(self, x_shape),)
        if self._mask:
            named(self, self._mask.check, x_shape)
        self.gamma = self._weight("gamma", "ones", channels) if self.scale else None
        self.beta = self._weight("beta", "zeros", channels) if self.center else None
        self.moving_mean = self._weight("moving_mean", "zeros", channels, trainable=False)
        self.moving_variance = self._weight("moving_variance", "ones", channels, trainable=False)
        self.step = self._weight("step", "zeros", (), trainable=False) if self.lag else None

    def _weight(self, name, initializer, shape, trainable=True):
        return self.add_weight(name=name, shape=shape, initializer=initializer, trainable=trainable, autocast=False)

    def _forward(self, x, condition=None, training=None):
        x, changed = ops.cast(x, self.log_det_dtype), self._changed(x)
        is_batch = training and self.trainable
        mean, variance = kept(self, lambda: self._batch_moments(x, changed) if is_batch else self._moving_moments())
        gamma, beta = self._affine(x.dtype)
        if self._mask is None:
            y = (x - mean) * (gamma * ops.rsqrt(variance)) + beta
        else:
            y = (x - mean * changed) * ops.exp(-0.5 * ops.log(variance) * changed)
        return y, self._log_det(x, changed, gamma, variance)

    def _inverse(self, y, condition=None, training=None):
        y, changed = ops.cast(y, self.log_det_dtype), self._changed(y)
        mean, variance = kept(self, self._moving_moments)
        gamma, beta = self._affine(y.dtype)
        if self._mask is None:
            x = (y - beta) * (ops.sqrt(variance) / gamma) + mean
        else:
            x = y * ops.exp(0.5 * ops.log(variance) * changed) + mean * changed
        return x, -self._log_det(y, changed, gamma, variance)

    def _changed(self, x):
        return None if self._mask is None else ops.cast(1 - self._mask.values(x), self.log_det_dtype)

    def _affine(self, dtype):
        gamma = ops.cast(self.gamma, dtype) if self.scale else ops.ones((), dtype)
        return gamma, ops.cast(self.beta, dtype) if self.center else ops.zeros((), dtype)

    def _log_det(self, x, changed, gamma, variance):
        log_slope = ops.log(ops.abs(gamma)) - 0.5 * ops.log(variance)
        if changed is None:
            return positions(x, x.dtype) * ops.sum(log_slope)
        return ops.sum(ops.broadcast_to(changed * log_slope, (1, *ops.shape(x)[1:])))

    def _moving_moments(self):
        """Mean and `variance + epsilon`."""
        mean, variance = (ops.cast(v, self.log_det_dtype) for v in (self.moving_mean, self.moving_variance))
        return [mean, variance + self.epsilon]

    def _batch_moments(self, x, changed):
        """Mean and `variance + epsilon` of the batch, mixed with the moving ones by `lag`; moves the moving ones."""
        x = x if changed is None else x * changed
        batch = ops.moments(x, axes=list(range(len(x.shape) - 1)))
        moving = [ops.cast(v, x.dtype) for v in (self.moving_mean, self.moving_variance)]
        mean, variance = self._mixed(batch, moving) if self.lag else batch
        for weight, old, new in zip((self.moving_mean, self.moving_variance), moving, batch, strict=True):
            weight.assign(self.momentum * old + (1 - self.momentum) * new)
        return [mean, variance + self.epsilon]

    def _mixed(self, batch, moving):
        step = ops.cast(self.step, self.log_det_dtype) + 1
        self.step.assign(step)
        total = 1 - ops.power(ops.cast(self.lag, step.dtype), step)
        return [(self.lag * new + (1 - self.lag) * old) / total for new, old in zip(batch, moving, strict=True)]

    def get_config(self):
        names = ("mask", "complement", "momentum", "epsilon", "center", "scale", "lag")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
