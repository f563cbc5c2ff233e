"""The multi-scale architecture: part of the channels leaves after each level."""

import math
import numbers

import keras
from keras import ops

from tfconvkit import backend
from tfconvkit.layers.arguments import describe, one_of, seed_of
from tfconvkit.layers.flow.invertible import Invertible, listed, made_from, specs
from tfconvkit.layers.flow.split import Split
from tfconvkit.layers.inputs import ANY

PRIORS = ("standard_normal", "learned")


@keras.saving.register_keras_serializable(package="tfconvkit")
class MultiScale(Invertible):
    """Runs levels of a flow, factors channels out after each, and returns the list of latent parts.

    With `h_0 = x`, `u_k = level_k(h_{k-1})` and `(h_k, f_k) = split(u_k)`, all levels but the last split: the result is
    `[z_1, ..., z_n]` with `z_n = u_n`, and for the others

    - `prior="standard_normal"`: `z_k = f_k`;
    - `prior="learned"`: `z_k = (f_k - m(h_k)) exp(-s(h_k))`, where a convolution (from zeros) reads `m` and `s` in the
      kept half. The density of `f_k` is then normal with mean `m` and deviation `exp(s)`, which `log_det` accounts for.

    So all parts are standard normal under the model: `log p(x) = log_prior(z) + log_det`.

    The inverse takes the list. It also takes the last part alone and draws the others: `layer(last, inverse=True,
    temperature=0.7)`.

    Args:
        levels: List of `Invertible` layers with different names, such as a `Chain` of couplings and a `Squeeze`. The
            dtype policy of the first is taken over unless `dtype` is given.
        fraction: Share of the channels that is kept, or one for each level but the last.
        prior: `"standard_normal"` or `"learned"`.
        seed: Integer or None, for the draws.

    Call arguments:
        temperature: Factor on the standard deviation of what the inverse draws.

    Input shape:
        The input shape of the first level.

    Output shape:
        List of the shapes of the parts, the first factored part first.

    Raises:
        TypeError: if a level is no `Invertible`.
        ValueError: for no levels, equal names, another number of fractions or of latent parts, an unknown prior,
            channels that the fraction does not divide, more than 3 grid axes with a learned prior.

    Reference:
        Dinh et al., Density estimation using Real NVP, 2017 (https://arxiv.org/abs/1605.08803); the learned prior:
        Kingma and Dhariwal, Glow, 2018 (https://arxiv.org/abs/1807.03039).

    Example:
        >>> layer = layers.MultiScale([layers.Squeeze(2, name="fine"), layers.Squeeze(2, name="coarse")])
        >>> [z.shape for z in layer(np.ones((1, 8, 8, 1), "float32"))]
        [TensorShape([1, 4, 4, 2]), TensorShape([1, 2, 2, 8])]
    """

    # Its levels know what they take.
    input_kinds = ANY

    def __init__(self, levels, fraction=0.5, prior="standard_normal", seed=None, **kwargs):
        levels = listed(type(self).__name__, levels)
        policy = {"dtype": levels[0].dtype_policy} if levels else {}
        super().__init__(**{**policy, **kwargs})
        names = [level.name for level in levels]
        if not levels or len(set(names)) < len(names):
            raise ValueError(
                f"{describe(self)} needs one or more levels with different names. Received levels named {names}. Give "
                f"each its own name=, and use no layer twice."
            )
        self.levels = levels
        self.fraction = self._fractions(fraction)
        self.prior = one_of(self, "prior", prior, PRIORS)
        self.seed = seed_of(self, seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)
        self._splits = [Split(share, dtype=self.dtype_policy, name=f"split_{k}") for k, share in self._pairs()]
        self._moments = []

    def _fractions(self, fraction):
        if isinstance(fraction, numbers.Real):
            return fraction
        if not isinstance(fraction, (list, tuple)) or len(fraction) != len(self.levels) - 1:
            raise ValueError(
                f"{describe(self)}: fraction must be one number, or one for each level but the last. Received "
                f"fraction={fraction!r} for {len(self.levels)} levels."
            )
        return tuple(fraction)

    def _pairs(self):
        count = len(self.levels) - 1
        return enumerate([self.fraction] * count if isinstance(self.fraction, numbers.Real) else self.fraction)

    def build(self, x_shape, condition_shape=None):
        if self.prior == "learned" and not 2 <= len(x_shape) <= 5:
            raise ValueError(
                f'{describe(self)}: prior="learned" reads by convolutions over at most 3 grid axes. Received shape '
                f'{tuple(x_shape)}. Use prior="standard_normal".'
            )
        x = specs(x_shape, self.compute_dtype)
        condition = condition_shape and specs(condition_shape, self.compute_dtype)
        for k, split in enumerate(self._splits):
            kept, factored = split(self.levels[k](x, condition=condition))
            if self.prior == "learned":
                self._moments.append(_moments_layer(factored.shape, name=f"prior_{k}", dtype=self.dtype_policy))
                self._moments[-1](kept)
            x = kept
        self.levels[-1](x, condition=condition)

    def call(self, x, condition=None, inverse=False, return_log_det=False, training=None, temperature=1.0):
        if not inverse:
            return super().call(x, condition, inverse, return_log_det, training)
        y, log_det = self._inverse(x, condition=condition, temperature=temperature)
        return self._finish(x, y, log_det, return_log_det)

    def compute_output_spec(
        self, x, condition=None, inverse=False, return_log_det=False, training=None, temperature=1.0
    ):
        return super().compute_output_spec(x, condition, inverse, return_log_det, training)

    def _forward(self, x, condition=None, training=None):
        latents, total = [], 0.0
        for k, level in enumerate(self.levels):
            x, log_det = level(x, condition=condition, return_log_det=True)
            total = total + log_det
            if k < len(self._splits):
                x, factored = self._splits[k](x)
                factored, log_det = self._standardize(k, x, factored)
                latents.append(factored)
                total = total + log_det
        return [*latents, x], total

    def _inverse(self, latents, condition=None, training=None, temperature=1.0):
        *factored_parts, x = self._parts(latents)
        total = 0.0
        for k in reversed(range(len(self.levels))):
            if k < len(self._splits):
                factored = self._draw(k, x, temperature) if factored_parts[k] is None else factored_parts[k]
                factored, log_det = self._standardize(k, x, factored, inverse=True)
                x = self._splits[k]((x, factored), inverse=True)
                total = total + log_det
            x, log_det = self.levels[k](x, condition=condition, inverse=True, return_log_det=True)
            total = total + log_det
        return x, total

    def _parts(self, latents):
        """Returns as many parts as levels, None for those to be drawn; of tensors or of their shapes."""
        parts = list(latents) if isinstance(latents, (list, tuple)) and not _is_shape(latents) else [latents]
        if len(parts) not in (1, len(self.levels)):
            raise ValueError(
                f"{describe(self)}: the inverse takes the list of {len(self.levels)} latent parts, or the last one "
                f"alone. Received {len(parts)} parts."
            )
        return [None] * (len(self.levels) - len(parts)) + parts

    def _draw(self, k, kept, temperature):
        shape = (*ops.shape(kept)[:-1], self._splits[k].factored_channels(kept.shape[-1]))
        noise = keras.random.normal(shape, dtype=self.log_det_dtype, seed=self.seed_generator)
        return ops.cast(noise * temperature, kept.dtype)

    def _standardize(self, k, kept, factored, inverse=False):
        if self.prior == "standard_normal":
            return factored, 0.0
        moments = ops.cast(backend.even_if_empty(self._moments[k], kept), self.log_det_dtype)
        mean, log_deviation = ops.split(moments, 2, axis=-1)
        total = ops.sum(log_deviation, axis=tuple(range(1, len(factored.shape))))
        factored = ops.cast(factored, self.log_det_dtype)
        if inverse:
            return ops.cast(factored * ops.exp(log_deviation) + mean, kept.dtype), total
        return ops.cast((factored - mean) * ops.exp(-log_deviation), kept.dtype), -total

    def log_prior(self, latents):
        """Computes the standard normal log-density of a list of latent parts, per sample.

        Args:
            latents: List of tensors, as the layer returns it.

        Returns:
            Tensor `(batch,)`, in at least float32.
        """
        return sum(self._log_normal(ops.cast(part, self.log_det_dtype)) for part in latents)

    def _log_normal(self, z):
        each = -0.5 * (z * z + math.log(2 * math.pi))
        return ops.sum(each, axis=tuple(range(1, len(z.shape))))

    def compute_output_shape(self, input_shape):
        shapes = []
        for level, split in zip(self.levels, self._splits, strict=False):
            input_shape, factored = split.compute_output_shape(level.compute_output_shape(input_shape))
            shapes.append(factored)
        return [*shapes, self.levels[-1].compute_output_shape(input_shape)]

    def compute_input_shape(self, output_shape):
        *factored_shapes, shape = self._parts(output_shape)
        for k in reversed(range(len(self.levels))):
            if k < len(self._splits):
                drawn = (*shape[:-1], self._splits[k].factored_channels(shape[-1]))
                shape = self._splits[k].compute_input_shape((shape, factored_shapes[k] or drawn))
            shape = self.levels[k].compute_input_shape(shape)
        return shape

    def get_config(self):
        return {
            **super().get_config(),
            "levels": [keras.saving.serialize_keras_object(level) for level in self.levels],
            "fraction": self.fraction,
            "prior": self.prior,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return made_from(cls, config, ("levels",), custom_objects)


def _is_shape(value):
    return all(size is None or isinstance(size, int) for size in value)


def _moments_layer(factored_shape, **arguments):
    """Returns the layer that reads means and log-deviations in the kept half; it starts at zero."""
    rank, channels = len(factored_shape) - 2, factored_shape[-1]
    arguments = {"kernel_initializer": "zeros", **arguments}
    if rank == 0:
        return keras.layers.Dense(2 * channels, **arguments)
    convolution = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)[rank - 1]
    return convolution(2 * channels, 3, padding="same", **arguments)
