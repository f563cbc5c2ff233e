"""The residual network in the couplings of RealNVP."""

import math

import tensorflow as tf

from tfconvkit.compat.real_nvp.convolutions import conv_layer
from tfconvkit.compat.real_nvp.normalization import batch_norm

v1 = tf.compat.v1
IMAGE_AXES = (0, 1, 2)
EPSILON = 1e-4


def residual_block(input_, dim, name, use_batch_norm=True, train=True, weight_norm=True, bottleneck=False):
    """Adds to the input what two convolutions make of it: `x + out(relu(bn_0(h_0(relu(bn_in(x))))))`.

    With a bottleneck the convolutions are 1x1 `h_0`, 3x3 `h_1` (then `bn_1`, relu) and 1x1 `out`, else two of 3x3. Only
    `out` has a magnitude; the others have biases only where no normalisation follows.

    Args:
        input_: `(batch, height, width, dim)`.
        dim: Channels.
        name: Variable scope.
        use_batch_norm, weight_norm: Whether to normalise the maps, and the kernels.
        train: As in `batch_norm`.
        bottleneck: Whether a 3x3 convolution stands between two of 1x1.

    Returns:
        Tensor of the shape of the input.

    Example:
        >>> with tf.Graph().as_default():
        ...     residual_block(tf.ones((1, 8, 8, 16)), 16, "block_0").shape
        TensorShape([1, 8, 8, 16])
    """
    settings = {"use_batch_norm": use_batch_norm, "train": train, "weight_norm": weight_norm}
    with v1.variable_scope(name):
        x = _activated(input_, dim, "bn_in", use_batch_norm, train)
        return input_ + _stack(x, dim, dim, dim, bottleneck, **settings)


def resnet(
    input_,
    dim_in,
    dim,
    dim_out,
    name,
    use_batch_norm=True,
    train=True,
    weight_norm=True,
    residual_blocks=5,
    bottleneck=False,
    skip=True,
):
    """Computes a residual network, whose blocks all add to the output: the network of the couplings.

    `h = h_in(x)`, `o = skip_in(h)`; for each block `h = block_k(h)`, `o = o + skip_k(h)`; the result is
    `out(relu(bn_pre_out(o)))`. Without blocks it is that of one block, without the sum and its first normalisation.
    `tfconvkit.models.WeightNormResNet` is the same network as a Keras model.

    Args:
        input_: `(batch, height, width, dim_in)`.
        dim_in, dim, dim_out: Channels of the input, of the hidden maps, of the output.
        name: Variable scope.
        use_batch_norm, weight_norm, train, bottleneck: As in `residual_block`.
        residual_blocks: Number of blocks.
        skip: Whether all blocks add to the output, else only the last counts.

    Returns:
        Tensor `(batch, height, width, dim_out)`.

    Reference:
        Dinh et al., Density estimation using Real NVP, 2017 (https://arxiv.org/abs/1605.08803).

    Example:
        >>> with tf.Graph().as_default():
        ...     resnet(tf.ones((1, 8, 8, 7)), 7, 16, 6, "resnet", residual_blocks=2).shape
        TensorShape([1, 8, 8, 6])
    """
    settings = {"use_batch_norm": use_batch_norm, "train": train, "weight_norm": weight_norm}
    with v1.variable_scope(name):
        if residual_blocks == 0:
            return _stack(input_, dim_in, dim, dim_out, bottleneck, **settings)
        h = _convolved(input_, dim_in, dim, 3, "h_in", weight_norm, scale=False)
        total = _convolved(h, dim, dim, 1, "skip_in", weight_norm) if skip else None
        for k in range(residual_blocks):
            h = residual_block(h, dim, f"block_{k}", bottleneck=bottleneck, **settings)
            total = total + _convolved(h, dim, dim, 1, f"skip_{k}", weight_norm) if skip else h
        total = _activated(total, dim, "bn_pre_out", use_batch_norm, train)
        return _convolved(total, dim, dim_out, 1, "out", weight_norm)


def _stack(x, dim_in, dim, dim_out, bottleneck, *, use_batch_norm, train, weight_norm):
    """Convolutions `h_k` with normalisation and relu after them, and a last one, `out`."""
    sizes, last = ((1, 3), 1) if bottleneck else ((3,), 3)
    for k, size in enumerate(sizes):
        x = _convolved(x, dim_in, dim, size, f"h_{k}", weight_norm, bias=not use_batch_norm, scale=False)
        x, dim_in = _activated(x, dim, f"bn_{k}", use_batch_norm, train), dim
    return _convolved(x, dim, dim_out, last, "out", weight_norm)


def _convolved(x, dim_in, dim_out, size, name, weight_norm, *, bias=True, scale=True):
    settings = {"bias": bias, "weight_norm": weight_norm, "scale": scale}
    return conv_layer(x, [size, size], dim_in, dim_out, name, stddev=math.sqrt(2 / dim_in), **settings)


def _activated(x, dim, name, use_batch_norm, train):
    if use_batch_norm:
        x = batch_norm(x, dim, name, scale=False, train=train, epsilon=EPSILON, axes=IMAGE_AXES)
    return tf.nn.relu(x)
