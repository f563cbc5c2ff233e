"""Resizing of images by interpolation or with a blur kernel of one's own, differentiable."""

import math

import numpy as np
from keras import ops

from tfconvkit import backend
from tfconvkit.ops import arguments
from tfconvkit.ops.precision import at_least_float32


def _cubic(x):
    x = np.abs(x)
    return np.where(x <= 1, 1.5 * x**3 - 2.5 * x**2 + 1, np.where(x <= 2, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2, 0))


# Per name: the function of the distance in pixels, and the width outside of which it is 0.
_INTERPOLATIONS = {
    "cubic": (_cubic, 4),
    "lanczos2": (lambda x: np.sinc(x) * np.sinc(x / 2) * (np.abs(x) < 2), 4),
    "lanczos3": (lambda x: np.sinc(x) * np.sinc(x / 3) * (np.abs(x) < 3), 6),
    "linear": (lambda x: np.maximum(1 - np.abs(x), 0), 2),
    "box": (lambda x: ((-0.5 <= x) & (x < 0.5)).astype("float64"), 1),
}


def imresize(image, scale=None, output_shape=None, kernel="cubic", antialias=True):
    """Resizes images by interpolation, as MATLAB's `imresize` does, or blurs and samples them with a kernel.

    Named kernels, on each axis: `y[i] = sum_j w(t_i - j) x[j] / sum_j w(t_i - j)` at
    `t_i = (i + 0.5) / scale - 0.5`; for `scale < 1` and `antialias` the function `w` is stretched by `1 / scale`.

    An array `k` of its own: `y[i, j] = sum_{u, v} k[u, v] x[r_i + u - K // 2, c_j + v - K // 2]` (correlation; for an
    even `K` there is one pixel more before than behind) at the rows `r_i = round(i (N - 1/scale) / (M - 1))`, from `0`
    to `N - 1/scale`, and columns alike: every `1/scale`-th pixel, if that divides `N`. Neither normalised nor shifted.

    Beyond all four borders the image continues as its mirror image, `c b a | a b c | c b a`.

    Args:
        image: Tensor `(batch, height, width, channels)` or `(height, width, channels)`; height and width are known.
        scale: New size over the old one: a number, or one for each axis. The new size is `ceil(N * scale)`.
        output_shape: New `(height, width)`, instead of the scale.
        kernel: `"cubic"`, `"lanczos2"`, `"lanczos3"`, `"linear"` or `"box"`, or an array `(K_h, K_w)` of numbers.
        antialias: Whether named kernels are stretched when the image shrinks; an array is taken as it is.

    Output shape:
        As the image, with the new height and width; float32 for integers, else the image's dtype.

    Raises:
        ValueError: for another rank, an unknown kernel, sizes that are unknown or not positive, both or none of scale
            and output_shape, or an array with a scale above 1.

    Reference:
        Keys, Cubic Convolution Interpolation for Digital Image Processing, 1981
        (https://doi.org/10.1109/TASSP.1981.1163711).

    Example:
        >>> imresize(ops.ones((1, 20, 24, 3)), scale=0.5).shape
        TensorShape([1, 10, 12, 3])
    """
    image = arguments.tensor("imresize", "image", image)
    scales, sizes = resized_grid(image.shape, scale, output_shape)
    x = at_least_float32(image if len(image.shape) == 4 else ops.expand_dims(image, 0))
    antialias = arguments.flag("imresize", "antialias", antialias)
    if isinstance(kernel, str):
        for axis in (0, 1):
            positions, weights = taps(x.shape[axis + 1], sizes[axis], scales[axis], kernel, antialias)
            x = resampled(x, mirrored(positions, x.shape[axis + 1]), weights, axis + 1)
    else:
        x = _blurred_samples(x, _check_array(kernel, scales), scales, sizes)
    x = x if len(image.shape) == 4 else ops.squeeze(x, 0)
    return ops.cast(x, image.dtype) if "float" in ops.dtype(image) else x


