"""The batch normalisations of `real_nvp_utils`, with their moving statistics.

Variables below the name: `var`, `mean`, `step` (the number of updates), and of `batch_norm` `gamma` and `beta`.
"""

import tensorflow as tf

from tfconvkit.compat.variables import weight

v1 = tf.compat.v1


def stable_var(input_, mean=None, axes=(0,)):
    """Computes the population variance, with squares relative to their largest; 0 where all numbers are equal.

    Args:
        input_: Floating point tensor.
        mean: Mean along the axes, or None.
        axes: Axes that are averaged away.
    """
    mean = tf.reduce_mean(input_, axes) if mean is None else mean
    squares = tf.square(input_ - mean)
    largest = tf.reduce_max(squares, axes)
    return largest * tf.reduce_mean(tf.math.divide_no_nan(squares, largest), axes)


def batch_norm(input_, dim, name, scale=True, train=True, epsilon=1e-8, decay=0.1, axes=(0,), bn_lag=0.0):
    """Normalises over a batch: `y = (x - m) / sqrt(v + epsilon) gamma + beta`.

    Training: `m` and `v` are the mean and the population variance of the batch, and with a lag `l > 0`
    `m <- (l m + (1 - l) mean) / (1 - l^(step + 1))`, the same for `v`. With the output, `mean <- mean - decay (mean -
    batch mean)`, the same for `var`, and `step <- step + 1` are computed. Otherwise `m` and `v` are `mean` and `var`.

    Args:
        input_: `(..., dim)`.
        dim: Number of channels.
        name: Variable scope of `var`, `mean`, `step`, `gamma`, `beta`.
        scale: Whether there is a `gamma`.
        train: Whether to use the batch, and to update.
        epsilon: Added to the variance.
        decay: Share of the batch in an update.
        axes: Axes that are averaged away, `[0, 1, 2]` for images.
        bn_lag: Lag `l`, in [0, 1).

    Returns:
        Tensor of the shape of the input.

    Raises:
        tf.errors.InvalidArgumentError: in a run, if a moving statistic would become NaN or infinite.

    Reference:
        Dinh et al., Density estimation using Real NVP, 2017, section 3.7 (https://arxiv.org/abs/1605.08803).

    Example:
        >>> with tf.Graph().as_default():
        ...     batch_norm(tf.ones((2, 8, 8, 3)), 3, "bn", axes=[0, 1, 2]).shape
        TensorShape([2, 8, 8, 3])
    """
    x = tf.convert_to_tensor(input_)
    with v1.variable_scope(name):
        moving = _moving_statistics(dim, x.dtype)
        gamma = weight("gamma", [dim], x.dtype, initializer=v1.constant_initializer(1.0)) if scale else 1
        beta = weight("beta", [dim], x.dtype, initializer=v1.constant_initializer(0.0))
    (m, v), updates = _chosen_moments(x, moving, train, decay=decay, axes=axes, bn_lag=bn_lag)
    y = (x - m) / tf.sqrt(v + epsilon) * gamma + beta
    return _after(updates, y)


def batch_norm_log_diff(
    input_, dim, name, train=True, epsilon=1e-8, decay=0.1, axes=(0,), reuse=None, bn_lag=0.0
):
    """Returns the mean and the variance that a coupling normalises with: the log-determinant is `-log(variance) / 2`.

    Both are chosen, and the moving statistics updated, as in `batch_norm`.

    Args:
        input_, dim, name, train, decay, axes, bn_lag: As in `batch_norm`.
        epsilon: Added to the variance that is returned.
        reuse: Whether the variables are there already; None means where `train` is false.

    Returns:
        `(mean, variance + epsilon)`, each of shape `(dim,)`.

    Raises:
        tf.errors.InvalidArgumentError: in a run, if a moving statistic would become NaN or infinite.

    Example:
        >>> with tf.Graph().as_default():
        ...     mean, variance = batch_norm_log_diff(tf.ones((2, 8, 8, 3)), 3, "bn", axes=[0, 1, 2])
        >>> mean.shape, variance.shape
        (TensorShape([3]), TensorShape([3]))
    """
    x = tf.convert_to_tensor(input_)
    with v1.variable_scope(name) as scope:
        if reuse or reuse is None and not train:
            scope.reuse_variables()
        moving = _moving_statistics(dim, x.dtype)
    (m, v), updates = _chosen_moments(x, moving, train, decay=decay, axes=axes, bn_lag=bn_lag, is_stable=True)
    return m, _after(updates, v) + epsilon


def _moving_statistics(dim, dtype):
    """Returns mean, variance and step; made in the legacy order."""
    starts = {"var": ([dim], 1.0), "mean": ([dim], 0.0), "step": ([], 0.0)}
    var, mean, step = (
        weight(name, shape, dtype, initializer=v1.constant_initializer(start), trainable=False)
        for name, (shape, start) in starts.items()
    )
    return mean, var, step


def _chosen_moments(x, moving, train, *, decay, axes, bn_lag, is_stable=False):
    """Returns the moments to normalise with, and the operations that update the moving ones."""
    *old, step = (tf.convert_to_tensor(variable) for variable in moving)
    if not train:
        return old, []
    batch = tf.nn.moments(x, axes)
    if is_stable and bn_lag > 0:
        batch = batch[0], stable_var(x, batch[0], axes)
    chosen = batch
    if bn_lag > 0:
        total = 1 - bn_lag ** (step + 1)
        chosen = [(bn_lag * value + (1 - bn_lag) * moment) / total for value, moment in zip(batch, old, strict=True)]
    # A variable without a resource of its own may change under what was read from it.
    with tf.control_dependencies(chosen):
        return chosen, _updates(moving, old, batch, decay)


def _updates(moving, old, batch, decay):
    mean, variance = (moment - decay * (moment - value) for moment, value in zip(old, batch, strict=True))
    mean = tf.debugging.check_numerics(mean, "NaN in moving mean.")
    variance = tf.debugging.check_numerics(variance, "NaN in moving variance.")
    return [moving[0].assign(mean), moving[1].assign(variance), moving[2].assign_add(1)]


def _after(updates, x):
    """A graph of tf.compat.v1 runs only what its outputs depend on."""
    with tf.control_dependencies(updates):
        return tf.identity(x)
