"""Single kernels: those of depthwise, grouped and dilated convolutions made plain, the flip, the identity."""

import numpy as np
from keras import ops


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
    kernel = ops.convert_to_tensor(kernel)
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
    kernel = ops.convert_to_tensor(kernel)
    if groups == 1:
        return kernel
    channels, filters = (int(size) for size in kernel.shape[-2:])
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
    kernel = ops.convert_to_tensor(kernel)
    for axis, rate in enumerate(per_axis(dilation_rate, len(kernel.shape) - 2)):
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
    kernel = ops.convert_to_tensor(kernel)
    return ops.flip(kernel, axis=tuple(range(len(kernel.shape) - 2)))


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
    anchor = tuple((k - 1) // 2 for k in kernel_size) if anchor is None else tuple(anchor)
    kernel = np.zeros((*kernel_size, channels, channels))
    kernel[anchor] = np.eye(channels)
    return ops.convert_to_tensor(kernel, dtype=dtype)


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
