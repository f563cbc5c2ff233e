"""The image resizing of KernelGAN, with its treatment of the upper and the left border."""

import numpy as np
from keras import ops

from tfconvkit.compat.kernelgan.kernels import kernel_shift
from tfconvkit.ops import resize

# The original keeps its quotients from 0 / 0 by this number, which at a distance of 0 alone is right.
_EPSILON = float(np.finfo("float32").eps)


def _lanczos(lobes):
    def weight(x):
        product = np.sin(np.pi * x) * np.sin(np.pi * x / lobes)
        return (product + _EPSILON) / (np.pi**2 * x**2 / lobes + _EPSILON) * (np.abs(x) < lobes)

    return weight, 2 * lobes


INTERPOLATIONS = {"lanczos2": _lanczos(2), "lanczos3": _lanczos(3)}


def imresize(im, scale_factor=None, output_shape=None, kernel=None, antialiasing=True, kernel_shift_flag=False):
    """Resizes an image by interpolation, or blurs it with a kernel and takes pixels.

    As `tfconvkit.ops.resize.imresize`, but for its named kernels: taps beyond the upper and the left border count
    nothing and the others make up for them, while the image continues as its mirror image beyond the lower and the
    right border; Lanczos weights are off by up to 1e-7.

    Args:
        im: Array `(height, width, channels)`.
        scale_factor: New size over the old one, a number or one for each axis; the new size is rounded up.
        output_shape: New `(height, width)`; decides the scale if there is no `scale_factor`.
        kernel: `"cubic"`, `"lanczos2"`, `"lanczos3"`, `"linear"`, `"box"`, None for `"cubic"`, or an array `(k, k)`.
        antialiasing: Whether named kernels are stretched when the image shrinks.
        kernel_shift_flag: Whether an array is moved by `kernel_shift(kernel, 1 / scale_factor)` first.

    Returns:
        Array; with an array as kernel float32 stays float32, otherwise it is float64.

    Raises:
        ValueError: as `tfconvkit.ops.resize.imresize`.

    Example:
        >>> imresize(np.ones((20, 24, 3)), 0.5).shape
        (10, 12, 3)
    """
    im = np.asarray(im)
    kernel = "cubic" if kernel is None else kernel
    # A given shape does not change a given scale.
    output_shape = output_shape if scale_factor is None else None
    if not isinstance(kernel, str):
        if kernel_shift_flag:
            scales, _ = resize.resized_grid(im.shape, scale_factor, output_shape)
            kernel = kernel_shift(kernel, 1 / np.asarray(scales))
        return ops.convert_to_numpy(resize.imresize(im, scale_factor, output_shape, kernel))
    scales, sizes = resize.resized_grid(im.shape, scale_factor, output_shape)
    x = ops.convert_to_tensor(im.astype("float64"))
    for axis in (0, 1):
        kind = INTERPOLATIONS.get(kernel, kernel)
        positions, weights = resize.taps(im.shape[axis], sizes[axis], scales[axis], kind, antialiasing)
        weights = np.where(positions < 0, 0, weights)
        weights /= weights.sum(axis=1, keepdims=True)
        x = resize.resampled(x, resize.mirrored(positions, im.shape[axis]), weights, axis)
    return ops.convert_to_numpy(x)
