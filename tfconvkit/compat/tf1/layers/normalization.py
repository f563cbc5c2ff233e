"""`tf.layers.batch_normalization` and its class, with the moving averages in UPDATE_OPS."""

import tensorflow as tf

from tfconvkit.compat.tf1.layers.arguments import channels_of, check_floating, known_condition, smart_cond
from tfconvkit.compat.tf1.layers.base import Layer
from tfconvkit.compat.tf1.layers.functional import functional

v1 = tf.compat.v1
ZEROS, ONES = v1.zeros_initializer(), v1.ones_initializer()


class BatchNormalization(Layer):
    """Computes `gamma (x - mean) / sqrt(variance + epsilon) + beta` per channel.

    In training, mean and variance are those of the batch, and the moving averages become
    `momentum * moving + (1 - momentum) * batch`: in graphs when the operations of `UPDATE_OPS` run, otherwise at once.
    As in TensorFlow 1, inputs of rank 4 in at most 32 bits take the fused operation, whose moving variance has
    Bessel's correction `n / (n - 1)`; with others, or `fused=False`, it has none.

    Args:
        axis: Axis of the channels, an integer or a list of one.
        momentum: Share of the moving averages that stays.
        epsilon: Added to the variance; the fused operation takes at least 1.001e-5.
        center, scale: Whether there are `beta` and `gamma`.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: As in
            `get_variable`.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: As in `add_weight`.
        renorm, renorm_clipping, renorm_momentum, virtual_batch_size, adjustment: Only their defaults.
        fused: None for the fused operation where it can be, False never to take it.
        trainable, name, **kwargs: As in `Layer`.

    Raises:
        NotImplementedError: for batch renormalisation, virtual batches and adjustments.
        ValueError: for an unknown number of channels.

    Reference:
        Ioffe and Szegedy, Batch Normalization, 2015 (https://arxiv.org/abs/1502.03167).

    Example:
        >>> with tf.Graph().as_default():
        ...     y = BatchNormalization()(tf.ones((2, 4, 4, 3)), training=True)
        ...     [variable.op.name for variable in v1.trainable_variables()], len(v1.get_collection("update_ops"))
        (['batch_normalization/gamma', 'batch_normalization/beta'], 2)
    """

    def __init__(self, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True,
                 beta_initializer=ZEROS, gamma_initializer=ONES,
                 moving_mean_initializer=ZEROS,
                 moving_variance_initializer=ONES,
                 beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None,
                 renorm=False, renorm_clipping=None, renorm_momentum=0.99, fused=None, trainable=True,
                 virtual_batch_size=None, adjustment=None, name=None, **kwargs):
        super().__init__(trainable=trainable, name=name, **kwargs)
        if renorm or virtual_batch_size is not None or adjustment is not None:
            raise NotImplementedError(
                f"BatchNormalization: expected neither renorm, virtual_batch_size nor adjustment. Received "
                f"renorm={renorm}, virtual_batch_size={virtual_batch_size}, adjustment={adjustment}. Leave them out, "
                f"or write the statistics with tf.nn.moments."
            )
        axes = axis if isinstance(axis, list | tuple) else [axis]
        if len(axes) != 1:
            raise ValueError(f"BatchNormalization: expected one axis. Received axis={axis!r}. Merge them by reshape.")
        self.axis, self.momentum, self.epsilon, self.fused = axes[0], momentum, epsilon, fused
        self.center, self.scale = center, scale
        self.settings = {
            "gamma": (gamma_initializer, gamma_regularizer, gamma_constraint, scale),
            "beta": (beta_initializer, beta_regularizer, beta_constraint, center),
            "moving_mean": (moving_mean_initializer, None, None, None),
            "moving_variance": (moving_variance_initializer, None, None, None),
        }
        self.gamma, self.beta, self.moving_mean, self.moving_variance = None, None, None, None

    def build(self, input_shape):
        check_floating(self.dtype, "BatchNormalization")
        channels = channels_of(input_shape, self.axis, "BatchNormalization")
        dtype = tf.as_dtype(self.dtype)
        for name, (initializer, regularizer, constraint, is_wanted) in self.settings.items():
            if is_wanted is not False:
                made = self.add_weight(
                    name, (channels,), dtype="float32" if dtype.size < 4 else dtype, initializer=initializer,
                    regularizer=regularizer, constraint=constraint, trainable=is_wanted is not None,
                )
                setattr(self, name, made)

    def call(self, inputs, training=False):
        x, order = _channels_at_end(inputs, self.axis)
        is_fused = self.fused is not False and x.shape.rank == 4 and x.dtype.size <= 4
        normalize = self._fused if is_fused else self._unfused
        y, mean, variance = smart_cond(training, lambda: normalize(x, True), lambda: normalize(x, False))
        if known_condition(training) is not False:
            self._update(self.moving_mean, mean, training)
            self._update(self.moving_variance, variance, training)
        y.set_shape(x.shape)
        return y if order is None else tf.transpose(y, order)

    def _fused(self, x, is_training):
        gamma = tf.ones_like(self.moving_mean) if self.gamma is None else self.gamma
        beta = tf.zeros_like(self.moving_mean) if self.beta is None else self.beta
        moving = {} if is_training else {"mean": self.moving_mean, "variance": self.moving_variance}
        return v1.nn.fused_batch_norm(x, gamma, beta, epsilon=self.epsilon, is_training=is_training, **moving)

    def _unfused(self, x, is_training):
        wide = tf.cast(x, self.moving_mean.dtype)
        mean, variance = tf.convert_to_tensor(self.moving_mean), tf.convert_to_tensor(self.moving_variance)
        if is_training:
            mean, variance = tf.nn.moments(wide, tuple(range(x.shape.rank - 1)))
        y = tf.nn.batch_normalization(wide, mean, variance, self.beta, self.gamma, self.epsilon)
        return tf.cast(y, x.dtype), mean, variance

    def _update(self, moving, batch, training):
        rate = smart_cond(training, lambda: tf.constant(1 - self.momentum, moving.dtype),
                          lambda: tf.zeros((), moving.dtype))
        with tf.name_scope("AssignMovingAvg"):
            self.add_update(moving.assign_sub((moving - batch) * rate, read_value=False))


def _channels_at_end(x, axis):
    """Returns the input with its channels last, and the order of axes that undoes it, or None."""
    rank = x.shape.rank
    axis %= rank
    if axis == rank - 1:
        return x, None
    x = tf.transpose(x, (*range(axis), *range(axis + 1, rank), axis))
    return x, (*range(axis), rank - 1, *range(axis, rank - 1))


batch_normalization = functional(BatchNormalization, ("training",))
