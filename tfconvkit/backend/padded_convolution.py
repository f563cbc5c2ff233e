"""The convolution of a padded grid, on TensorFlow with gradients that do no work on the padding."""

import functools

import keras
from keras import ops

from tfconvkit.backend.convolutions import add_bias, conv
from tfconvkit.backend.differentiation import custom_vjp


def padded_conv(x, kernel, pads, bias=None, dilation_rate=1, data_format="channels_last"):
    """Convolves a padded grid at strides of 1: `y[n, i] = bias + sum_u x[n, i + d u - before] kernel[u]`.

    For a cotangent `v` of `y` the gradients are `dx[n, j] = sum_u v[n, j + before - u] kernel[u]^T`, the convolution
    with the turned kernel, and `dkernel[u] = sum_{n, j} x[n, j]^T v[n, j + before - u]`. Written like this both have
    the size of `x`. Left to itself TensorFlow finds gradients of the padded grid and cuts them off, and without XLA its
    convolutions are faster than the operation for their gradient.

    Args:
        x: `(batch, *grid, channels)`, or channels first.
        kernel: `(*size, channels, filters)`.
        pads: `(before, behind)` for every grid axis, from 0 to `size - 1`.
        bias: `(filters,)` or None.
        dilation_rate: `d`, an integer, or one per grid axis.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        Tensor of grid `grid + before + behind - d (size - 1)`.

    Example:
        >>> padded_conv(ops.ones((1, 8, 8, 3)), ops.ones((2, 2, 3, 5)), [(1, 1), (1, 1)]).shape
        TensorShape([1, 9, 9, 5])
    """
    is_last, rank = data_format == "channels_last", len(pads)
    is_dilated = (dilation_rate if isinstance(dilation_rate, int) else max(dilation_rate)) > 1
    if keras.backend.backend() == "tensorflow" and is_last and not is_dilated and rank > 1 and 0 not in x.shape:
        return _on_tensorflow(x, kernel, pads, bias)
    around = [(0, 0), *pads, (0, 0)] if is_last else [(0, 0), (0, 0), *pads]
    y = conv(ops.pad(x, around), kernel, padding="valid", dilation_rate=dilation_rate, data_format=data_format)
    return y if bias is None else add_bias(y, bias, data_format)


# Said although they are the defaults: forward-mode differentiation of volumes asks for them (2.21).
_LAYOUTS = {2: "NHWC", 3: "NDHWC"}


def _on_tensorflow(x, kernel, pads, bias):
    import tensorflow as tf

    size = tuple(map(int, kernel.shape[:-2]))
    rest = [(k - 1 - before, k - 1 - behind) for k, (before, behind) in zip(size, pads, strict=True)]
    kernel_gradient = {2: tf.raw_ops.Conv2DBackpropFilter, 3: tf.raw_ops.Conv3DBackpropFilterV2}[len(size)]

    def forward(x, kernel, *bias):
        # Added here: TensorFlow makes a bias a part of its convolution, but not across the border of a gradient.
        return [functools.reduce(add_bias, bias, _convolved(x, kernel, pads))], [x, kernel]

    def backward(kept, cotangents):
        x, kernel = kept
        turned = (*size, *map(int, (kernel.shape[-1], kernel.shape[-2])))
        v = _padded(cotangents[0], rest)
        options = {"strides": [1] * (len(size) + 2), "data_format": _LAYOUTS[len(size)]}
        d_kernel = kernel_gradient(input=v, filter_sizes=turned, out_backprop=x, padding="VALID", **options)
        gradients = [_valid(v, _turned(kernel)), _turned(d_kernel)]
        return gradients if bias is None else [*gradients, tf.raw_ops.BiasAddGrad(out_backprop=cotangents[0])]

    return custom_vjp(forward, backward, [x, kernel] if bias is None else [x, kernel, bias])[0]


def _convolved(x, kernel, pads):
    import tensorflow as tf

    around = [(0, 0), *pads, (0, 0)]
    if len(pads) == 2:
        return tf.nn.conv2d(x, kernel, 1, around)
    return _valid(tf.pad(x, around), kernel)


def _valid(x, kernel):
    import tensorflow as tf

    return tf.nn.convolution(x, kernel, padding="VALID", data_format=_LAYOUTS[len(x.shape) - 2])


def _padded(x, pads):
    """Pads by another operation than `tf.pad`, which TensorFlow would join with the convolution that reads it.

    Where another operation reads it as well, its remapper fails (2.21, volumes), and the graph stays as it is.
    """
    import tensorflow as tf

    if not any(map(any, pads)):
        return x
    return tf.raw_ops.PadV2(input=x, paddings=[(0, 0), *pads, (0, 0)], constant_values=tf.zeros((), x.dtype))


def _turned(kernel):
    """Reverses the taps and swaps channels and filters."""
    import tensorflow as tf

    return tf.linalg.matrix_transpose(tf.reverse(kernel, range(len(kernel.shape) - 2)))
