"""What the couplings of RealNVP share: the network that reads one part, and how the other part changes."""

from typing import NamedTuple

import tensorflow as tf

from tfconvkit.compat.real_nvp.normalization import batch_norm, batch_norm_log_diff
from tfconvkit.compat.real_nvp.residual import EPSILON, IMAGE_AXES, resnet
from tfconvkit.compat.variables import weight

v1 = tf.compat.v1


class Settings(NamedTuple):
    """The arguments of the couplings that concern their network, under their legacy names."""

    dim: int
    use_batch_norm: bool
    train: bool
    weight_norm: bool
    residual_blocks: int
    bottleneck: bool
    skip: bool

    def scope(self, name, reverse):
        """Returns a variable scope for `with`: but in training, and forward, the variables have to be there."""
        return v1.variable_scope(name, reuse=True if reverse or not self.train else None)


def read(x, dim_out, settings, factor=1.0, side=()):
    """Computes what the network makes of `x`: `resnet(relu([n, -n, side]))`, `n = factor * bn_in(x)`.

    Args:
        x: `(batch, height, width, channels)`, the part that stays.
        dim_out: Channels of the result.
        settings: `Settings`; without batch normalisation `n = x`.
        factor: Number on the normalised input.
        side: Sequence of further inputs.

    Returns:
        Tensor `(batch, height, width, dim_out)`.
    """
    channels, train = x.shape.as_list()[3], settings.train
    if settings.use_batch_norm:
        x = factor * batch_norm(x, channels, "bn_in", scale=False, train=train, epsilon=EPSILON, axes=IMAGE_AXES)
    x = tf.nn.relu(tf.concat([x, -x, *side], 3))
    arguments = {name: value for name, value in settings._asdict().items() if name != "dim"}
    dim_in = 2 * channels + sum(each.shape.as_list()[3] for each in side)
    return resnet(x, dim_in, settings.dim, dim_out, "resnet", **arguments)


def affine_parameters(outputs, scale_name, scale_start, settings):
    """Splits the network's outputs into the shift, and the logarithm of the scale: `s = scale * tanh(r)`.

    Args:
        outputs: `(batch, height, width, 2 channels)`, the shifts first.
        scale_name, scale_start: Name and initial value of the scalar weight `scale`.
        settings: `Settings`; without batch normalisation a weight `scale_shift` is added.

    Returns:
        `(shift, log_rescaling)`.
    """
    shift, raw = tf.split(outputs, 2, axis=3)
    scale = weight(scale_name, [], raw.dtype, initializer=v1.constant_initializer(scale_start))
    log_rescaling = scale * tf.tanh(raw)
    if not settings.use_batch_norm:
        log_rescaling += weight("scale_shift", [], raw.dtype, initializer=v1.constant_initializer(0.0))
    return shift, log_rescaling


def change(x, shift, log_rescaling, settings, reverse, changed=1.0):
    """Changes a part by what the network says, and normalises it.

    With `m` the 1s of the changed part, forward `y = (x + shift) exp(log_rescaling)`, then
    `(y - mean m) exp(-log(variance) m / 2)` with the moments of `y m`; reversed, the inverse of this with the moving
    moments.

    Args:
        x: `(batch, height, width, channels)`.
        shift, log_rescaling: Tensors of the shape of `x`, zero where nothing changes; the latter None for zeros.
        settings: `Settings`; without batch normalisation nothing is normalised.
        reverse: Whether to invert.
        changed: `m`, a tensor, or 1.

    Returns:
        The result, and the logarithms of its derivatives, of the shape of `x`.
    """
    return (_reversed if reverse else _forward)(x, shift, log_rescaling, settings, changed)


def _forward(x, shift, s, settings, changed):
    y = x + shift
    y, log_diff = (y, tf.zeros_like(y)) if s is None else (y * tf.exp(s), s)
    if settings.use_batch_norm:
        mean, variance = _moments(y * changed, train=settings.train)
        half = 0.5 * tf.math.log(variance) * changed
        y, log_diff = (y - mean * changed) * tf.exp(-half), log_diff - half
    return y, log_diff


def _reversed(y, shift, s, settings, changed):
    x, log_diff = y, tf.zeros_like(y)
    if settings.use_batch_norm:
        mean, variance = _moments(y * changed, train=False)
        half = 0.5 * tf.math.log(variance) * changed
        x, log_diff = x * tf.exp(half) + mean * changed, log_diff + half
    return (x - shift, log_diff) if s is None else (x * tf.exp(-s) - shift, log_diff - s)


def _moments(y, train):
    return batch_norm_log_diff(
        y, y.shape.as_list()[3], "bn_out", train=train, epsilon=EPSILON, axes=IMAGE_AXES
    )
