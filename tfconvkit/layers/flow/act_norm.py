"""Normalisation of channels that starts from data: ActNorm."""

import keras
import numpy as np
from keras import ops

from tfconvkit.layers.arguments import describe, real
from tfconvkit.layers.flow.invertible import Invertible, channels_of
from tfconvkit.layers.flow.reversible import kept
from tfconvkit.layers.flow.sums import positions


@keras.saving.register_keras_serializable(package="tfconvkit")
class ActNorm(Invertible):
    """Shifts and scales each channel; the start makes the first batch have mean 0 and variance 1.

    `y = exp(log_scale) (x - mean) / std + bias`, `log_det = positions * sum_c (log_scale - log std)`. `log_scale` and
    `bias` are trained from 0; `mean` and `std` come from data and then stay, either

    - from the first batch that the layer sees in training, forward, `fit` for example: its output is normalised
      already; or
    - from `adapt(data)`, once for all data.

    Before either, `mean = 0`, `std = 1`: the layer is the identity. Inference, the inverse, and a layer with
    `trainable=False` never start it. Glow folds `mean` and `std` into the trained numbers, which is the same function;
    kept apart, the start survives on every backend and under `jit_compile`, and the optimizer works on normalised
    numbers.

    Args:
        epsilon: Added to the variance in `std = sqrt(variance + epsilon)`.

    Input shape:
        `(batch, *grid, channels)`, any number of grid axes.

    Output shape:
        Same as the input. Weights `log_scale`, `bias`, `mean`, `std` of shape `(channels,)`, and `initialized`.

    Raises:
        ValueError: for an unknown number of channels; if `adapt` gets no data.

    Reference:
        Kingma and Dhariwal, Glow, 2018, section 3.1 (https://arxiv.org/abs/1807.03039).

    Example:
        >>> layer = layers.ActNorm()
        >>> layer.adapt(np.random.default_rng(0).normal(3.0, 2.0, size=(100, 8, 8, 3)))
        >>> y, log_det = layer(np.full((2, 8, 8, 3), 3.0, "float32"), return_log_det=True)
        >>> y.shape, log_det.shape
        (TensorShape([2, 8, 8, 3]), TensorShape([2]))
    """

    takes_structures = False
    least_axes = 2

    def __init__(self, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        epsilon = real(self, "epsilon", epsilon)
        if epsilon < 0:
            raise ValueError(f"{describe(self)}: epsilon must not be negative. Received epsilon={epsilon}.")
        self.epsilon = epsilon

    def build(self, x_shape):
        channels = (channels_of(self, x_shape),)
        self.log_scale = self._weight("log_scale", "zeros", channels)
        self.bias = self._weight("bias", "zeros", channels)
        self.mean = self._weight("mean", "zeros", channels, trainable=False)
        self.std = self._weight("std", "ones", channels, trainable=False)
        self.initialized = self._weight("initialized", "zeros", (), trainable=False)

    def _weight(self, name, initializer, shape, trainable=True):
        # Half precision weights would not undo what half precision sums did.
        return self.add_weight(name=name, shape=shape, initializer=initializer, trainable=trainable, autocast=False)

    def _forward(self, x, condition=None, training=None):
        x = ops.cast(x, self.log_det_dtype)
        mean, std = kept(self, lambda: self._start(x) if training and self.trainable else self._statistics())
        y = (x - mean) * (ops.exp(self._read(self.log_scale)) / std) + self._read(self.bias)
        return y, self._log_det(x, std)

    def _inverse(self, y, condition=None, training=None):
        y = ops.cast(y, self.log_det_dtype)
        mean, std = kept(self, self._statistics)
        x = (y - self._read(self.bias)) * (std * ops.exp(-self._read(self.log_scale))) + mean
        return x, -self._log_det(y, std)

    def _log_det(self, x, std):
        return positions(x, x.dtype) * ops.sum(self._read(self.log_scale) - ops.log(std))

    def _statistics(self):
        return [self._read(self.mean), self._read(self.std)]

    def _start(self, x):
        """Takes the statistics of this batch where none were taken before, without a branch: XLA compiles it."""
        mean, variance = ops.moments(ops.stop_gradient(x), axes=list(range(len(x.shape) - 1)))
        is_first = self._read(self.initialized) < 1
        news = [mean, ops.sqrt(variance + self.epsilon)]
        values = [ops.where(is_first, new, old) for new, old in zip(news, self._statistics(), strict=True)]
        for weight, value in zip((self.mean, self.std), values, strict=True):
            weight.assign(value)
        self.initialized.assign(1.0)
        return values

    def _read(self, weight):
        return ops.cast(weight, self.log_det_dtype)

    def adapt(self, data):
        """Starts the layer from data, again if it has been started before; trained numbers stay as they are.

        Args:
            data: Array of shape `(samples, *grid, channels)`, or an iterable of such batches (`tf.data.Dataset`, a
                generator). Batches may be tuples, of which the first element counts.
        """
        count, mean, squares = 0, 0.0, 0.0
        for batch in [data] if hasattr(data, "shape") else data:
            batch = batch[0] if isinstance(batch, (tuple, list)) else batch
            batch = ops.convert_to_numpy(batch).astype("float64")
            rows = batch.reshape(-1, batch.shape[-1])
            if not len(rows):
                continue
            # Chan et al. 1979: moments of two parts joined without cancellation.
            step, total = rows.mean(axis=0) - mean, count + len(rows)
            squares = squares + rows.var(axis=0) * len(rows) + step**2 * count * len(rows) / total
            mean, count = mean + step * len(rows) / total, total
        if not count:
            raise ValueError(f"{describe(self)}: adapt needs at least one sample. Received {data!r}.")
        if not self.built:
            self(batch[:1])
        self.mean.assign(mean)
        self.std.assign(np.sqrt(squares / count + self.epsilon))
        self.initialized.assign(1.0)

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
