"""Ops that change the grid: resize, crop, flatten."""

import tensorflow as tf


def nearest(images, size, align_corners=False):
    """Resizes as `tf.compat.v1.image.resize_nearest_neighbor` does, without its notice of deprecation."""
    return tf.raw_ops.ResizeNearestNeighbor(images=images, size=size, align_corners=align_corners)


def bilinear(images, size, align_corners=False):
    """Resizes as `tf.compat.v1.image.resize_bilinear` does, without its notice of deprecation."""
    return tf.raw_ops.ResizeBilinear(images=images, size=size, align_corners=align_corners)


def resize(x, scale=2, to_shape=None, align_corners=True, dynamic=False, func=bilinear, name="resize"):
    """Resizes images, with the corners of the two grids aligned unless it is told otherwise.

    From `N` to `M` pixels, output `i` stands at `i (N - 1) / (M - 1)`; the nearest neighbour is that plus 1/2, rounded
    down in float32. Without `to_shape`, `M = int(scale N)`.

    Args:
        x: `(batch, height, width, channels)`.
        scale: Factor, used where `to_shape` is None.
        to_shape: Height and width.
        align_corners: Whether the corners are aligned; else output `i` stands at `i N / M`.
        dynamic: Whether to compute the size at run time (in float32), as is done anyway where it is unknown.
        func: `resize_bilinear`, `resize_nearest_neighbor`, `resize_bicubic` or `resize_area` of
            `tf.compat.v1.image`, or a function with the same arguments.
        name: Name of the scope of the operations.

    Returns:
        Tensor `(batch, new_height, new_width, channels)`; nearest neighbours keep the dtype of `x`.

    Example:
        >>> resize(tf.ones((1, 4, 5, 3)), scale=2).shape
        TensorShape([1, 8, 10, 3])
    """
    x = tf.convert_to_tensor(x)
    size = _size(x, scale, dynamic) if to_shape is None else to_shape
    with tf.name_scope(name):
        return func(x, (size[0], size[1]), align_corners=align_corners)


def _size(x, scale, dynamic):
    known = x.shape.as_list()[1:3]
    if dynamic or None in known:
        return tf.cast(tf.cast(tf.shape(x)[1:3], "float32") * scale, "int32")
    return [int(size * scale) for size in known]


def resize_mask_like(mask, x):
    """Resizes a mask to the grid of `x`, to the nearest neighbour with aligned corners.

    From 8 to 4 pixels it takes 0, 2, 5 and 7: the corners stay, and it is no plain thinning.

    Args:
        mask: `(batch, height, width, channels)`.
        x: `(batch, new_height, new_width, channels)`.

    Returns:
        Tensor `(batch, new_height, new_width, channels)` of the mask's dtype.

    Example:
        >>> resize_mask_like(tf.ones((1, 64, 64, 1)), tf.ones((1, 16, 16, 8))).shape
        TensorShape([1, 16, 16, 1])
    """
    x = tf.convert_to_tensor(x)
    known = x.shape.as_list()[1:3]
    return resize(mask, to_shape=tf.shape(x)[1:3] if None in known else known, func=nearest)


def local_patch(x, bbox):
    """Crops images to a box.

    Args:
        x: `(batch, height, width, channels)`.
        bbox: `(top, left, height, width)`, integers or scalar tensors, as `random_bbox` returns them.

    Returns:
        Tensor `(batch, box_height, box_width, channels)`.

    Example:
        >>> local_patch(tf.ones((1, 64, 64, 3)), (5, 7, 9, 11)).shape
        TensorShape([1, 9, 11, 3])
    """
    top, left, height, width = (tf.cast(each, "int32") if tf.is_tensor(each) else int(each) for each in bbox)
    return tf.image.crop_to_bounding_box(x, top, left, height, width)


def flatten(x, name="flatten"):
    """Flattens all axes but the first, row-major.

    Args:
        x: Tensor.
        name: Name of the scope of the operation.

    Returns:
        Tensor `(batch, size)`.

    Example:
        >>> flatten(tf.ones((2, 3, 4, 5))).shape
        TensorShape([2, 60])
    """
    size = x.shape[1:].num_elements()
    with tf.name_scope(name):
        # Only one of the two sizes can be left open.
        return tf.reshape(x, (tf.shape(x)[0], -1) if size is None else (-1, size))
