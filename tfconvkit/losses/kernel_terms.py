"""What is known of a blur kernel before an image is seen, as terms to add to a loss."""

import numpy as np
from keras import ops

from tfconvkit import backend
from tfconvkit.ops import arguments
from tfconvkit.ops.blur_kernels import scale_centre
from tfconvkit.ops.precision import at_least_float32

# Of the boundaries: what the mask would tend to far outside.
_PENALTY = 30.0


def sum_to_one(kernel):
    """Computes `|1 - sum_uv k[u, v]|`: a blur keeps the brightness.

    Args:
        kernel: Tensor `(height, width)`, or with further axes of 1 such as the kernel of a `Conv2D`.

    Returns:
        Scalar tensor.

    Reference:
        Bell-Kligler et al., Blind Super-Resolution Kernel Estimation using an Internal-GAN, 2019
        (https://arxiv.org/abs/1909.06581).

    Example:
        >>> float(losses.sum_to_one(np.full((5, 5), 0.1)))
        1.5
    """
    return ops.abs(1 - ops.sum(_plane(kernel)))


def boundaries(kernel):
    """Computes `mean_uv |k[u, v] m[u, v]|` with a mask that grows towards the border: kernels fade out there.

    `m[u, v] = 30 (1 - exp(-(p^2 + q^2) / (2 K^2)))` with the distances `p = u - K // 2`, `q = v - K // 2`, and 0 in
    the middle, for `n <= u, v < K - n` with `n = (K - ceil(K / 2)) // 2 - 1`. Up to `K = 7` all of it is middle.

    Args:
        kernel: As in `sum_to_one`, square.

    Returns, Reference:
        As in `sum_to_one`.

    Raises:
        ValueError: if the kernel is not square.

    Example:
        >>> [round(float(losses.boundaries(np.ones((size, size)))), 3) for size in (7, 9)]
        [0.0, 1.468]
    """
    k = _plane(kernel)
    return backend.mean(ops.abs(k * ops.convert_to_tensor(_boundary_mask(k.shape), k.dtype)))


def _boundary_mask(shape):
    size = shape[0]
    if size != shape[1]:
        raise ValueError(f"boundaries expects a square kernel. Received shape {tuple(shape)}. Pad it by zeros.")
    margin = max((size - (size + 1) // 2) // 2 - 1, 0)
    falloff = np.exp(-((np.arange(size) - size // 2) ** 2) / (2 * size**2))
    mask = _PENALTY * (1 - np.outer(falloff, falloff))
    mask[margin : size - margin, margin : size - margin] = 0
    return mask


def centralized(kernel, scale=2):
    """Computes `mean_a (c_a - w_a)^2` over both axes `a`: the centre of mass `c` is where one of this scale belongs.

    `c = sum_p p k[p] / sum_p k[p]` and `w = K // 2 + (S - K % 2) / 2`. A kernel whose sum is 0 has no centre: NaN.

    Args:
        kernel: As in `sum_to_one`.
        scale: `S`, how many times smaller the image becomes.

    Returns, Reference:
        As in `sum_to_one`.

    Example:
        >>> float(losses.centralized(np.ones((4, 4)), scale=3))
        2.25
    """
    k = _plane(kernel)
    wanted = scale_centre(tuple(k.shape), arguments.positive("centralized", "scale", scale))
    totals = [ops.sum(ops.sum(k, axis=1 - axis) * ops.arange(k.shape[axis], dtype=k.dtype)) for axis in (0, 1)]
    errors = [total / ops.sum(k) - float(w) for total, w in zip(totals, wanted, strict=True)]
    return (ops.square(errors[0]) + ops.square(errors[1])) / 2


def sparse(kernel, power=0.2):
    """Computes `mean_uv |k[u, v]|^power`: few cells are large rather than many small.

    Args:
        kernel: As in `sum_to_one`.
        power: Positive number below 1. The slope at 0 is infinite: cells below 1e-10 have none.

    Returns, Reference:
        As in `sum_to_one`.

    Example:
        >>> float(losses.sparse(np.eye(2)))
        0.505
    """
    # Not ops.power, which rounds the number to float32 on PyTorch.
    power = arguments.positive("sparse", "power", power)
    return backend.mean(backend.maximum(ops.abs(_plane(kernel)), 1e-10) ** power)


def _plane(kernel):
    """Returns the kernel as `(height, width)` of at least float32."""
    k = at_least_float32(arguments.tensor("Terms of a blur kernel", "kernel", kernel))
    if len(k.shape) < 2 or any(size != 1 for size in k.shape[2:]) or 0 in tuple(k.shape):
        raise ValueError(
            "Terms of a blur kernel expect it as (height, width), or (height, width, 1, 1) as in a convolution. "
            f"Received shape {tuple(k.shape)}."
        )
    return ops.reshape(k, k.shape[:2])
