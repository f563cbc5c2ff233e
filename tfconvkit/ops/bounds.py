"""Bounds on log-likelihoods: bits per dimension and the importance-weighted bound."""

import math

from keras import ops

from tfconvkit.ops import arguments
from tfconvkit.ops.precision import at_least_float32


def bits_per_dimension(log_prob, dimensions):
    """Converts log-likelihoods in nats to bits per dimension, `-log_prob / (D log 2)`.

    For images of `q` grey levels the density has to be that of the integers, `p(x) = p(x / q) / q^D`:
    `layers.Dequantize` includes the term `-D log q` in its log-determinant.

    Args:
        log_prob: Tensor of log-likelihoods, one per sample.
        dimensions: `D`, an integer, or the shape of one sample.

    Returns:
        Tensor of the shape of `log_prob`, in at least float32.

    Raises:
        ValueError: if there is no dimension.

    Example:
        >>> float(bits_per_dimension(-2 * math.log(256.0), dimensions=2))
        8.0
    """
    sizes = (dimensions,) if arguments.is_integer(dimensions) else arguments.listed(dimensions)
    if not sizes or not all(map(arguments.is_positive_integer, sizes)):
        raise ValueError(
            f"dimensions must be a positive integer or the known shape of one sample. Received {dimensions!r}. "
            "Leave the batch axis out."
        )
    log_prob = arguments.tensor("bits_per_dimension", "log_prob", log_prob)
    return -at_least_float32(log_prob) / (math.prod(sizes) * math.log(2))


def importance_weighted_bound(log_weights, axis=-1):
    """Computes the lower bound `log(1/K sum_k w_k) = logsumexp_k log w_k - log K` of the log-likelihood.

    With `log w_k = log p(x, z_k) - log q(z_k | x)` the expectation grows with `K` from the evidence lower bound
    (`K = 1`) to `log p(x)`. Differentiate this value as it is: `grad log(1/K sum_k w_k) = sum_k v_k grad log w_k` with
    the normalised weights `v_k = w_k / sum_j w_j` as constants.

    Args:
        log_weights: Tensor of logarithms of importance weights.
        axis: Axis of the `K` samples.

    Returns:
        Tensor without the axis of the samples, in at least float32.

    Reference:
        Burda, Grosse and Salakhutdinov, Importance Weighted Autoencoders, 2016 (https://arxiv.org/abs/1509.00519).

    Example:
        >>> round(float(importance_weighted_bound(ops.log([1.0, 3.0]))), 4)
        0.6931
    """
    log_weights, axis = _checked("importance_weighted_bound", log_weights, axis)
    samples = ops.cast(ops.shape(log_weights)[axis], log_weights.dtype)
    return ops.logsumexp(log_weights, axis=axis) - ops.log(samples)


def normalized_weights(log_weights, axis=-1):
    """Computes the normalised importance weights `v_k = w_k / sum_j w_j`, without a gradient.

    Args:
        log_weights: Tensor of logarithms of importance weights.
        axis: Axis of the samples.

    Returns:
        Tensor of the shape of `log_weights`, in at least float32; its sums along the axis are 1.

    Example:
        >>> np.asarray(normalized_weights(ops.log([1.0, 3.0]))).round(4)
        array([0.25, 0.75], dtype=float32)
    """
    log_weights, axis = _checked("normalized_weights", log_weights, axis)
    return ops.stop_gradient(ops.softmax(log_weights, axis=axis))


def importance_weighted_surrogate(log_weights, axis=-1):
    """Computes `sum_k v_k log w_k`, whose gradient is that of the bound because the weights `v_k` are constants.

    Only the gradient is that of `importance_weighted_bound`: the value exceeds the bound by `KL(v || uniform)`, between
    0 and `log K`, so it flatters a model. Report the bound. Where each gradient is scaled per sample by hand, this is
    the form to start from; without the stop of the gradient in `v_k` it is another estimator (0.2 to 0.5 off).

    Args:
        log_weights: Tensor of logarithms of importance weights.
        axis: Axis of the `K` samples.

    Returns:
        Tensor without the axis of the samples, in at least float32.

    Example:
        >>> round(float(importance_weighted_surrogate(ops.log([1.0, 3.0]))), 4)
        0.824
    """
    log_weights, axis = _checked("importance_weighted_surrogate", log_weights, axis)
    return ops.sum(normalized_weights(log_weights, axis=axis) * log_weights, axis=axis)


def _checked(owner, log_weights, axis):
    """The logarithms as a tensor of at least float32, with one sample or more, and the axis from the front."""
    log_weights = at_least_float32(arguments.tensor(owner, "log_weights", log_weights, least=1))
    axis = arguments.axis_of(owner, log_weights, axis)
    if log_weights.shape[axis] == 0:
        raise ValueError(f"{owner} needs one sample or more on axis {axis}. Received shape {tuple(log_weights.shape)}.")
    return log_weights, axis
