"""Contextual attention with its legacy signature."""

import tensorflow as tf

from tfconvkit import layers
from tfconvkit.compat.inpainting import literal_order
from tfconvkit.compat.inpainting.flow import flow_to_image_tf
from tfconvkit.compat.inpainting.grids import bilinear, resize


def contextual_attention(
    f, b, mask=None, ksize=3, stride=1, rate=1, fuse_k=3, softmax_scale=10.0, training=True, fuse=True,
    literal=False,
):
    """Redraws a foreground from the patches of a background that resemble it, and paints where it looks.

    `layers.ContextualAttention` with `overlap="legacy"`, `masked="zero_logit"`: every sum is divided by 4, at the
    border too, and patches with a hole compete with logit 0. Unlike the legacy code it takes any batch, grids that
    differ or are unknown, and it exports and compiles.

    Args:
        f: Foreground `(batch, height, width, channels)`.
        b: Background `(batch, height_b, width_b, channels)`.
        mask: `(1, height_b, width_b, 1)`, 1 in the hole; of a larger batch the first mask counts for all, as it did
            (`layers.ContextualAttention` takes one per sample). None for no hole.
        ksize: Side of the compared patches.
        stride: Keeps every `stride`-th line and column of background patches.
        rate: Factor by which the images are shrunk to compare them.
        fuse_k: Number of neighbours that fusion adds.
        softmax_scale: Factor of the scores.
        training: Ignored, as it was.
        fuse: Whether neighbours are fused.
        literal: Whether to keep to the original's order of operations, sample by sample: its numbers to the last
            digits where TensorFlow runs with oneDNN, as there (gradients of peaked attention amplify every rounding),
            at its cost in time and memory. `f` and `b` have one known shape and `stride` is 1.

    Returns:
        The new foreground, of the shape of `f`, and a picture of the offsets `(batch, height, width, 3)` from -1 to 1,
        resized bilinearly by the rate.

    Raises:
        ValueError: for numbers out of range or shapes that do not fit.

    Reference:
        Yu et al., Generative Image Inpainting with Contextual Attention, 2018 (https://arxiv.org/abs/1801.07892).

    Example:
        >>> x = tf.ones((2, 16, 16, 8))
        >>> [part.shape.as_list() for part in contextual_attention(x, x, mask=tf.zeros((1, 16, 16, 1)), rate=2)]
        [[2, 16, 16, 8], [2, 16, 16, 3]]
    """
    attend = literal_order.attended if literal else attended
    y, offsets = attend(f, b, mask, ksize, stride, rate, fuse_k if fuse else None, softmax_scale)
    return y, flow_picture(offsets, rate, func=bilinear)


def attended(f, b, mask, ksize, stride, rate, fuse_size, softmax_scale):
    """Returns the new foreground and the offsets of `contextual_attention`; `fuse_size` None fuses nothing."""
    f, b = tf.convert_to_tensor(f), tf.convert_to_tensor(b)
    numbers = {"patch_size": ksize, "rate": rate, "strides": stride, "fuse_size": fuse_size}
    attend = layers.ContextualAttention(**numbers, softmax_scale=softmax_scale, dtype=f.dtype.name)
    return attend([f, b] if mask is None else [f, b, mask[:1]], return_offsets=True)


def flow_picture(offsets, rate, func):
    """Returns the offsets as an image from -1 to 1, resized by the rate."""
    picture = flow_to_image_tf(offsets)
    return picture if rate == 1 else resize(picture, scale=rate, func=func)
