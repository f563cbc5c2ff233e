"""Single kernels: those of depthwise, grouped and dilated convolutions made plain, the flip, the identity."""

import numpy as np
from keras import ops

from tfconvkit.ops import arguments

DTYPES = ("bfloat16", "float16", "float32", "float64")


def depthwise(kernel):
    """Reorders the kernel of a depthwise convolution to that of a grouped one, with `groups = channels`.

    Args:
        kernel: `(*kernel_size, channels, depth_multiplier)`, as in `keras.layers.DepthwiseConv2D`.

    Returns:
        Tensor `(*kernel_size, 1, channels * depth_multiplier)`, the multiplier fastest.

    Example:
        >>> depthwise(ops.ones((3, 3, 4, 2))).shape
        TensorShape([3, 3, 1, 8])
    """
    kernel = checked("depthwise", kernel)
    return ops.reshape(kernel, (*size_of(kernel), 1, -1))


def ungroup(kernel, groups):
    """Writes the zeros between the groups into the kernel of a grouped convolution.

    Args:
        kernel: `(*kernel_size, channels / groups, filters)`.
        groups: Number of channel groups.

    Returns:
        Tensor `(*kernel_size, channels, filters)`.

    Example:
        >>> ungroup(ops.ones((1, 1, 1, 2)), groups=2)[0, 0]
        <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
        array([[1., 0.],
               [0., 1.]], dtype=float32)>
    """
    kernel, groups = checked("ungroup", kernel), arguments.integer("ungroup", "groups", groups, least=1)
    if groups == 1:
        return kernel
    channels, filters = (int(size) for size in kernel.shape[-2:])
    if filters % groups:
        raise ValueError(f"ungroup expects groups that divide the filters. Received groups={groups} and a kernel of "
                         f"shape {tuple(kernel.shape)}, (*kernel_size, channels / groups, filters).")
    mask = np.kron(np.eye(groups), np.ones((channels, filters // groups)))
    repeated = ops.tile(kernel, (*(1 for _ in size_of(kernel)), groups, 1))
    return ops.multiply(repeated, ops.convert_to_tensor(mask, dtype=kernel.dtype))


def dilate(kernel, dilation_rate):
    """Writes the zeros of a dilation into a kernel: its taps stand `dilation_rate` apart.

    Args:
        kernel: `(*kernel_size, channels, filters)`.
        dilation_rate: Integer, or one per axis.

    Returns:
        Tensor `(*((kernel_size - 1) * dilation_rate + 1), channels, filters)`.

    Example:
        >>> dilate(ops.ones((3, 3, 2, 5)), 2).shape
        TensorShape([5, 5, 2, 5])
    """
    kernel = checked("dilate", kernel)
    rates = arguments.integers("dilate", "dilation_rate", dilation_rate, len(kernel.shape) - 2, least=1)
    for axis, rate in enumerate(rates):
        if rate > 1:
            kernel = _dilated_axis(kernel, axis, rate)
    return kernel


def flip(kernel):
    """Reverses the taps along every axis: the kernel of a correlation becomes that of a convolution, and back.

    Args:
        kernel: `(*kernel_size, channels, filters)`.

    Example:
        >>> flip(ops.reshape(ops.arange(3.0), (3, 1, 1)))[:, 0, 0]
        <tf.Tensor: shape=(3,), dtype=float32, numpy=array([2., 1., 0.], dtype=float32)>
    """
    kernel = checked("flip", kernel)
    # One axis at a time: Keras 3.8 takes no more.
    for axis in range(len(kernel.shape) - 2):
        kernel = ops.flip(kernel, axis=axis)
    return kernel


def delta(kernel_size, channels, anchor=None, dtype="float32"):
    """Makes the kernel that changes nothing: one at the anchor from each channel to itself, zero elsewhere.

    Args:
        kernel_size: Integers per axis.
        channels: Number of channels and of filters.
        anchor: Integers per axis; by default `(kernel_size - 1) // 2`.
        dtype: Name of the dtype.

    Returns:
        Tensor `(*kernel_size, channels, channels)`.

    Example:
        >>> delta((2, 3), 4).shape
        TensorShape([2, 3, 4, 4])
    """
    kernel_size = arguments.integers("delta", "kernel_size", kernel_size, least=1)
    channels = arguments.integer("delta", "channels", channels, least=1)
    anchor = [(k - 1) // 2 for k in kernel_size] if anchor is None else anchor
    anchor = arguments.integers("delta", "anchor", anchor, len(kernel_size), least=0)
    if any(a >= k for a, k in zip(anchor, kernel_size, strict=True)):
        raise ValueError(f"delta expects an anchor inside the kernel. Received anchor={anchor} for {kernel_size}.")
    arguments.one_of("delta", "dtype", dtype, DTYPES)
    kernel = np.zeros((*kernel_size, channels, channels))
    kernel[anchor] = np.eye(channels)
    return ops.convert_to_tensor(kernel, dtype=dtype)


def checked(owner, kernel):
    """Returns a kernel `(*kernel_size, channels, filters)` as a tensor, after checking its axes and numbers.

    Args:
        owner: Name of the function, for the message.
        kernel: Tensor or array.
    """
    kernel = arguments.tensor(owner, "kernel", kernel, axes=(3, 4, 5), kinds=arguments.NUMBERS)
    if kernel.shape[0] == 0:
        raise ValueError(f"{owner} expects a kernel with one tap or more. Received shape {tuple(kernel.shape)}, which "
                         f"must not be empty.")
    return kernel


def size_of(kernel):
    """Returns the kernel size as a tuple of integers.

    Args:
        kernel: `(*kernel_size, channels, filters)`.
    """
    return tuple(int(k) for k in kernel.shape[:-2])


def per_axis(value, rank):
    """Returns a tuple of `rank` integers from an integer or a sequence."""
    return tuple(value) if isinstance(value, tuple | list) else (value,) * rank


def _dilated_axis(kernel, axis, rate):
    shape = [int(size) for size in kernel.shape]
    pads = [(0, 0)] * (len(shape) + 1)
    pads[axis + 1] = (0, rate - 1)
    spread = ops.pad(ops.expand_dims(kernel, axis + 1), pads)
    shape[axis] *= rate
    behind_last_tap = slice(None, shape[axis] - rate + 1)
    return ops.reshape(spread, shape)[(*[slice(None)] * axis, behind_last_tap)]
