"""The functions of GrouPy's TensorFlow code by their old names, written from the mathematics.

A script runs after changing the import alone, in a graph of `tf.compat.v1`, eagerly and in `tf.function`:

    from tfconvkit.compat.groupy import gconv2d, gconv2d_util

Layouts. A feature map has channels `c * S + s` (the orientation `s` fastest; `S` = 1 on "Z2", 4 on "C4", 8 on "D4";
`s = r` or `s = 4m + r`: turn counter-clockwise `r` times, then reverse the rows if `m = 1`). A learnable filter is
`w[u, v, t * ni + c, o]`: there the orientation is *slowest*.

Padding is TensorFlow's, as it was: the output turns with the input only where `tfconvkit.padding.is_equivariant` says
so for both axes. It does not for even kernels with SAME, nor for kernel 3, stride 2, SAME on an even size.
`tfconvkit.layers.GroupConv2D` is exact for every size. D4 with even kernels, which GrouPy refused, works here.
"""

import numpy as np
import tensorflow as tf

from tfconvkit.compat import checks
from tfconvkit.compat.spaces import kernel_layout
from tfconvkit.ops.kernels import group_expand

__all__ = [
    "gconv2d",
    "gconv2d_addbias",
    "gconv2d_util",
    "make_c4_p4_indices",
    "make_c4_z2_indices",
    "make_d4_p4m_indices",
    "make_d4_z2_indices",
    "transform_filter_2d_nhwc",
]


def gconv2d(
    input,
    filter,
    strides,
    padding,
    gconv_indices,
    gconv_shape_info,
    use_cudnn_on_gpu=None,
    data_format="NHWC",
    name=None,
):
    """Convolves feature maps with a filter in all orientations: TensorFlow's `conv2d` with the expanded filter.

    `y[p, o, s] = sum_{u, c, t} bank[u, c, t, o, s] x[p + u, c, t]` (correlation), the bank as in
    `transform_filter_2d_nhwc`. See the module for the sizes on which the legacy padding breaks the law
    `Y(L_g x) = L_g Y(x)`.

    Args:
        input: `(batch, height, width, ni * nti)`, the orientation fastest.
        filter: `(k, k, nti * ni, no)`, the orientation slowest on the third axis.
        strides: List of 4, `[1, s, s, 1]`.
        padding: `"SAME"` or `"VALID"`.
        gconv_indices, gconv_shape_info: As `gconv2d_util` returns them, or the script's own.
        use_cudnn_on_gpu: Passed on to `tf.compat.v1.nn.conv2d`; None means True.
        data_format: `"NHWC"`.
        name: Name of the convolution's operation.

    Returns:
        Tensor `(batch, new_height, new_width, no * nto)`, the orientation fastest.

    Raises:
        ValueError: if an argument is none of the above, or if filter, indices, channels and shape do not fit.

    Reference:
        Cohen and Welling, Group Equivariant Convolutional Networks, 2016 (https://arxiv.org/abs/1602.07576).

    Example:
        >>> indices, shape_info, w_shape = gconv2d_util("Z2", "D4", in_channels=3, out_channels=64, ksize=3)
        >>> gconv2d(tf.ones((1, 9, 9, 3)), tf.ones(w_shape), [1, 1, 1, 1], "SAME", indices, shape_info).shape
        TensorShape([1, 9, 9, 512])
    """
    checks.settings(strides, padding, data_format)
    checks.channels(input, gconv_shape_info)
    return tf.compat.v1.nn.conv2d(
        input,
        transform_filter_2d_nhwc(filter, gconv_indices, gconv_shape_info),
        strides=strides,
        padding=padding,
        use_cudnn_on_gpu=use_cudnn_on_gpu is not False,
        data_format=data_format,
        name=name,
    )


def gconv2d_util(h_input, h_output, in_channels, out_channels, ksize):
    """Computes what `gconv2d` needs besides its input: the index table, the sizes and the shape of the filter.

    Args:
        h_input: `"Z2"`, or the same as `h_output`.
        h_output: `"C4"` or `"D4"` (or `"Z2"` after `"Z2"`, a plain convolution).
        in_channels: Number of input fields `ni` (planes on "Z2"), not counting orientations.
        out_channels: Number of output fields `no`.
        ksize: Size `k` of the square filter, odd or even.

    Returns:
        `gconv_indices`, int32 `(nto, nti, k, k)`: `indices[s, t, u, v]` is the row, in the filter reshaped to
        `(k * k * nti, ni, no)`, of what orientation `s` shows component `t` in cell `(u, v)`;
        `gconv_shape_info = (no, nto, ni, nti, k)`; `w_shape = (k, k, nti * ni, no)`, the shape of the learnable filter.

    Raises:
        ValueError: for unknown spaces, or sizes that are no positive integers.

    Example:
        >>> gconv2d_util("C4", "C4", in_channels=2, out_channels=5, ksize=3)[1:]
        ((5, 4, 2, 4, 3), (3, 3, 8, 5))
    """
    for argument, value in {"in_channels": in_channels, "out_channels": out_channels, "ksize": ksize}.items():
        checks.positive(argument, value)
    indices = _indices(h_input, h_output, ksize)
    nto, nti = indices.shape[:2]
    return indices, (out_channels, nto, in_channels, nti, ksize), (ksize, ksize, nti * in_channels, out_channels)


