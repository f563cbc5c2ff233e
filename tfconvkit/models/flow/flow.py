"""Normalizing flows as Keras models: density, samples, training in bits per dimension."""

import math

import keras
import numpy as np
from keras import ops

from tfconvkit.layers import Chain, Dequantize, Invertible
from tfconvkit.layers.inputs import NUMBERS, CheckedInput
from tfconvkit.models.flow import priors
from tfconvkit.models.traced_once import TracedOnce
from tfconvkit.models.weight_norm_resnet import base_config
from tfconvkit.ops import arguments, bounds


@keras.saving.register_keras_serializable(package="tfconvkit")
class Flow(CheckedInput, TracedOnce):
    """Models the density of data by a bijection to numbers of a simple density.

    `log p(x) = log prior(z) + log|det dz/dx|` with `z = chain(x)`. `model(x)` is `log p(x)` per sample, in nats.
    `compile` without a loss and `fit(images)` minimise the mean of bits per dimension, `-log p(x) / (D log 2)` with
    `D` numbers per sample, plus the losses of layers (regularisers); the metric `bits_per_dim` is without them. Sample
    weights count in both, as in Keras: `fit(images, sample_weight=weights)`, or datasets of `(images, any, weights)`.

    For images of integers the chain starts with `layers.Dequantize(quants)`: images go in as integers 0 to
    `quants - 1`, as `uint8` or floats, without scaling, and come out of `sample` so. `log p(x)` is then a lower bound
    of the log-probability of the integers by one draw of noise, comparable with other models; `importance_weighted`
    is a tighter one. Without `Dequantize` it is the density of the floats as they are.

    Args:
        chain: `Invertible` layer, a `Chain` as a rule. It may end with a `MultiScale`.
        prior: `"standard_normal"`, `"standard_logistic"`, or a Keras layer with `log_prob(z)` and
            `sample(shapes, temperature, seed)`.

    Input shape:
        `(batch, ...)`, what the chain takes.

    Output shape:
        `(batch,)`, in at least float32.

    Raises:
        TypeError: if the chain is no `Invertible`, or the prior no prior.
        ValueError: for an unknown prior, a `loss` in `compile`, samples of another or of unknown shape.

    Reference:
        Dinh et al., Density estimation using Real NVP, 2017 (https://arxiv.org/abs/1605.08803); importance weights:
        Burda et al., 2016 (https://arxiv.org/abs/1509.00519), Ho et al., Flow++, 2019
        (https://arxiv.org/abs/1902.00275).

    Example:
        >>> net = models.GatedConvNet(8, out_channels=2)
        >>> flow = models.Flow(layers.Chain([layers.Dequantize(17), layers.Logit(0.1), layers.AffineCoupling(net)]))
        >>> flow.compile("adam")
        >>> history = flow.fit(np.zeros((8, 8, 8, 1), "uint8"), verbose=0)
        >>> sorted(history.history), flow.sample(2).shape
        (['bits_per_dim', 'loss'], TensorShape([2, 8, 8, 1]))
    """

    input_kinds = NUMBERS

    def __init__(self, chain, prior="standard_normal", **kwargs):
        if not isinstance(chain, Invertible):
            raise TypeError(f"Flow: chain must follow layers.Invertible. Received chain={chain!r}. Use layers.Chain.")
        super().__init__(**{"dtype": chain.dtype_policy, **kwargs})
        self.chain, self.prior = chain, priors.get(prior)
        self.bits = keras.metrics.Mean(name="bits_per_dim")
        # Images stay as they are until the first layer says otherwise: half precision has no room for the noise.
        self.autocast = False

    def build(self, x_shape):
        self.sample_shape = tuple(x_shape)[1:]
        self.chain(keras.KerasTensor(tuple(x_shape), dtype=self.compute_dtype))

    def call(self, x, training=None):
        x = self._floats(x)
        z, log_det = self.chain(x, return_log_det=True, training=training)
        return self.prior.log_prob(z) + log_det

    def _floats(self, x):
        self._check_samples(x)
        return ops.cast(x, self.chain.log_det_dtype)

    def _check_samples(self, x):
        self.check_inputs(x)
        expected, received = getattr(self, "sample_shape", None), tuple(x.shape)
        if expected and (len(received) != len(expected) + 1 or received[-1] != expected[-1]):
            raise ValueError(
                f'Flow "{self.name}" takes batches of samples of shape {expected}. Received shape {received}. A single '
                "sample needs a batch axis in front, images have their channels last."
            )

    def compute_output_spec(self, x, training=None):
        return keras.KerasTensor(x.shape[:1], dtype=self.chain.log_det_dtype)

    def fit(self, x=None, y=None, *args, sample_weight=None, **kwargs):
        return super().fit(x, _beside(y, sample_weight), *args, sample_weight=sample_weight, **kwargs)

    def evaluate(self, x=None, y=None, *args, sample_weight=None, **kwargs):
        return super().evaluate(x, _beside(y, sample_weight), *args, sample_weight=sample_weight, **kwargs)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        if self.loss is not None:
            raise ValueError(
                f'Flow "{self.name}" has its own loss, the bits per dimension. Received loss={self.loss!r} in compile. '
                "Leave it out; put regularizers into the layers."
            )
        bits = in_bits(-y_pred, x)
        self.bits.update_state(bits, sample_weight=sample_weight)
        if sample_weight is not None:
            bits = bits * ops.cast(sample_weight, bits.dtype)
        return ops.mean(bits) + sum(self.losses)

    def log_prob(self, x):
        """Computes the log-density of each sample, in nats.

        Args:
            x: Batch of samples.

        Returns:
            Tensor `(batch,)`.
        """
        return self(x, training=False)

    def bits_per_dimension(self, x):
        """Computes `-log p(x) / (D log 2)` of each sample.

        Args:
            x: Batch of samples.

        Returns:
            Tensor `(batch,)`.
        """
        return in_bits(-self.log_prob(x), x)

    def importance_weighted(self, x, samples=16, batch_size=None):
        """Computes `log(1/K sum_k p(x, noise_k))`, the bound of the log-probability by K draws of noise.

        In expectation it grows with `K` towards the log-probability of the integers. `ops.bounds.bits_per_dimension`
        converts it.

        Args:
            x: Array of samples.
            samples: Number `K` of draws.
            batch_size: As in `predict`.

        Returns:
            NumPy array with one number per sample, in nats.

        Raises:
            ValueError: for less than one draw, or no samples.
        """
        if not arguments.is_positive_integer(samples):
            raise ValueError(f"Flow: samples must be at least 1. Received samples={samples!r}.")
        if batch_size is not None:
            batch_size = arguments.integer("Flow", "batch_size", batch_size, least=1)
        self._check_samples(x)
        _check_some("importance_weighted", x)
        # Layers see sizes here that may be unknown to them where `predict` traces them.
        self.chain(keras.KerasTensor(tuple(x.shape), dtype=self.compute_dtype))
        draws = [self.predict(x, batch_size=batch_size, verbose=0) for _ in range(samples)]
        return ops.convert_to_numpy(bounds.importance_weighted_bound(np.stack(draws), axis=0))

    def encode(self, x):
        """Maps samples to latents.

        Args:
            x: Batch of samples.

        Returns:
            Tensor, or a list of them where the chain ends with `MultiScale`.
        """
        return self.chain(self._floats(x), training=False)

    def decode(self, z):
        """Maps latents to samples: images of integers (as floats) where the chain starts with `Dequantize`.

        Args:
            z: Latents as `encode` returns them.

        Returns:
            Batch of samples.
        """
        return self.chain(z, inverse=True, training=False)

    def sample(self, n, temperature=1.0, seed=None, sample_shape=None):
        """Draws samples.

        Args:
            n: Number of samples.
            temperature: Factor on the latents; 0.7 gives cleaner and more alike images than 1, the model itself.
            seed: Integer for a repeatable draw, or None.
            sample_shape: Shape of one sample, where the model was built for unknown sizes.

        Returns:
            Batch of samples, as `decode` returns it.

        Raises:
            ValueError: for a negative number, or if the shape of a sample is not known.
        """
        n = arguments.integer(f'Flow "{self.name}"', "n", n, least=0)
        given = getattr(self, "sample_shape", (None,)) if sample_shape is None else sample_shape
        shape = arguments.listed(given)
        if not shape or not all(map(arguments.is_positive_integer, shape)):
            raise ValueError(
                f'Flow "{self.name}" does not know the shape of a sample. Received {given!r}. Build the model first, '
                "by fit, a call or build((None, height, width, channels)), or pass sample_shape."
            )
        shape = tuple(map(int, shape))
        if not self.built:
            self.build((None, *shape))
        latents = self.chain.compute_output_shape((n, *shape))
        return self.decode(self.prior.sample(latents, temperature=temperature, seed=seed))

    def inverse_error(self, x):
        """Measures how well the inverse undoes the chain in its floats: `max |h' - h| / max |h|`.

        `h` is the batch behind `Dequantize`, whose inverse would round the error away.

        Args:
            x: Batch of samples.

        Returns:
            A float.

        Raises:
            ValueError: for no samples.
        """
        layers, h = self.chain.layers if isinstance(self.chain, Chain) else [self.chain], self._floats(x)
        _check_some("inverse_error", h)
        if isinstance(layers[0], Dequantize):
            h, layers = layers[0](h), layers[1:]
        z = h
        for layer in layers:
            z = layer(z, training=False)
        for layer in layers[::-1]:
            z = layer(z, inverse=True, training=False)
        error, largest = (float(ops.stop_gradient(ops.max(ops.abs(v)))) for v in (ops.cast(z, h.dtype) - h, h))
        # Of zeros the error is the absolute one.
        return error / (largest or 1.0)

    def get_config(self):
        parts = {name: keras.saving.serialize_keras_object(getattr(self, name)) for name in ("chain", "prior")}
        return {**base_config(self), **parts}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        parts = {
            name: keras.saving.deserialize_keras_object(config[name], custom_objects=custom_objects)
            for name in ("chain", "prior")
            if name in config
        }
        return cls(**{**config, **parts})


def _beside(y, sample_weight):
    # Keras drops sample weights without targets; the loss does not look at these.
    return sample_weight if y is None else y


def _check_some(method, x):
    if len(x) == 0:
        raise ValueError(f"Flow: {method} needs one sample or more. Received shape {tuple(x.shape)}.")


def in_bits(nats, x):
    """Converts nats per sample of a batch `x` to bits per dimension.

    Args:
        nats: Tensor.
        x: Batch of samples, of known or unknown sizes.
    """
    shape = ops.shape(x)[1:]
    if all(isinstance(size, int) for size in shape):
        return bounds.bits_per_dimension(-nats, shape)
    return bounds.bits_per_dimension(-nats, 1) / ops.cast(math.prod(shape), nats.dtype)
