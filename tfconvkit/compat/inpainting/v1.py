"""The functions that version 1 of generative_inpainting has otherwise: no gates, no spectral normalisation.

A script of version 1 imports from here: `from tfconvkit.compat.inpainting.v1 import gen_conv, bbox2mask, ...`.
"""

import tensorflow as tf

from tfconvkit.compat.inpainting import attention, convolutions, masks
from tfconvkit.compat.inpainting.adversarial import gan_wgan_loss, gradients_penalty, random_interpolates
from tfconvkit.compat.inpainting.flow import flow_to_image, flow_to_image_tf, highlight_flow, highlight_flow_tf
from tfconvkit.compat.inpainting.grids import flatten, local_patch, nearest, resize, resize_mask_like
from tfconvkit.compat.inpainting.masks import random_bbox, spatial_discounting_mask
from tfconvkit.compat.inpainting.summaries import gradients_summary, images_summary, scalar_summary

__all__ = [
    "bbox2mask",
    "contextual_attention",
    "dis_conv",
    "flatten",
    "flow_to_image",
    "flow_to_image_tf",
    "gan_wgan_loss",
    "gen_conv",
    "gen_deconv",
    "gradients_penalty",
    "gradients_summary",
    "highlight_flow",
    "highlight_flow_tf",
    "images_summary",
    "local_patch",
    "random_bbox",
    "random_interpolates",
    "resize",
    "resize_mask_like",
    "scalar_summary",
    "spatial_discounting_mask",
]


def gen_conv(x, cnum, ksize, stride=1, rate=1, name="conv", padding="SAME", activation=tf.nn.elu, training=True):
    """Convolves, adds the bias and activates: `activation(conv(x) + bias)`, without a gate.

    Args:
        x, cnum, ksize, stride, rate, name, padding, training: As in `tfconvkit.compat.inpainting.gen_conv`; the
            output has `cnum` channels.
        activation: Function of a tensor, or None.

    Returns:
        Tensor `(batch, new_height, new_width, cnum)`.

    Raises:
        ValueError: for an unknown padding.

    Example:
        >>> with tf.Graph().as_default():
        ...     gen_conv(tf.ones((1, 8, 8, 3)), 16, 3).shape
        TensorShape([1, 8, 8, 16])
    """
    y = convolutions.plain_conv(x, cnum, ksize, stride=stride, rate=rate, name=name, padding=padding)
    return y if activation is None else activation(y)


def gen_deconv(x, cnum, name="upsample", padding="SAME", training=True):
    """Doubles height and width by repeating pixels, then applies this module's `gen_conv` with a 3x3 kernel.

    Args:
        x, cnum, name, padding, training: As in `tfconvkit.compat.inpainting.gen_deconv`.

    Returns:
        Tensor `(batch, 2 height, 2 width, cnum)`.

    Raises:
        ValueError: for an unknown padding.

    Example:
        >>> with tf.Graph().as_default():
        ...     gen_deconv(tf.ones((1, 8, 8, 3)), 16).shape
        TensorShape([1, 16, 16, 16])
    """
    with tf.compat.v1.variable_scope(name):
        return gen_conv(resize(x, func=nearest), cnum, 3, name=f"{name}_conv", padding=padding, training=training)


def dis_conv(x, cnum, ksize=5, stride=2, name="conv", training=True):
    """Convolves with SAME padding and applies a leaky ReLU of slope 0.2.

    Args:
        x, cnum, ksize, stride, name, training: As in `tfconvkit.compat.inpainting.dis_conv`.

    Returns:
        Tensor `(batch, ceil(height / stride), ceil(width / stride), cnum)`.

    Example:
        >>> with tf.Graph().as_default():
        ...     dis_conv(tf.ones((1, 8, 8, 3)), 16).shape
        TensorShape([1, 4, 4, 16])
    """
    return gen_conv(x, cnum, ksize, stride=stride, name=name, activation=tf.nn.leaky_relu)


def contextual_attention(
    f, b, mask=None, ksize=3, stride=1, rate=1, fuse_k=3, softmax_scale=10.0, training=True, fuse=True
):
    """Redraws a foreground as `tfconvkit.compat.inpainting.contextual_attention` does.

    Only the picture of the offsets differs: here its pixels are repeated, there it is resized bilinearly.

    Args:
        f, b, mask, ksize, stride, rate, fuse_k, softmax_scale, training, fuse: As there.

    Returns:
        As there.
    """
    y, offsets = attention.attended(f, b, mask, ksize, stride, rate, fuse_k if fuse else None, softmax_scale)
    return y, attention.flow_picture(offsets, rate, func=nearest)


def bbox2mask(bbox, config, name="mask"):
    """Fills a box as `tfconvkit.compat.inpainting.bbox2mask` does: version 1 has the box first.

    Args:
        bbox, config, name: As there, `config` its `FLAGS`.

    Returns:
        float32 tensor `(1, image height, image width, 1)`.
    """
    return masks.bbox2mask(config, bbox, name=name)