def resized_grid(shape, scale, output_shape):
    """Returns two pairs, the scales and the new sizes of both axes, from one of the arguments of `imresize`.

    Args:
        shape: Shape of the image, `(..., height, width, channels)`.
        scale, output_shape: As in `imresize`.

    Example:
        >>> resized_grid((7, 10, 3), 0.5, None)
        ((0.5, 0.5), (4, 5))
    """
    shape = arguments.listed(shape)
    grid = shape[-3:-1]
    if len(shape) not in (3, 4) or not all(map(arguments.is_positive_integer, grid)):
        raise ValueError(
            "imresize expects (batch, height, width, channels) or (height, width, channels) with known height and "
            f"width. Received shape {shape}."
        )
    if (scale is None) == (output_shape is None):
        raise ValueError(
            f"imresize expects either scale or output_shape. Received scale={scale}, output_shape={output_shape}."
        )
    if scale is None:
        sizes = (output_shape,) * 2 if arguments.is_integer(output_shape) else arguments.listed(output_shape)
        are_valid = len(sizes) == 2 and all(map(arguments.is_positive_integer, sizes))
    else:
        scales = (scale, scale) if arguments.is_number(scale) else arguments.listed(scale)
        are_valid = len(scales) == 2 and all(arguments.is_number(each) and each > 0 for each in scales)
    if not are_valid:
        raise ValueError(f"imresize expects new sizes from 1 on. Received scale={scale!r}, "
                         f"output_shape={output_shape!r}. Give one finite number above 0 or two.")
    if scale is None:
        sizes = tuple(map(int, sizes))
        scales = tuple(new / old for new, old in zip(sizes, grid, strict=True))
    else:
        scales = tuple(map(float, scales))
        sizes = tuple(math.ceil(old * each) for old, each in zip(grid, scales, strict=True))
    return scales, sizes


def taps(size, new_size, scale, kernel="cubic", antialias=True):
    """Returns which pixels of an axis each new pixel is made of, and their weights, which sum to 1.

    Args:
        size, new_size: Old and new number of pixels.
        scale: New size over the old one.
        kernel: Name of an interpolation, see `imresize`, or a pair: the function of the distance, and its width.
        antialias: Whether to stretch the kernel when the image shrinks.

    Returns:
        Two arrays `(new_size, taps)`: integer positions, which may lie outside of `0 ... size - 1`, and weights.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> positions, weights = taps(4, 2, 0.5, "box")
        >>> positions[:, weights[0] > 0]
        array([[0, 1],
               [2, 3]])
    """
    size, new_size = (arguments.integer("taps", "size", each, least=1) for each in (size, new_size))
    scale, antialias = arguments.positive("taps", "scale", scale), arguments.flag("taps", "antialias", antialias)
    if not _is_pair(kernel) and (not isinstance(kernel, str) or kernel not in _INTERPOLATIONS):
        expected = ", ".join(f'"{name}"' for name in _INTERPOLATIONS)
        raise ValueError(f"imresize expects kernel as an array or one of {expected}. Received kernel={kernel!r}.")
    weight, width = _INTERPOLATIONS[kernel] if isinstance(kernel, str) else kernel
    stretch = min(scale, 1.0) if antialias else 1.0
    # Two taps more than the width: its ends may lie between pixels.
    centres = (np.arange(new_size) + 0.5) / scale - 0.5
    first = np.floor(centres - width / stretch / 2).astype("int64")
    positions = first[:, None] + np.arange(math.ceil(width / stretch) + 2)
    weights = weight(stretch * (centres[:, None] - positions))
    return positions, weights / weights.sum(axis=1, keepdims=True)


def _is_pair(kernel):
    """Whether a kernel is a function with its width."""
    is_pair = isinstance(kernel, (tuple, list)) and len(kernel) == 2
    return is_pair and callable(kernel[0]) and arguments.is_number(kernel[1]) and kernel[1] > 0


def mirrored(positions, size):
    """Returns the pixels that stand at positions of an image continued by its mirror image, `c b a | a b c | c b a`.

    Args:
        positions: Array of integers.
        size: Number of pixels of the axis.

    Example:
        >>> mirrored(np.arange(-3, 6), 3)
        array([2, 1, 0, 0, 1, 2, 2, 1, 0])
    """
    positions, size = _positions("mirrored", positions), arguments.integer("mirrored", "size", size, least=1)
    wrapped = np.mod(positions, 2 * size)
    return np.minimum(wrapped, 2 * size - 1 - wrapped)


