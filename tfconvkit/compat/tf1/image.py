"""The `tf.image` of TensorFlow 1: resizing samples at `i N / M`, or at `i (N - 1) / (M - 1)` with align_corners."""

import numbers

import tensorflow as tf

from tfconvkit.compat.tf1.namespace import lay_over
from tfconvkit.compat.tf1.renamed import IMAGE

v1 = tf.compat.v1

__all__ = ["resize_images"]


def resize_images(images, size, *args, method=v1.image.ResizeMethod.BILINEAR, align_corners=False,
                  preserve_aspect_ratio=False, name=None):
    """Resizes images as TensorFlow 1 did: output pixel `i` of `M` is sampled at `i N / M`, not at pixel centres.

    Args:
        images: `(batch, height, width, channels)` or `(height, width, channels)`.
        size: `(new_height, new_width)`; before TensorFlow 1.0 two arguments, `new_height, new_width`.
        *args, method, align_corners, preserve_aspect_ratio, name: As in `tf.compat.v1.image.resize_images`.

    Example:
        >>> resize_images(tf.reshape(tf.range(4.0), (1, 4, 1)), 2, 2, 1).numpy().ravel().tolist()
        [0.0, 2.0, 0.0, 2.0]
    """
    if isinstance(size, numbers.Integral) and args:
        size, args = (size, args[0]), args[1:]
    names = ("method", "align_corners", "preserve_aspect_ratio", "name")
    settings = dict(zip(names, (method, align_corners, preserve_aspect_ratio, name), strict=True))
    settings.update(zip(names, args, strict=False))
    return v1.image.resize_images(images, size, **settings)


__getattr__, __dir__ = lay_over(__name__, "tf.image", v1.image, renamed=IMAGE)
