"""The initialisers of `tf.contrib.layers`; their normal distribution is wider than that of Keras."""

import math

import tensorflow as tf

v1 = tf.compat.v1
_MODES = ("FAN_IN", "FAN_OUT", "FAN_AVG")


def xavier_initializer(uniform=True, seed=None, dtype=tf.float32):
    """Returns Glorot's initialiser: variance `2 / (fan_in + fan_out)`.

    Args:
        uniform: Whether the distribution is uniform, otherwise a truncated normal one.
        seed: Seed.
        dtype: Data type of floating-point numbers.

    Reference:
        Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.

    Example:
        >>> xavier_initializer(seed=1)((3, 3, 4, 8)).shape
        TensorShape([3, 3, 4, 8])
    """
    return variance_scaling_initializer(factor=1.0, mode="FAN_AVG", uniform=uniform, seed=seed, dtype=dtype)


def variance_scaling_initializer(factor=2.0, mode="FAN_IN", uniform=False, seed=None, dtype=tf.float32):
    """Returns an initialiser of variance `factor / n`, with `n` by the mode.

    The uniform distribution ends at `sqrt(3 factor / n)`; the normal one has the deviation `sqrt(1.3 factor / n)` and
    is cut at twice it. The other initialisers of TensorFlow have 1.2927 where contrib has 1.3.

    Args:
        factor: Factor of the variance.
        mode: "FAN_IN", "FAN_OUT" or "FAN_AVG".
        uniform: Whether the distribution is uniform.
        seed: Seed.
        dtype: Data type of floating-point numbers.

    Returns:
        Function `(shape, dtype, partition_info)` to a tensor.

    Raises:
        ValueError: for another mode.
        TypeError: if the type is none of floating-point numbers.

    Reference:
        He et al., Delving Deep into Rectifiers, 2015 (https://arxiv.org/abs/1502.01852).

    Example:
        >>> float(tf.reduce_max(variance_scaling_initializer(uniform=True, seed=1)((100, 6)))) <= 6 ** 0.5 / 10
        True
    """
    if mode not in _MODES:
        raise ValueError(f"Expected mode to be one of {_MODES}. Received mode={mode!r}. FAN_AVG is the mean of both.")
    if not tf.as_dtype(dtype).is_floating:
        raise TypeError(f"Expected a floating-point dtype. Received dtype={dtype!r}. Cast the integers afterwards.")

    def initialize(shape, dtype=dtype, partition_info=None):
        shape = tf.TensorShape(partition_info.full_shape if partition_info is not None else shape).as_list()
        n = _fan(shape, mode)
        if uniform:
            limit = math.sqrt(3.0 * factor / n)
            return v1.random_uniform(shape, -limit, limit, dtype, seed=seed)
        return v1.truncated_normal(shape, 0.0, math.sqrt(1.3 * factor / n), dtype, seed=seed)

    return initialize


def _fan(shape, mode):
    cells = math.prod(shape[:-2])
    fan_in = cells * (shape[-2] if len(shape) > 1 else shape[-1])
    fan_out = cells * shape[-1]
    return float({"FAN_IN": fan_in, "FAN_OUT": fan_out, "FAN_AVG": (fan_in + fan_out) / 2}[mode])
