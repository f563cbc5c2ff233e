"""Batch normalisation of regular fields, with statistics pooled over the orientations."""

import keras
from keras import ops

from tfconvkit import groups
from tfconvkit.layers import arguments
from tfconvkit.layers.group import base
from tfconvkit.layers.inputs import NUMBERS, CheckedInput
from tfconvkit.ops.precision import at_least_float32, mean


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupBatchNormalization(CheckedInput, keras.layers.BatchNormalization):
    """Normalises regular fields with one mean and one variance per field, pooled over batch, grid and orientations.

    `y[n, p, c, s] = gamma[c] (x[n, p, c, s] - mean[c]) / sqrt(variance[c] + epsilon) + beta[c]`. The statistics of a
    field do not change when its samples are turned, so the layer is equivariant in training too, even where each sample
    of a batch is turned by another element. `keras.layers.BatchNormalization` normalises each orientation by itself
    and is not.

    Args:
        group: Name of the group or a `groups.PointGroup`.
        axis: Channel axis (`-1`, or `1` for `channels_first`).
        **kwargs: Arguments of `keras.layers.BatchNormalization`: `momentum`, `epsilon`, `center`, `scale`, the
            initialisers, regularisers and constraints, `synchronized` (not together with a mask). `renorm` is not
            supported.

    Input shape:
        `(batch, *grid, channels * order)`, the orientation fastest, any number of grid axes.

    Output shape:
        Same as the input. Weights `gamma`, `beta`, `moving_mean`, `moving_variance` have shape `(channels,)`.

    Raises:
        ValueError: if the channels are no multiple of the order of the group, for an axis that is none, with
            `renorm=True`, or for a mask of another rank.

    Reference:
        Cohen and Welling, Group Equivariant Convolutional Networks, 2016, section 6.3 ("a single scale and a single
        bias per G-feature map").

    Example:
        >>> layers.GroupBatchNormalization(group="C4")(np.ones((2, 8, 8, 3 * 4), "float32")).shape
        TensorShape([2, 8, 8, 12])
    """

    input_kinds = NUMBERS

    def __init__(self, group, axis=-1, **kwargs):
        if kwargs.get("renorm"):
            raise ValueError(
                "GroupBatchNormalization does not support batch renormalisation. Received renorm=True, expected False."
            )
        given = {name: arguments.real(self, name, kwargs[name]) for name in ("momentum", "epsilon") if name in kwargs}
        super().__init__(axis=arguments.integer(self, "axis", axis), **{**kwargs, **given})
        self.group = groups.get(group)
        self.input_field = self.output_field = "regular"

    def build(self, input_shape):
        if self.axis % len(input_shape) == 0 or not -len(input_shape) <= self.axis < len(input_shape):
            raise ValueError(
                f"{arguments.describe(self)}: axis must name the channels of the input shape {tuple(input_shape)}. "
                f"Received axis={self.axis}. Use -1, or 1 for channels_first."
            )
        self.group = groups.of_rank(self.group, len(input_shape) - 2)
        fields = base.field_count(self, input_shape, self.axis)
        shape = list(input_shape)
        shape[self.axis] = fields
        super().build(tuple(shape))
        self.input_spec = keras.layers.InputSpec(ndim=len(shape), axes={self.axis: input_shape[self.axis]})

    def call(self, inputs, training=None, mask=None):
        # Half precision overflows in the squares: the statistics and the normalisation are at least float32.
        x = at_least_float32(inputs)
        average, variance = ops.cast(self.moving_mean, x.dtype), ops.cast(self.moving_variance, x.dtype)
        if training and self.trainable:
            batch_average, batch_variance = self._field_moments(x, mask)
            self.moving_mean.assign(average * self.momentum + batch_average * (1 - self.momentum))
            self.moving_variance.assign(variance * self.momentum + batch_variance * (1 - self.momentum))
            average, variance = batch_average, batch_variance
        outputs = ops.batch_normalization(
            x,
            mean=self._per_channel(average),
            variance=self._per_channel(variance),
            axis=self.axis,
            offset=self._per_channel(ops.cast(self.beta, x.dtype)) if self.center else None,
            scale=self._per_channel(ops.cast(self.gamma, x.dtype)) if self.scale else None,
            epsilon=self.epsilon,
        )
        return ops.cast(outputs, self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "group": groups.serialize(self.group)}

    def _field_moments(self, x, mask):
        """`mean[c] = E_s mean[c, s]`, `variance[c] = E_s (variance[c, s] + (mean[c, s] - mean[c])^2)`."""
        moments = self._channel_moments(x, mask)
        means, variances = (ops.reshape(moment, (-1, self.group.order)) for moment in moments)
        field_mean = mean(means, axis=1)
        return field_mean, mean(variances + ops.square(means - field_mean[:, None]), axis=1)

    def _channel_moments(self, x, mask):
        axes = [a for a in range(len(x.shape)) if a != self.axis % len(x.shape)]
        if mask is None:
            return ops.moments(x, axes=axes, synchronized=self.synchronized)
        self._check_mask(x, mask)
        is_counted = ops.broadcast_to(ops.expand_dims(ops.cast(mask, "bool"), axis=self.axis), ops.shape(x))
        total = ops.sum(ops.cast(is_counted, x.dtype), axis=axes, keepdims=True) + keras.config.epsilon()
        # `where`, not a product: what is masked may be NaN.
        average = ops.sum(ops.where(is_counted, x, ops.zeros_like(x)), axis=axes, keepdims=True) / total
        deviation = ops.where(is_counted, x - average, ops.zeros_like(x))
        return average, ops.sum(ops.square(deviation), axis=axes, keepdims=True) / total

    def _check_mask(self, x, mask):
        if self.synchronized:
            raise ValueError(
                f"{arguments.describe(self)}: a mask is not synchronized between replicas. Received a mask with "
                "synchronized=True. Use synchronized=False."
            )
        if len(mask.shape) != len(x.shape) - 1:
            raise ValueError(
                f"{arguments.describe(self)}: the mask must have one axis less than the input (no channels). "
                f"Received mask shape {tuple(mask.shape)} for input shape {tuple(x.shape)}."
            )

    def _per_channel(self, per_field):
        # As ops.repeat, which TensorFlow computes by a dozen operations.
        return ops.reshape(ops.tile(per_field[:, None], (1, self.group.order)), (-1,))
