"""The penalty that keeps a critic's slope near 1."""

from keras import ops

from tfconvkit import backend
from tfconvkit.ops import arguments
from tfconvkit.ops.precision import at_least_float32


def gradient_penalty(critic, x, mask=None):
    """Computes `mean_n (||m * grad D(x_n)|| - 1)^2`, which keeps the slope of a Wasserstein critic near 1.

    The norm runs over all entries of a sample. To be differentiated with respect to the critic's weights.

    Args:
        critic: Maps `(batch, ...)` to scores; they are summed, so each may depend on its own sample only.
        x: Points between real and generated samples, `(batch, ...)`.
        mask: Tensor that broadcasts to `x`: entries of the gradient that count; None for all.

    Returns:
        Scalar tensor.

    Reference:
        Gulrajani et al., Improved Training of Wasserstein GANs, 2017 (https://arxiv.org/abs/1704.00028).

    Example:
        >>> float(losses.gradient_penalty(lambda x: 3 * x, np.ones((4, 1), "float32")))
        4.0
    """
    if not callable(critic) or isinstance(critic, type):
        raise TypeError(f"gradient_penalty expects critic as a function or model. Received {critic!r}.")
    x = arguments.tensor("gradient_penalty", "x", x, least=1, kinds=arguments.FLOATS)
    (slope,) = backend.vjp(lambda value: ops.sum(at_least_float32(critic(value))), [x], 1.0)
    squares = ops.square(at_least_float32(slope))
    if mask is not None:
        squares = squares * ops.cast(_checked_mask(mask, squares), squares.dtype)
    # The root has no derivative at 0, where a saturated critic stands.
    total = backend.maximum(ops.sum(squares, axis=tuple(range(1, len(squares.shape)))), 1e-12)
    return backend.mean(ops.square(ops.sqrt(total) - 1))


def _checked_mask(mask, x):
    mask = arguments.tensor("gradient_penalty", "mask", mask)
    shapes = tuple(mask.shape), tuple(x.shape)
    pairs = zip(shapes[0][::-1], shapes[1][::-1], strict=False)
    if len(shapes[0]) > len(shapes[1]) or any(a not in (None, 1, b) and b is not None for a, b in pairs):
        raise ValueError(f"gradient_penalty expects a mask that broadcasts to x, {shapes[1]}. Received {shapes[0]}.")
    return mask
