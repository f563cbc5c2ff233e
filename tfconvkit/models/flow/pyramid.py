"""The recursive multi-scale architecture of RealNVP, whose latents have the shape of the image."""

import keras
from keras import ops

from tfconvkit.layers import Invertible
from tfconvkit.ops import arguments, squeeze

FRACTIONS = (1.0, 0.5, 0.25)
ORDERS = ("diagonal", "channel_major")


@keras.saving.register_keras_serializable(package="tfconvkit")
class ScalePyramid(Invertible):
    """Applies each level of a flow to a part of what the one before returned, and puts all parts back into place.

    With `u = squeeze(level_k(x))`, the first `fraction` of the channels of `u` goes to level `k + 1`, the rest is
    final. After the last level the parts are concatenated and the squeezes undone, from the last to the first: the
    latents have the shape of the image, and every number its place.

    Args:
        levels: List of `Invertible` layers that keep shapes. The dtype policy of the first is taken over unless
            `dtype` is given.
        fraction: Share of the squeezed channels that goes on: 1, 1/2 or 1/4.
        order: Order of the 2 x 2 squeeze. `"diagonal"` lets the main diagonal of each block of pixels go on (the
            official RealNVP), `"channel_major"` the first channels (with one channel: the upper row).

    Input shape:
        `(batch, height, width, channels)`, height and width multiples of `2^(levels - 1)`.

    Output shape:
        Same as the input.

    Raises:
        ValueError: for no levels, equal names, an unknown fraction or order, sizes that cannot be halved often enough.

    Reference:
        Dinh et al., Density estimation using Real NVP, 2017, section 3.6 (https://arxiv.org/abs/1605.08803).

    Example:
        >>> levels = [layers.ActNorm(name="fine"), layers.ActNorm(name="coarse")]
        >>> models.ScalePyramid(levels)(np.ones((1, 8, 8, 3), "float32")).shape
        TensorShape([1, 8, 8, 3])
    """

    def __init__(self, levels, fraction=0.5, order="diagonal", **kwargs):
        given, levels = levels, list(levels) if isinstance(levels, (list, tuple)) else []
        if not levels or not all(isinstance(level, Invertible) for level in levels):
            raise ValueError(
                f"ScalePyramid needs a list of one or more layers that follow layers.Invertible. Received {given!r}."
            )
        super().__init__(**{"dtype": levels[0].dtype_policy, **kwargs})
        names = [level.name for level in levels]
        if len(set(names)) < len(names):
            raise ValueError(
                f'ScalePyramid "{self.name}": levels must have different names, so that weights can be told apart. '
                f"Received {names}. Give each its own name=, and use no layer twice."
            )
        is_known = arguments.is_number(fraction) and fraction in FRACTIONS
        if not is_known or not isinstance(order, str) or order not in ORDERS:
            raise ValueError(
                f'ScalePyramid "{self.name}": fraction must be 1, 1/2 or 1/4 and order "diagonal" or "channel_major". '
                f"Received fraction={fraction!r}, order={order!r}."
            )
        self.levels, self.fraction, self.order = levels, float(fraction), order

    def build(self, x_shape, condition_shape=None):
        block = 2 ** (len(self.levels) - 1)
        if len(x_shape) != 4 or any(size is not None and size % block for size in x_shape[1:3]):
            raise ValueError(
                f'ScalePyramid "{self.name}": {len(self.levels)} levels need images (height, width, channels) whose '
                f"height and width are multiples of {block}. Received input shape {tuple(x_shape)}. Pad or crop the "
                f"images, or use fewer levels."
            )
        batch, height, width, channels = x_shape
        for level in self.levels:
            if condition_shape is None:
                level(self._spec((batch, height, width, channels)))
            else:
                level(self._spec((batch, height, width, channels)), condition=self._spec(condition_shape))
            height, width = (size and size // 2 for size in (height, width))
            channels = self._kept(4 * channels)

    def _spec(self, shape):
        return keras.KerasTensor(tuple(shape), dtype=self.compute_dtype)

    def _kept(self, channels):
        return int(self.fraction * channels)

    def _forward(self, x, condition=None, training=None):
        rests, total = [], 0.0
        for level in self.levels[:-1]:
            x, log_det = level(x, condition=condition, return_log_det=True)
            total = total + log_det
            x, rest = self._split(x)
            rests.append(rest)
        x, log_det = self.levels[-1](x, condition=condition, return_log_det=True)
        for rest in rests[::-1]:
            x = self._merge(x, rest)
        return x, total + log_det

    def _inverse(self, z, condition=None, training=None):
        rests = []
        for _ in self.levels[:-1]:
            z, rest = self._split(z)
            rests.append(rest)
        z, total = self.levels[-1](z, condition=condition, inverse=True, return_log_det=True)
        for level, rest in zip(self.levels[-2::-1], rests[::-1], strict=True):
            z, log_det = level(self._merge(z, rest), condition=condition, inverse=True, return_log_det=True)
            total = total + log_det
        return z, total

    def _split(self, x):
        x = squeeze.squeeze(x, block_size=2, order=self.order)
        kept = self._kept(x.shape[-1])
        return x[..., :kept], x[..., kept:]

    def _merge(self, x, rest):
        return squeeze.unsqueeze(ops.concatenate([x, rest], axis=-1), block_size=2, order=self.order)

    def get_config(self):
        levels = [keras.saving.serialize_keras_object(level) for level in self.levels]
        return {**super().get_config(), "levels": levels, "fraction": self.fraction, "order": self.order}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        levels = keras.saving.deserialize_keras_object(config.get("levels", []), custom_objects=custom_objects)
        return cls(**{**config, "levels": levels})
