"""The convolutions of `real_nvp_utils`; variables below the name: `weights`, `magnitude`, `biases`."""

import math

import tensorflow as tf

from tfconvkit.compat.real_nvp.normalization import batch_norm
from tfconvkit.compat.variables import weight

v1 = tf.compat.v1


def conv_layer(
    input_,
    filter_size,
    dim_in,
    dim_out,
    name,
    stddev=1e-2,
    strides=(1, 1, 1, 1),
    padding="SAME",
    nonlinearity=None,
    bias=False,
    weight_norm=False,
    scale=False,
):
    """Convolves, with kernels of norm 1 times a magnitude if asked: `y = nonlinearity(conv(x, W) + biases)`.

    `W = magnitude * weights / ||weights||`, the norm of each filter, and without an epsilon; without `weight_norm`
    `W = weights`, and `scale` is ignored, as it was. Images smaller than the kernel are convolved like others.

    Args:
        input_: `(batch, height, width, dim_in)`.
        filter_size: `[height, width]` of the kernel.
        dim_in, dim_out: Channels.
        name: Variable scope of `weights`, `magnitude`, `biases`.
        stddev: Weights start uniform in `[-stddev, stddev]`, magnitudes at
            `stddev * sqrt(dim_in * prod(filter_size) / 12)`.
        strides: `[1, s, s, 1]`.
        padding: `"SAME"` or `"VALID"`.
        nonlinearity: Function of a tensor, or None.
        bias: Whether to add biases.
        weight_norm: Whether to normalise the kernels.
        scale: Whether normalised kernels have a magnitude.

    Returns:
        Tensor `(batch, new_height, new_width, dim_out)`.

    Reference:
        Salimans and Kingma, Weight Normalization, 2016 (https://arxiv.org/abs/1602.07868).

    Example:
        >>> with tf.Graph().as_default():
        ...     conv_layer(tf.ones((1, 8, 8, 3)), [3, 3], 3, 16, "h", weight_norm=True, scale=True).shape
        TensorShape([1, 8, 8, 16])
    """
    x = tf.convert_to_tensor(input_)
    with v1.variable_scope(name):
        shape = [*filter_size, dim_in, dim_out]
        uniform = v1.random_uniform_initializer(minval=-stddev, maxval=stddev)
        kernel = weight("weights", shape, x.dtype, initializer=uniform)
        if weight_norm:
            kernel = kernel / tf.sqrt(tf.reduce_sum(tf.square(kernel), (0, 1, 2)))
        if weight_norm and scale:
            start = v1.constant_initializer(stddev * math.sqrt(dim_in * math.prod(filter_size) / 12))
            kernel = kernel * weight("magnitude", [dim_out], x.dtype, initializer=start)
        y = tf.nn.conv2d(x, kernel, strides, padding)
        if bias:
            y = tf.nn.bias_add(y, weight("biases", [dim_out], x.dtype, initializer=v1.constant_initializer(0.0)))
    return y if nonlinearity is None else nonlinearity(y)


def convnet(
    input_,
    dim_in,
    dim_hid,
    filter_sizes,
    dim_out,
    name,
    use_batch_norm=True,
    train=True,
    nonlinearity=tf.nn.relu,
):
    """Chains convolutions `h_k`, normalisations `bn_k` and nonlinearities, and a last convolution `out`.

    Args:
        input_: `(batch, height, width, dim_in)`.
        dim_in, dim_out: Channels of input and output.
        dim_hid: Channels of the hidden maps, a list.
        filter_sizes: Sizes `[height, width]` of all kernels, one more than hidden maps.
        name: Variable scope.
        use_batch_norm: Whether to normalise; hidden convolutions have biases only if not.
        train: As in `batch_norm`.
        nonlinearity: Function of a tensor, or None. Normalisations have a `gamma` only before `tf.nn.relu`.

    Returns:
        Tensor `(batch, height, width, dim_out)`.

    Raises:
        ValueError: if the number of sizes does not fit.

    Example:
        >>> with tf.Graph().as_default():
        ...     convnet(tf.ones((1, 8, 8, 3)), 3, [8, 8], [[3, 3], [1, 1], [3, 3]], 6, "net").shape
        TensorShape([1, 8, 8, 6])
    """
    if len(filter_sizes) != len(dim_hid) + 1:
        raise ValueError(
            f'convnet "{name}": filter_sizes must have one size more than dim_hid. Received {len(filter_sizes)} sizes '
            f"for {len(dim_hid)} hidden maps. The last size is that of the convolution out."
        )
    x = input_
    with v1.variable_scope(name):
        for k, (size, dim) in enumerate(zip(filter_sizes[:-1], dim_hid, strict=True)):
            x = conv_layer(x, size, dim_in, dim, f"h_{k}", bias=not use_batch_norm)
            if use_batch_norm:
                is_scaled = nonlinearity == tf.nn.relu
                x = batch_norm(x, dim, f"bn_{k}", scale=is_scaled, train=train, axes=(0, 1, 2))
            x, dim_in = x if nonlinearity is None else nonlinearity(x), dim
        return conv_layer(x, filter_sizes[-1], dim_in, dim_out, "out")
