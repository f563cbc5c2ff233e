"""Densities of latent numbers: what a flow maps its data to."""

import math

import keras
import numpy as np
from keras import ops, tree

from tfconvkit.ops import arguments
from tfconvkit.ops.precision import at_least_float32


class Prior(keras.layers.Layer):
    """Base class of priors whose numbers are independent; a structure of tensors is one sample.

    A prior of another kind is any Keras layer with `log_prob(z)` and `sample(shapes, temperature, seed)`; its weights
    train with the flow.

    A subclass writes `_log_density(z)` and `_draw(shape, seed, dtype)`, both for one tensor, number by number.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._seeds = keras.random.SeedGenerator()
        self.built = True

    def log_prob(self, z):
        """Sums the log-density of latents per sample, in at least float32.

        Args:
            z: Tensor `(batch, ...)` or a structure of them.

        Returns:
            Tensor `(batch,)`, in nats.
        """
        return sum(self._per_sample(part) for part in tree.flatten(z))

    def _per_sample(self, z):
        z = arguments.tensor(type(self).__name__, "z", z, least=1, kinds=arguments.FLOATS)
        return ops.sum(self._log_density(at_least_float32(z)), axis=tuple(range(1, len(z.shape))))

    def sample(self, shapes, temperature=1.0, seed=None):
        """Draws latents.

        Args:
            shapes: Shape with the batch axis, or a structure of shapes.
            temperature: Factor on the drawn numbers; below 1 the samples are closer to the mode.
            seed: Integer for a repeatable draw, or None.

        Returns:
            Tensor, or a structure of tensors.
        """
        _check_shapes(shapes)
        temperature = arguments.number("sample", "temperature", temperature, least=0)
        seed = None if seed is None else arguments.integer("sample", "seed", seed, least=0)
        count, dtype = len(tree.flatten(tree.map_shape_structure(lambda shape: 0, shapes))), self._dtype()
        # Every tensor of a seeded structure has its own seed.
        own = [self._seeds] * count if seed is None else _seeds(seed, count)
        return tree.map_shape_structure(lambda shape: self._draw(shape, own.pop(), dtype) * temperature, shapes)

    def _dtype(self):
        return "float64" if self.compute_dtype == "float64" else "float32"


@keras.saving.register_keras_serializable(package="tfconvkit")
class StandardNormal(Prior):
    """The standard normal density, `log p(z) = -sum (z^2 + log 2 pi) / 2`.

    Example:
        >>> round(float(models.StandardNormal().log_prob(np.zeros((1, 2), "float32"))[0]), 4)
        -1.8379
    """

    def _log_density(self, z):
        return -0.5 * (ops.square(z) + math.log(2 * math.pi))

    def _draw(self, shape, seed, dtype):
        return keras.random.normal(shape, dtype=dtype, seed=seed)


@keras.saving.register_keras_serializable(package="tfconvkit")
class StandardLogistic(Prior):
    """The standard logistic density, `log p(z) = -sum softplus(z) + softplus(-z)`, with heavier tails.

    Reference:
        Dinh et al., NICE, 2014 (https://arxiv.org/abs/1410.8516).

    Example:
        >>> round(float(models.StandardLogistic().log_prob(np.zeros((1, 2), "float32"))[0]), 4)
        -2.7726
    """

    def _log_density(self, z):
        return -ops.softplus(z) - ops.softplus(-z)

    def _draw(self, shape, seed, dtype):
        # Uniform in [0, 1) may be 0, whose logit is infinite.
        u = ops.maximum(keras.random.uniform(shape, dtype=dtype, seed=seed), float(np.finfo(dtype).tiny))
        return ops.log(u) - ops.log1p(-u)


PRIORS = {"standard_normal": StandardNormal, "standard_logistic": StandardLogistic}


def get(prior):
    """Returns the prior of a name, or the layer itself.

    Args:
        prior: `"standard_normal"`, `"standard_logistic"`, or a Keras layer with `log_prob` and `sample`.

    Raises:
        ValueError: for an unknown name.
        TypeError: for an object without the two methods.

    Example:
        >>> type(get("standard_normal")).__name__
        'StandardNormal'
    """
    if isinstance(prior, str):
        if prior not in PRIORS:
            names = ", ".join(f'"{name}"' for name in PRIORS)
            raise ValueError(f"prior must be one of {names}, or a layer. Received prior={prior!r}.")
        return PRIORS[prior]()
    if not isinstance(prior, keras.layers.Layer) or not all(hasattr(prior, name) for name in ("log_prob", "sample")):
        raise TypeError(
            f"prior must be a name or a Keras layer with the methods log_prob(z) and sample(shapes, temperature, seed)."
            f" Received prior={prior!r}."
        )
    return prior


def _check_shapes(shapes):
    """Raises unless there is a shape of known sizes, or a structure of them."""
    parts = tuple(shapes.values()) if isinstance(shapes, dict) else arguments.listed(shapes)
    if not parts:
        raise ValueError(f"A prior expects shapes of known sizes, (batch, ...), or a structure of them. Received "
                         f"{shapes!r}.")
    if not all(arguments.is_integer(size) and size >= 0 for size in parts):
        for part in parts:
            _check_shapes(part)


def _seeds(seed, count):
    return [int(word) for word in np.random.SeedSequence(seed).generate_state(count) >> 1]