def gconv2d_addbias(input, bias, gconv_shape_info, name=None):
    """Adds one bias per field, the same in all its orientations: `y[p, o, s] = x[p, o, s] + bias[o]`.

    A bias of `no * nto` numbers, as legacy checkpoints hold it, is added plane by plane, so that they give their old
    outputs; unless it is equal over the orientations of each field, the sum is not equivariant.

    Args:
        input: `(batch, height, width, no * nto)`, the orientation fastest.
        bias: `(no,)`, or `(no * nto,)`.
        gconv_shape_info: `(no, nto, ni, nti, k)` of the convolution before.
        name: Name of the operation.

    Raises:
        ValueError: if the bias has another shape.

    Example:
        >>> gconv2d_addbias(tf.zeros((1, 9, 9, 20)), tf.ones(5), gconv_shape_info=(5, 4, 3, 1, 3)).shape
        TensorShape([1, 9, 9, 20])
    """
    no, nto = (int(size) for size in gconv_shape_info[:2])
    checks.fitting_bias(bias, no, nto)
    if checks.shape_of(bias).is_compatible_with((no,)):
        bias = tf.repeat(bias, nto)
    return tf.nn.bias_add(input, bias, name=name)


def make_c4_z2_indices(ksize):
    """Returns the `gconv_indices` of `gconv2d_util` from "Z2" to "C4", int32 `(4, 1, k, k)`."""
    return _indices("Z2", "C4", ksize)


def make_c4_p4_indices(ksize):
    """Returns the `gconv_indices` of `gconv2d_util` from "C4" to "C4", int32 `(4, 4, k, k)`."""
    return _indices("C4", "C4", ksize)


def make_d4_z2_indices(ksize):
    """Returns the `gconv_indices` of `gconv2d_util` from "Z2" to "D4", int32 `(8, 1, k, k)`."""
    return _indices("Z2", "D4", ksize)


def make_d4_p4m_indices(ksize):
    """Returns the `gconv_indices` of `gconv2d_util` from "D4" to "D4", int32 `(8, 8, k, k)`."""
    return _indices("D4", "D4", ksize)


def transform_filter_2d_nhwc(w, flat_indices, shape_info, validate_args=True):
    """Expands a learnable filter into the kernel of an ordinary convolution, by a gather.

    `bank[u, v, c * nti + t, o * nto + s] = rows[flat_indices[s, t, u, v], c, o]`, `rows` the filter reshaped to
    `(k * k * nti, ni, no)`.

    Args:
        w: `(k, k, nti * ni, no)`, the orientation slowest on the third axis.
        flat_indices: Integers `(nto, nti, k, k)`, an array or a tensor.
        shape_info: `(no, nto, ni, nti, k)`.
        validate_args: Whether to check that the three fit together, as far as their shapes and values are known.

    Returns:
        Tensor `(k, k, ni * nti, no * nto)`, on both channel axes the orientation fastest.

    Raises:
        ValueError: if the arguments do not fit together.

    Example:
        >>> indices, shape_info, w_shape = gconv2d_util("C4", "C4", in_channels=2, out_channels=5, ksize=3)
        >>> transform_filter_2d_nhwc(tf.ones(w_shape), indices, shape_info).shape
        TensorShape([3, 3, 8, 20])
    """
    no, nto, ni, nti, k = (int(size) for size in shape_info)
    if validate_args:
        checks.fitting_filter(w, shape_info)
        checks.fitting_indices(flat_indices, shape_info)
    table = _table(flat_indices, (nto, nti, k, k))
    # The legacy filter holds the fields fastest: row `(cell, component, field)`.
    rows = table[:, :, None] * ni + np.arange(ni, dtype=_dtype(table))[:, None, None]
    kernel = tf.reshape(w, (k, k, nti * ni, no))
    return group_expand(kernel, _reshape(rows, (k, k, ni * nti, nto)))


def _table(indices, shape):
    """Moves the axes `(s, t, u, v)` to `(u, v, t, s)`; an array stays an array, a tensor of open shape gets one."""
    if tf.is_tensor(indices):
        return tf.transpose(tf.reshape(indices, shape), (2, 3, 1, 0))
    return np.transpose(indices, (2, 3, 1, 0))


def _dtype(indices):
    return indices.dtype.as_numpy_dtype if tf.is_tensor(indices) else np.asarray(indices).dtype


def _reshape(rows, shape):
    return tf.reshape(rows, shape) if tf.is_tensor(rows) else np.reshape(rows, shape)


def _indices(h_input, h_output, ksize):
    """Index `(cell, component)` per `(s, t, u, v)`, the component fastest: the table of `GroupKernel`, axes moved."""
    checks.positive("ksize", ksize)
    return np.transpose(kernel_layout(h_input, h_output, int(ksize)).table((0, 0)), (3, 2, 0, 1))
