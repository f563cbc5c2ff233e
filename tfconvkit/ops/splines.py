"""Monotone rational-quadratic splines with an analytic inverse."""

import math

from keras import ops

from tfconvkit import backend
from tfconvkit.ops import arguments

# Of the range for a bin, and for a slope at a knot.
SMALLEST = 1e-2


def rational_quadratic(x, parameters, bound=3.0, inverse=False):
    """Applies a monotone rational-quadratic spline on `[-bound, bound]`, the identity outside, to each number.

    With knots `(x_k, y_k)` and slopes `d_k` at them (1 at both ends), bin slope `m = (y_{k+1} - y_k) / (x_{k+1} - x_k)`
    and `z = (x - x_k) / (x_{k+1} - x_k)`:

    `y = y_k + (y_{k+1} - y_k) (m z^2 + d_k z (1 - z)) / (m + (d_{k+1} + d_k - 2 m) z (1 - z))`.

    The inverse solves a quadratic equation in `z`. It divides the rounding of `y` by the slope: flat pieces cost it
    digits.

    Args:
        x: Tensor, float32 or float64.
        parameters: Tensor of the shape of `x` and one more axis of `3 * bins - 1` raw numbers: bin widths and bin
            heights (a softmax of each, at least 0.01 of the range), then the inner slopes (a softplus, at least
            0.01). Zeros give the identity.
        bound: Half the width of the range.
        inverse: Whether to invert.

    Returns:
        Pair of the result and the logarithm of its derivative, of the shape of `x`.

    Reference:
        Durkan et al., Neural Spline Flows, 2019 (https://arxiv.org/abs/1906.04032).

    Example:
        >>> y, log_slope = rational_quadratic(ops.ones((2, 3)), ops.zeros((2, 3, 23)))
        >>> y.shape, log_slope.shape
        (TensorShape([2, 3]), TensorShape([2, 3]))
    """
    x, parameters, bound = _checked(x, parameters, bound)
    inverse = arguments.flag("rational_quadratic", "inverse", inverse)
    bins = (parameters.shape[-1] + 1) // 3
    xs, widths = _knots(parameters[..., :bins], bound)
    ys, heights = _knots(parameters[..., bins : 2 * bins], bound)
    slopes = _slopes(parameters[..., 2 * bins :])
    is_inside = ops.logical_and(x >= -bound, x <= bound)
    inside = backend.clip(x, -bound, bound)
    index = ops.sum(ops.cast(inside[..., None] >= (ys if inverse else xs)[..., 1:], "int32"), axis=-1)
    chosen = ops.one_hot(index, bins, dtype=x.dtype)
    bin_values = [ops.sum(v * chosen, axis=-1) for v in (xs, ys, widths, heights, slopes[..., :-1], slopes[..., 1:])]
    y, log_slope = (_inverse_bin if inverse else _forward_bin)(inside, *bin_values)
    return ops.where(is_inside, y, x), ops.where(is_inside, log_slope, ops.zeros_like(x))


def _checked(x, parameters, bound):
    """Floats of one dtype, and the number of parameters of two bins or more with room for all of them."""
    owner = "rational_quadratic"
    x = arguments.tensor(owner, "x", x, kinds=arguments.FLOATS)
    parameters = arguments.tensor(owner, "parameters", parameters, axes=len(x.shape) + 1, kinds=arguments.FLOATS)
    count = parameters.shape[-1]
    if not arguments.are_alike(x.shape, parameters.shape[:-1]) or count % 3 != 2 or count > 3 / SMALLEST - 1:
        raise ValueError(f"{owner} expects parameters of the shape of x and one more axis of 3 * bins - 1 numbers, for "
                         f"up to {int(1 / SMALLEST)} bins. Received shapes {tuple(parameters.shape)} and "
                         f"{tuple(x.shape)}.")
    if ops.dtype(x) != ops.dtype(parameters):
        raise TypeError(f"{owner} expects x and parameters of one dtype. Received {ops.dtype(x)} and "
                        f"{ops.dtype(parameters)}. Cast one of them with keras.ops.cast.")
    return x, parameters, arguments.positive(owner, "bound", bound)


def _knots(raw, bound):
    """Returns the left ends of the bins and their widths."""
    bins = raw.shape[-1]
    widths = 2 * bound * (SMALLEST + (1 - SMALLEST * bins) * ops.softmax(raw, axis=-1))
    ends = backend.cumsum(widths, axis=-1) - bound
    starts = ops.concatenate([ops.full_like(ends[..., :1], -bound), ends[..., :-1]], axis=-1)
    return starts, ops.concatenate([ends[..., :-1], ops.full_like(ends[..., :1], bound)], axis=-1) - starts


def _slopes(raw):
    # softplus(offset) = 1 - SMALLEST: raw zeros mean slope 1.
    inner = SMALLEST + ops.softplus(raw + math.log(math.expm1(1 - SMALLEST)))
    one = ops.ones_like(inner[..., :1])
    return ops.concatenate([one, inner, one], axis=-1)


def _forward_bin(x, x_start, y_start, width, height, slope, next_slope):
    z = (x - x_start) / width
    mean = height / width
    quotient, log_slope = _curve(z, mean, slope, next_slope)
    return y_start + height * quotient, log_slope


def _inverse_bin(y, x_start, y_start, width, height, slope, next_slope):
    mean, rise = height / width, y - y_start
    bend = rise * (next_slope + slope - 2 * mean)
    a, b, c = height * (mean - slope) + bend, height * slope - bend, -mean * rise
    # Of the two roots the one in [0, 1], in the form without cancellation.
    z = 2 * c / (-b - ops.sqrt(backend.maximum(b * b - 4 * a * c, 0)))
    return x_start + z * width, -_curve(z, mean, slope, next_slope)[1]


def _curve(z, mean, slope, next_slope):
    """Returns the share of the height at the share `z` of the width, and the logarithm of dy/dx there."""
    product = z * (1 - z)
    below = mean + (next_slope + slope - 2 * mean) * product
    above = next_slope * z * z + 2 * mean * product + slope * (1 - z) * (1 - z)
    log_slope = 2 * ops.log(mean) + ops.log(above) - 2 * ops.log(below)
    return (mean * z * z + slope * product) / below, log_slope