def resampled(x, indices, weights, axis):
    """Computes weighted sums of pixels along one axis: `y[i] = sum_t weights[i, t] x[indices[i, t]]`.

    Args:
        x: Tensor.
        indices, weights: Arrays `(new_size, taps)`.
        axis: The axis of `x`, counted from the front.

    Output shape:
        As `x` with `new_size` on the axis, in at least float32.

    Example:
        >>> np.asarray(resampled(ops.arange(4.0), np.array([[0, 1], [2, 3]]), np.array([[0.5, 0.5], [0, 1]]), 0))
        array([0.5, 3. ], dtype=float32)
    """
    x = at_least_float32(arguments.tensor("resampled", "x", x, least=1))
    axis = arguments.axis_of("resampled", x, axis)
    indices, weights = _positions("resampled", indices), arguments.array("resampled", "weights", weights, axes=2)
    size = x.shape[axis]
    is_inside = indices.size and indices.min() >= 0 and (size is None or indices.max() < size)
    if indices.ndim != 2 or weights.shape != indices.shape or not is_inside:
        raise ValueError(f"resampled expects indices below {size} and as many weights, (new_size, taps). "
                         f"Received shapes {indices.shape} and {weights.shape}. Use mirrored(positions, size) first.")
    shape = (-1,) + (1,) * (len(x.shape) - axis - 1)
    parts = [ops.take(x, index, axis=axis) * ops.convert_to_tensor(weight.reshape(shape), x.dtype)
             for index, weight in zip(indices.T, weights.T, strict=True) if weight.any()]
    return sum(parts[1:], parts[0]) if parts else 0 * ops.take(x, indices[:, 0], axis=axis)


def _positions(owner, positions):
    """An array of integers."""
    dtype = arguments.dtype_name(positions)
    if "int" not in dtype:
        raise TypeError(f"{owner} expects positions as an array of integers. Received {dtype}. Round them first.")
    return np.asarray(positions).astype("int64")


def _check_array(kernel, scales):
    kernel = arguments.tensor("imresize", "kernel", kernel)
    if len(kernel.shape) != 2 or max(scales) > 1 or 0 in tuple(kernel.shape):
        raise ValueError(
            "imresize expects a kernel of numbers as an array (height, width) with a scale of at most 1. Received "
            f'shape {tuple(kernel.shape)}, scale {scales}. To enlarge, name an interpolation such as "cubic".'
        )
    return kernel


def _blurred_samples(x, kernel, scales, sizes):
    """Correlates every plane with the kernel and picks pixels of the result."""
    batch, channels = ops.shape(x)[0], x.shape[-1]
    # Planes as batch, so that they share the kernel: (batch, channels, height, width) in between.
    planes = ops.reshape(ops.transpose(x, (0, 3, 1, 2)), (batch * channels, *x.shape[1:3], 1))
    picks, strides = zip(*map(_sample_rows, x.shape[1:3], sizes, scales), strict=True)
    for axis in (0, 1):
        size, extent = x.shape[axis + 1], kernel.shape[axis]
        positions = np.arange(size + extent - 1) - extent // 2
        planes = ops.take(planes, mirrored(positions, size), axis=axis + 1)
    strides = strides if strides[0] == strides[1] else (1, 1)
    planes = backend.conv(planes, ops.cast(kernel, x.dtype)[..., None, None], strides, "valid", "channels_last")
    for axis in (0, 1):
        planes = ops.take(planes, picks[axis] // strides[axis], axis=axis + 1)
    return ops.transpose(ops.reshape(planes, (batch, channels, *sizes)), (0, 2, 3, 1))


def _sample_rows(size, new_size, scale):
    """Returns the sampled pixels of an axis, and the largest number that divides all of them."""
    rows = np.round(np.linspace(0, size - 1 / scale, new_size)).astype("int64")
    return rows, max(int(np.gcd.reduce(rows)), 1)
