"""What KernelGAN does to a kernel after its training, and the masks of its losses."""

import numpy as np

from tfconvkit.ops import blur_kernels


def zeroize_negligible_val(k, n):
    """Subtracts three quarters of the value after the `n` largest, cuts off what is negative, and sums to 1.

    Not only the negligible values change, as the name says: this is a soft threshold, `ops.blur_kernels.denoised`.

    Args:
        k: Array `(height, width)`.
        n: How many values stay above the threshold for certain.

    Returns:
        Array of the dtype of `k`.

    Raises:
        ValueError: as `ops.blur_kernels.denoised`.

    Example:
        >>> round(float(zeroize_negligible_val(np.array([[4.0, 0.5], [0.5, 1.0]]), 1).max()), 3)
        0.929
    """
    return blur_kernels.denoised(k, n).astype(np.asarray(k).dtype)


def kernel_shift(kernel, sf):
    """Pads a kernel and moves its centre of mass to `K // 2 + (sf - K % 2) / 2` of the kernel before the padding.

    The kernel grows, from 13 to 17 for an offset of up to 1, and the place for even `K` is half a cell from where it
    belongs. `ops.blur_kernels.centred` crops, and `scale_centre` is right for both.

    Args:
        kernel: Array `(K, K)`.
        sf: How many times smaller the image becomes, a number or one for each axis.

    Returns:
        Larger array of the dtype of `kernel`.

    Example:
        >>> kernel_shift(np.eye(13), 2).shape
        (17, 17)
    """
    kernel = np.asarray(kernel)
    shape = np.array(kernel.shape)
    centre = shape // 2 + 0.5 * (np.asarray(sf) - shape % 2)
    return blur_kernels.centred(kernel, centre, crop=False).astype(kernel.dtype)


def post_process_k(k, n):
    """Cleans an estimated kernel: `kernel_shift(zeroize_negligible_val(k, n), 2)`.

    Args:
        k: Array `(13, 13)`.
        n: As in `zeroize_negligible_val`.

    Returns:
        Larger array: the original did not crop it again.

    Example:
        >>> post_process_k(np.outer(np.hanning(13), np.hanning(13)), 40).shape
        (17, 17)
    """
    return kernel_shift(zeroize_negligible_val(k, n), 2)


def analytic_kernel(k):
    """Computes the kernel of scale 4 from that of scale 2, `ops.blur_kernels.squared_scale`.

    Args:
        k: Array `(K, K)`.

    Returns:
        Array, 25 for 13 and 33 for 17 on each side.

    Example:
        >>> analytic_kernel(np.eye(13)).shape
        (25, 25)
    """
    return blur_kernels.squared_scale(k)


def create_gaussian(size, sigma1, sigma2=-1):
    """Computes `g1(u) g2(v)` at integers, `g(t) = exp(-t^2 / (2 sigma^2)) / (sqrt(2 pi) sigma)`; its sum is below 1.

    Args:
        size: `K`, odd or even; `u` and `v` run from `-((K - 1) // 2)` to `K // 2`.
        sigma1: Width in rows.
        sigma2: Width in columns, -1 for the same.

    Returns:
        Array `(K, K)`.

    Example:
        >>> round(float(create_gaussian(3, 1.0).sum()), 3)
        0.779
    """
    t = np.arange(size) - (size - 1) // 2
    sigmas = (sigma1, sigma1 if sigma2 == -1 else sigma2)
    return np.outer(*(np.exp(-(t**2) / (2 * sigma**2)) / (np.sqrt(2 * np.pi) * sigma) for sigma in sigmas))


def create_penalty_mask(k_size, penalty_scale):
    """Computes `penalty_scale * (1 - g / max g)` with a Gaussian of width `K`, 0 in the middle.

    Args:
        k_size: `K`.
        penalty_scale: Its largest possible value.

    Returns:
        Array `(K, K)`, 0 for `m <= u, v < K - m` with `m = (K - ceil(K / 2)) // 2 - 1`.

    Example:
        >>> create_penalty_mask(9, 30)[4].round(2)
        array([2.82, 0.  , 0.  , 0.  , 0.  , 0.  , 0.  , 0.  , 2.82])
    """
    gaussian = create_gaussian(k_size, k_size)
    mask = penalty_scale * (1 - gaussian / gaussian.max())
    margin = (k_size - (k_size + 1) // 2) // 2 - 1
    mask[margin : k_size - margin, margin : k_size - margin] = 0
    return mask
