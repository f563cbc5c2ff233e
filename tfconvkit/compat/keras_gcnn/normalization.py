"""The batch normalisation of keras-gcnn, with its statistics."""

import keras
import tensorflow as tf
from keras import ops

from tfconvkit.compat.spaces import group_of
from tfconvkit.layers import arguments
from tfconvkit.layers.group.normalization import GroupBatchNormalization
from tfconvkit.ops.precision import at_least_float32, mean


@keras.saving.register_keras_serializable(package="tfconvkit", name="compat.GBatchNorm")
class GBatchNorm(GroupBatchNormalization):
    """Normalises regular fields with the statistics of keras-gcnn: shared in inference, per plane in training.

    `y[n, p, c, s] = gamma[c] (x[n, p, c, s] - mean) / sqrt(variance + epsilon) + beta[c]`: in inference with the moving
    statistics of field `c`, in training with the mean and the biased variance of each plane `(c, s)` by itself. So the
    layer is equivariant in inference but not in training, as it was (`layers.GroupBatchNormalization` is in both).
    A mask is ignored, and `trainable=False` means inference, as in every Keras 3 layer.

    Update `t` = 0, 1, ... of the moving statistics, with `m` the momentum and `N = batch * height * width`:
    `moving += (1 - m) / (1 - m^(t + 1)) (value - moving)`, `value[c]` the mean over `s` of the plane means, and of the
    plane variances times `N / (N - 1) * N / (N - 1 - epsilon)` (images; without the first factor on other ranks). This
    is TF1's zero-debiased average: the first update replaces the initial or loaded value, whatever the momentum. The
    number of updates is no weight, so that the four legacy arrays load by `set_weights`; it is saved with the model,
    and starts at 0 for arrays that were set.

    Args:
        h: `"Z2"`, `"C4"` or `"D4"`.
        axis: `-1`.
        momentum, epsilon, **kwargs: As in `keras.layers.BatchNormalization`; `momentum` in [0, 1).

    Input shape:
        `(batch, height, width, channels * order)`, the orientation fastest.

    Output shape:
        Same as the input. Weights `gamma`, `beta`, `moving_mean`, `moving_variance` have shape `(channels,)`.

    Raises:
        ValueError: for an unknown space, another axis, a momentum outside [0, 1), or channels that do not fit.

    Reference:
        Veeling et al., Rotation Equivariant CNNs for Digital Pathology, 2018 (https://arxiv.org/abs/1806.03962).

    Example:
        >>> GBatchNorm(h="C4")(np.ones((2, 8, 8, 3 * 4), "float32")).shape
        TensorShape([2, 8, 8, 12])
    """

    def __init__(self, h, axis=-1, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(group_of(h), axis=axis, momentum=momentum, epsilon=epsilon, **kwargs)
        self.h = h
        if axis != -1:
            raise ValueError(
                f"{arguments.describe(self)}: axis must be -1, the channels last. Received axis={axis}. "
                "Use tfconvkit.layers.GroupBatchNormalization for other axes."
            )
        if not 0 <= self.momentum < 1:
            raise ValueError(
                f"{arguments.describe(self)}: momentum must be in [0, 1). Received momentum={momentum}. To keep the "
                "moving statistics as they are use trainable=False."
            )

    def build(self, input_shape):
        super().build(input_shape)
        # A plain variable, out of reach of Keras' lists of weights; lifted out of the function that may be traced.
        with tf.init_scope():
            self._updates = tf.Variable(
                0, trainable=False, dtype="int64", aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA
            )

    def call(self, inputs, training=None, mask=None):
        if not (training and self.trainable):
            return super().call(inputs, training=False, mask=mask)
        x = at_least_float32(inputs)
        averages, variances = (ops.reshape(moment, (-1,)) for moment in self._channel_moments(x, mask=None))
        self._update(averages, variances * self._correction(x))
        outputs = ops.batch_normalization(
            x,
            mean=averages,
            variance=variances,
            axis=self.axis,
            offset=self._per_channel(ops.cast(self.beta, x.dtype)) if self.center else None,
            scale=self._per_channel(ops.cast(self.gamma, x.dtype)) if self.scale else None,
            epsilon=self.epsilon,
        )
        return ops.cast(outputs, self.compute_dtype)

    def get_config(self):
        config = super().get_config()
        del config["group"]
        return {**config, "h": self.h}

    def save_own_variables(self, store):
        super().save_own_variables(store)
        if self.built:
            store["updates"] = self._updates.numpy()

    def load_own_variables(self, store):
        super().load_own_variables({key: store[key] for key in store.keys() if key != "updates"})
        if self.built:
            self._updates.assign(store["updates"] if "updates" in store.keys() else 0)

    def _update(self, averages, variances):
        momentum = ops.cast(self.momentum, averages.dtype)
        rate = (1 - momentum) / (1 - momentum ** ops.cast(self._updates + 1, averages.dtype))
        for moving, planes in ((self.moving_mean, averages), (self.moving_variance, variances)):
            value = mean(ops.reshape(planes, (-1, self.group.order)), axis=1)
            # Written so that a rate of 1 replaces the old value exactly.
            moving.assign((1 - rate) * ops.cast(moving, value.dtype) + rate * value)
        self._updates.assign_add(1)

    def _correction(self, x):
        """TF1's fused kernel for images returned unbiased variances, and Keras then corrected them once more."""
        count = ops.cast(ops.size(x[..., 0]), x.dtype)
        correction = count / (count - 1 - self.epsilon)
        return correction * count / ops.maximum(count - 1, 1) if len(x.shape) == 4 else correction
