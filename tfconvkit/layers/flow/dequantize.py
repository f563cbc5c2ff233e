"""Dequantisation: from integers to a density."""

import math

import keras
import numpy as np
from keras import ops

from tfconvkit import backend
from tfconvkit.layers.arguments import positive_integer, seed_of
from tfconvkit.layers.flow.invertible import Invertible, check_invertible, made_from, specs
from tfconvkit.layers.flow.logit import Logit
from tfconvkit.layers.inputs import NUMBERS


@keras.saving.register_keras_serializable(package="tfconvkit")
class Dequantize(Invertible):
    """Adds noise to integers `0 ... quants - 1` and scales them to the unit interval.

    `y = (x + v) / quants` with noise `v` in (0, 1), `log_det = -D log(quants) - log q(v | x)`: the expectation of a
    flow's log-likelihood with this term is a lower bound of the log-likelihood of the integers.

    Uniform (`flow=None`): `v` is uniform, `log q = 0`. Variational: `v = logit^-1(flow(logit(u)))` for uniform `u`,
    with the image, scaled to [-1, 1], as the `condition` of the flow, and `-log q(v | x) = log|det dv/du|`. The flow
    learns the shape of the noise and so tightens the bound.

    Noise is drawn in training and inference. The inverse is `floor(quants y)`, kept within the range; its
    log-determinant is the negative one of the noise that it drops. Integers come back as floats of the compute dtype.
    A half precision output has lost most of the noise: give this layer `dtype="float32"`.

    Args:
        quants: Number of integers.
        flow: `Invertible` layer on the real line that takes a `condition`, a `Chain` of couplings for example. Its
            dtype policy is taken over unless `dtype` is given.
        alpha: `alpha` of the two logits around `flow`.
        seed: Integer, or None for another start each time.

    Input shape:
        `(batch, *grid, channels)`, integers of any dtype.

    Output shape:
        Same as the input.

    Raises:
        TypeError: if `flow` is no `Invertible`.
        ValueError: for `quants` that are no positive integer, or an `alpha` outside [0, 1).

    Reference:
        Ho et al., Flow++, 2019 (https://arxiv.org/abs/1902.00275); Theis et al., A note on the evaluation of
        generative models, 2016 (https://arxiv.org/abs/1511.01844).

    Example:
        >>> layer = layers.Dequantize(quants=256)
        >>> y, log_det = layer(np.full((2, 8, 8, 3), 255), return_log_det=True)
        >>> y.shape, float(layer(y, inverse=True)[0, 0, 0, 0])
        (TensorShape([2, 8, 8, 3]), 255.0)
    """

    input_kinds = NUMBERS
    takes_structures = False
    least_axes = 2

    def __init__(self, quants=256, flow=None, alpha=1e-5, seed=None, **kwargs):
        if flow is not None:
            check_invertible(type(self).__name__, flow)
            kwargs = {"dtype": flow.dtype_policy, **kwargs}
        super().__init__(**kwargs)
        self.quants = positive_integer(self, "quants", quants)
        self.flow = flow
        self.alpha, self.seed = alpha, seed_of(self, seed)
        self._logit = Logit(alpha, dtype=self.log_det_dtype)
        self._seeds = keras.random.SeedGenerator(self.seed)
        # Half precision does not tell x + v from x.
        self.autocast = False

    def build(self, x_shape):
        if self.flow is not None:
            image = specs(x_shape, self.compute_dtype)
            self.flow(image, condition=image)

    def _forward(self, x, condition=None, training=None):
        x = ops.cast(x, self.log_det_dtype)
        noise, log_det = self._shaped(self._uniform(x), x)
        return (x + self._within_one(noise)) / self.quants, log_det - self._log_volume(x)

    def _inverse(self, y, condition=None, training=None):
        y = ops.cast(y, self.log_det_dtype) * self.quants
        x = backend.clip(backend.floor(y), 0.0, self.quants - 1.0)
        log_det = self._shaped(self._within_one(y - x), x, inverse=True)[1]
        return x, log_det + self._log_volume(x)

    def _uniform(self, x):
        return keras.random.uniform(ops.shape(x), dtype=self.log_det_dtype, seed=self._seeds)

    def _shaped(self, noise, x, inverse=False):
        """Takes uniform noise to the noise of the image `x`, or back, with the log-determinant."""
        if self.flow is None:
            return noise, 0.0
        condition = 2 * x / max(self.quants - 1, 1) - 1
        real, before = self._logit(noise, return_log_det=True)
        real, log_det = self.flow(real, condition=condition, inverse=inverse, return_log_det=True)
        noise, after = self._logit(real, inverse=True, return_log_det=True)
        return noise, before + log_det + after

    def _within_one(self, noise):
        # Three roundings, each half an epsilon of up to quants, must not carry x + v over to another integer.
        margin = 2.0 * self.quants * float(np.finfo(self.log_det_dtype).eps)
        return backend.clip(noise, margin, 1.0 - margin)

    def _log_volume(self, x):
        size = ops.cast(math.prod(ops.shape(x)[1:]), self.log_det_dtype)
        return size * math.log(self.quants)

    def get_config(self):
        flow = self.flow and keras.saving.serialize_keras_object(self.flow)
        return {**super().get_config(), "quants": self.quants, "flow": flow, "alpha": self.alpha, "seed": self.seed}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return made_from(cls, config, ("flow",), custom_objects)
