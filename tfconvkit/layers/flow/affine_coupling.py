"""Couplings that shift, and that shift and scale."""

import keras
from keras import ops

from tfconvkit import backend
from tfconvkit.layers.arguments import flag, one_of
from tfconvkit.layers.flow.coupling import Coupling


@keras.saving.register_keras_serializable(package="tfconvkit")
class AdditiveCoupling(Coupling):
    """Shifts a part of the numbers by what a network reads in the rest.

    `y = x + (1 - b) t(b x)` with the mask `b`; log-determinant 0.

    Args:
        conditioner: Keras layer or model that returns the shift `t`, as many channels as may change.
        mask, complement, append_mask: What stays, and whether the network sees it; see `AffineCoupling`.

    Input shape:
        `(batch, *grid, channels)`.

    Output shape:
        Same as the input.

    Raises:
        TypeError: if the conditioner is no Keras layer.
        ValueError: for an unknown mask, one that does not fit the input, a conditioner of another output shape.

    Reference:
        Dinh et al., NICE, 2014 (https://arxiv.org/abs/1410.8516).

    Example:
        >>> layer = layers.AdditiveCoupling(keras.layers.Conv2D(2, 3, padding="same"), mask="channel")
        >>> layer(np.ones((1, 8, 8, 4), "float32")).shape
        TensorShape([1, 8, 8, 4])
    """

    parameters = 1

    def _transform(self, x, shift, changed, inverse):
        shift = shift if changed is None else shift * changed
        return (x - shift if inverse else x + shift), None


@keras.saving.register_keras_serializable(package="tfconvkit")
class AffineCoupling(Coupling):
    """Shifts and scales a part of the numbers by what a network reads in the rest.

    `y = b x + (1 - b) (x + t) exp(s)` with the mask `b` (1 stays) and `(t, r) = network(b x)`, so
    `log_det = sum (1 - b) s`.
    The scale `s` is a bounded function of the network's `r`:

    - `scale_bound="scaled_tanh"`: `s = scale * tanh(r)`, plus `scale_shift` if `use_scale_shift` (RealNVP);
    - `scale_bound="soft_tanh"`: `s = tanh(r / f) * f`, `f = exp(log_scale)` per channel (UvA tutorial 11);
    - `scale_bound=None`: `s = r`.

    Args:
        conditioner: Keras layer or model that returns `(t, r)`: twice as many channels as may change, the shifts first.
        mask: `"checkerboard"` `(i + j) mod 2`, `"row"` `i mod 2`, `"column"` `j mod 2`: 1 stays. `"channel"` keeps the
            first half of the channels, `"channel_parity"` the odd ones; they cut, so that the network works on the
            kept channels alone. Or an array of zeros and ones of shape `(channels,)`, of the grid, or
            `(*grid, channels)`.
        complement: Whether to swap what stays and what changes; alternate it from coupling to coupling.
        append_mask: Whether the network sees the mask as one more channel.
        scale_bound: `"scaled_tanh"`, `"soft_tanh"` or None.
        scale_per_channel: Whether each channel has its own learned bound. By default one number `scale` serves all
            (RealNVP), or each channel has its `log_scale` (the tutorial).
        scale_initializer: Start of `scale` or `log_scale`. With zeros `"scaled_tanh"` starts without scaling.
        use_scale_shift: Whether `"scaled_tanh"` adds a learned `scale_shift` (RealNVP without batch normalisation).

    Call arguments:
        condition: Tensor of the input's grid, which the network sees after the kept numbers.

    Input shape:
        `(batch, *grid, channels)`, grid of any rank; `(batch, features)` with channel masks.

    Output shape:
        Same as the input.

    Raises:
        TypeError: if the conditioner is no Keras layer.
        ValueError: for an unknown mask or bound, a mask that does not fit the input, a conditioner of another output
            shape.

    Reference:
        Dinh et al., Density estimation using Real NVP, 2017 (https://arxiv.org/abs/1605.08803).

    Example:
        >>> layer = layers.AffineCoupling(keras.layers.Conv2D(6, 3, padding="same"), mask="checkerboard")
        >>> y, log_det = layer(np.ones((1, 8, 8, 3), "float32"), return_log_det=True)
        >>> y.shape, log_det.shape
        (TensorShape([1, 8, 8, 3]), TensorShape([1]))
    """

    parameters = 2

    def __init__(
        self,
        conditioner,
        mask="checkerboard",
        complement=False,
        append_mask=False,
        scale_bound="scaled_tanh",
        scale_per_channel=None,
        use_scale_shift=False,
        scale_initializer="zeros",
        **kwargs,
    ):
        super().__init__(conditioner, mask, complement, append_mask, **kwargs)
        bounds = ("scaled_tanh", "soft_tanh")
        self.scale_bound = None if scale_bound is None else one_of(self, "scale_bound", scale_bound, bounds)
        is_usual = self.scale_bound == "soft_tanh"
        is_given = scale_per_channel is not None
        self.scale_per_channel = flag(self, "scale_per_channel", scale_per_channel) if is_given else is_usual
        self.use_scale_shift = flag(self, "use_scale_shift", use_scale_shift) and self.scale_bound == "scaled_tanh"
        self.scale_initializer = keras.initializers.get(scale_initializer)

    def _build_parameters(self, changed):
        shape = (changed,) if self.scale_per_channel else ()
        if self.scale_bound:
            name = "scale" if self.scale_bound == "scaled_tanh" else "log_scale"
            self.scale = self.add_weight(shape=shape, initializer=self.scale_initializer, name=name, autocast=False)
        if self.use_scale_shift:
            self.scale_shift = self.add_weight(shape=shape, initializer="zeros", name="scale_shift", autocast=False)

    def _transform(self, x, parameters, changed, inverse):
        shift, scale = ops.split(parameters, 2, axis=-1)
        scale = self._bounded(scale)
        if changed is not None:
            shift, scale = shift * changed, scale * changed
        if inverse:
            return x * ops.exp(-scale) - shift, -scale
        return (x + shift) * ops.exp(scale), scale

    def _bounded(self, raw):
        if self.scale_bound is None:
            return raw
        factor = ops.cast(self.scale, raw.dtype)
        if self.scale_bound == "soft_tanh":
            factor = ops.exp(factor)
            return backend.tanh(raw / factor) * factor
        scale = factor * backend.tanh(raw)
        return scale + ops.cast(self.scale_shift, raw.dtype) if self.use_scale_shift else scale

    def get_config(self):
        return {
            **super().get_config(),
            "scale_bound": self.scale_bound,
            "scale_per_channel": self.scale_per_channel,
            "use_scale_shift": self.use_scale_shift,
            "scale_initializer": keras.initializers.serialize(self.scale_initializer),
        }
