"""The standard normal distribution by its names of `real_nvp_utils`."""

import math

import tensorflow as tf


def standard_normal_ll(input_):
    """Computes the log-density of the standard normal distribution, element by element.

    `-(x^2 + log(2 pi)) / 2`; summed over the axes of a sample, the prior's log-likelihood.

    Args:
        input_: Floating point tensor.

    Returns:
        Tensor of the same shape.

    Example:
        >>> round(float(standard_normal_ll(tf.constant(0.0))), 4)
        -0.9189
    """
    return -0.5 * (tf.square(input_) + math.log(2 * math.pi))


def standard_normal_sample(shape):
    """Draws float32 numbers from the standard normal distribution.

    Args:
        shape: Sequence of integers.
    """
    return tf.random.normal(shape)
