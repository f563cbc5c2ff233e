"""Checks of the arguments of the legacy group convolution: each says what was expected and what to do.

Shapes are compared as far as they are known: a placeholder may leave axes open. The letters are those of
`gconv_shape_info = (no, nto, ni, nti, k)`: output fields and their orientations, input fields and theirs, kernel size.
"""

import numbers

import numpy as np
import tensorflow as tf


def positive(argument, value):
    """Raises unless the value is a positive integer."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < 1:
        remedy = "Filters are square: pass one number." if argument == "ksize" else "Count fields, not orientations."
        raise ValueError(f"{argument} must be a positive integer. Received {argument}={value!r}. {remedy}")


def settings(strides, padding, data_format):
    """Raises unless strides are `[1, s, s, 1]`, the padding TensorFlow's and the channels last."""
    if not isinstance(strides, (list, tuple)) or len(strides) != 4 or strides[0] != 1 or strides[3] != 1:
        raise ValueError(
            f"gconv2d: strides must be a list [1, s, s, 1]. Received strides={strides!r}. "
            "Put 1 for the batch and the channels around the strides of height and width."
        )
    if padding not in ("SAME", "VALID"):
        raise ValueError(
            f'gconv2d: padding must be "SAME" or "VALID". Received padding={padding!r}. Write it in capitals, or pad '
            'the input with tf.pad and use "VALID".'
        )
    if data_format != "NHWC":
        raise ValueError(
            f'gconv2d: data_format must be "NHWC". Received data_format={data_format!r}. '
            "Transpose the input with tf.transpose(x, (0, 2, 3, 1))."
        )


def channels(x, shape_info):
    """Raises unless the input is `(batch, height, width, ni * nti)`."""
    ni, nti = (int(size) for size in shape_info[2:4])
    if not shape_of(x).is_compatible_with((None, None, None, ni * nti)):
        raise ValueError(
            f"gconv2d: expected an input (batch, height, width, {ni * nti}) of {ni} fields with {nti} component(s). "
            f"Received shape {shape_of(x)}. Pass in_channels = channels / {nti} to gconv2d_util, and as h_input the "
            "h_output of the layer before."
        )


def fitting_filter(w, shape_info):
    """Raises unless the filter is `(k, k, nti * ni, no)`."""
    no, _, ni, nti, k = (int(size) for size in shape_info)
    expected = (k, k, nti * ni, no)
    if not shape_of(w).is_compatible_with(expected):
        raise ValueError(
            f"gconv2d: {_named(shape_info)} needs a square filter of shape {expected}. Received shape {shape_of(w)}. "
            "Create the filter with the w_shape of the same gconv2d_util call."
        )


def fitting_indices(indices, shape_info):
    """Raises unless the indices are `(nto, nti, k, k)` and, where their values are known, below `k * k * nti`."""
    _, nto, _, nti, k = (int(size) for size in shape_info)
    expected, found = (nto, nti, k, k), f"shape {shape_of(indices)}"
    is_fitting = shape_of(indices).is_compatible_with(expected)
    if is_fitting and not tf.is_tensor(indices):
        found = f"values from {np.min(indices)} to {np.max(indices)}"
        is_fitting = np.min(indices) >= 0 and np.max(indices) < k * k * nti
    if not is_fitting:
        raise ValueError(
            f"gconv2d: {_named(shape_info)} needs gconv_indices of shape {expected} with values from 0 to "
            f"{k * k * nti - 1}. Received {found}. Take both from the same gconv2d_util call."
        )


def fitting_bias(bias, no, nto):
    """Raises unless the bias is `(no,)` or `(no * nto,)`."""
    if not any(shape_of(bias).is_compatible_with((size,)) for size in (no, no * nto)):
        raise ValueError(
            f"gconv2d_addbias: expected a bias of shape ({no},), one number per field (or ({no * nto},), one per "
            f"plane). Received shape {shape_of(bias)}. Create it with shape=[out_channels]."
        )


def shape_of(x):
    """Returns what is known of a shape, as a `tf.TensorShape`."""
    return tf.TensorShape(x.shape if hasattr(x, "shape") else np.shape(x))


def _named(shape_info):
    return f"gconv_shape_info (no, nto, ni, nti, k) = {tuple(int(size) for size in shape_info)}"
