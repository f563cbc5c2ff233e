"""Float64 references in NumPy for the layers of TensorFlow 1: loops over the taps of a kernel."""

import itertools

import numpy as np


def padded(x, kernel_size, strides, dilation, padding, value=0.0):
    """Pads the grid as TensorFlow's SAME does, the odd cell at the end; VALID pads nothing."""
    widths = [(0, 0)]
    for size, k, s, d in zip(x.shape[1:-1], kernel_size, strides, dilation, strict=True):
        total = max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0) if padding == "same" else 0
        widths.append((total // 2, total - total // 2))
    return np.pad(x, [*widths, (0, 0)], constant_values=value)


def windows(x, kernel_size, strides, dilation):
    """Yields each cell of the kernel with the part of the padded grid that it meets."""
    outputs = [(size - (k - 1) * d - 1) // s + 1
               for size, k, s, d in zip(x.shape[1:-1], kernel_size, strides, dilation, strict=True)]
    for cell in itertools.product(*map(range, kernel_size)):
        part = tuple(slice(c * d, c * d + (o - 1) * s + 1, s)
                     for c, d, o, s in zip(cell, dilation, outputs, strides, strict=True))
        yield cell, (slice(None), *part)


def convolution(x, kernel, strides, dilation, padding):
    """Correlates `(batch, *grid, channels)` with `(*kernel_size, channels, filters)`."""
    x = padded(x, kernel.shape[:-2], strides, dilation, padding)
    return sum(x[part] @ kernel[cell] for cell, part in windows(x, kernel.shape[:-2], strides, dilation))


def depthwise(x, kernel, strides, dilation, padding):
    """Correlates every channel with its own kernels `(*kernel_size, channels, multiplier)`, multiplier fastest."""
    x = padded(x, kernel.shape[:-2], strides, dilation, padding)
    y = sum(x[part][..., None] * kernel[cell] for cell, part in windows(x, kernel.shape[:-2], strides, dilation))
    return y.reshape(*y.shape[:-2], -1)


def transpose(y, kernel, strides, padding, shape):
    """The transpose of `convolution` for inputs of a shape: `<convolution(x), y> = <x, transpose(y)>`."""
    ones = (1,) * len(strides)
    before = [(0, 0), *([(0, 0)] * len(strides)), (0, 0)]
    template = padded(np.zeros((y.shape[0], *shape, kernel.shape[-2])), kernel.shape[:-2], strides, ones, padding)
    for axis, (full, size) in enumerate(zip(template.shape[1:-1], shape, strict=True), 1):
        before[axis] = ((full - size) // 2, size)
    for cell, part in windows(template, kernel.shape[:-2], strides, ones):
        template[part] += y @ kernel[cell].T
    crop = tuple(slice(start, start + size) for start, size in before[1:-1])
    return template[(slice(None), *crop)]


def pooled(x, kernel_size, strides, padding, kind):
    """Takes the maximum or the mean of windows; the mean counts only cells inside the grid."""
    ones = (1,) * len(strides)
    inside = padded(np.ones_like(x), kernel_size, strides, ones, padding)
    x = padded(x, kernel_size, strides, ones, padding, value=-np.inf if kind == "max" else 0.0)
    parts = [part for _, part in windows(x, kernel_size, strides, ones)]
    if kind == "max":
        return np.max([x[part] for part in parts], axis=0)
    return sum(x[part] for part in parts) / sum(inside[part] for part in parts)


def sizes(value, rank):
    """Returns one integer per axis."""
    return (value,) * rank if isinstance(value, int) else tuple(value)
