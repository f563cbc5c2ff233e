"""Pictures of the attention flow: where each position looks, as a colour or as a highlight."""

import numpy as np
import tensorflow as tf
import tensorflow.experimental.numpy as tnp

# Middlebury's colour wheel: steps from red to yellow, green, cyan, blue, magenta and back to red.
_STEPS = (15, 6, 4, 11, 13, 6)
_CORNERS = np.array([[255, 0, 0], [255, 255, 0], [0, 255, 0], [0, 255, 255], [0, 0, 255], [255, 0, 255]])
_EPSILON = np.finfo("float64").eps


def make_color_wheel():
    """Returns Middlebury's colour wheel, float64 `(55, 3)` of whole numbers from 0 to 255.

    Reference:
        Baker et al., A Database and Evaluation Methodology for Optical Flow, 2011.

    Example:
        >>> make_color_wheel().shape
        (55, 3)
    """
    arcs = zip(_STEPS, _CORNERS, np.roll(_CORNERS, -1, axis=0), strict=True)
    return np.concatenate([_arc(*each) for each in arcs]).astype("float64")


def _arc(steps, start, end):
    """The one channel that changes rises by, or falls by, `floor(255 i / steps)`."""
    return start + np.sign(end - start) * np.floor(255 * np.arange(steps) / steps)[:, None]


def flow_to_image(flow):
    """Paints displacements: the direction as a hue, the length as a saturation.

    `hue = atan2(-v, -u)`, `u` the first and `v` the second channel; the length is divided by the largest one met so
    far in the batch, so that a sample's picture depends on the samples before it, as it did.

    Args:
        flow: Array `(batch, height, width, 2)`, (row, column) displacements.

    Returns:
        float32 array `(batch, height, width, 3)` of whole numbers from 0 to 255.

    Example:
        >>> flow_to_image(np.ones((1, 4, 4, 2)))[0, 0, 0]
        array([255., 114.,   0.], dtype=float32)
    """
    u, v = np.moveaxis(np.asarray(flow, "float64"), -1, 0)
    largest = np.maximum.accumulate(np.max(np.hypot(u, v), axis=(1, 2)))
    return _paint(np, u, v, largest).astype("float32")


def flow_to_image_tf(flow, name="flow_to_image"):
    """Paints displacements as `flow_to_image` does, for tensors and from -1 to 1: `image / 127.5 - 1`.

    Made of TensorFlow's own operations: it exports and compiles, where the legacy code called Python.

    Args:
        flow: Tensor `(batch, height, width, 2)`, integers or floats, any sizes unknown.
        name: Name of the scope of the operations.

    Returns:
        float32 tensor `(batch, height, width, 3)`.

    Example:
        >>> flow_to_image_tf(tf.ones((1, 4, 4, 2))).shape
        TensorShape([1, 4, 4, 3])
    """
    with tf.name_scope(name):
        u, v = tf.unstack(tf.cast(flow, "float64"), axis=-1)
        largest = tf.reduce_max(tf.sqrt(u * u + v * v), axis=(1, 2))
        so_far = tf.linalg.band_part(tf.ones((tf.size(largest),) * 2, largest.dtype), -1, 0)
        largest = tf.reduce_max(so_far * largest, axis=1)
        return tf.cast(_paint(tnp, u, v, largest), "float32") / 127.5 - 1


def highlight_flow(flow):
    """Paints the attended positions 255 on a ground of 144.

    Args:
        flow: Integers `(batch, height, width, 2)`, the (row, column) that each position attends to.

    Returns:
        float32 array `(batch, height, width, 3)`.

    Example:
        >>> highlight_flow(np.zeros((1, 1, 2, 2), int))[0, :, :, 0]
        array([[255., 144.]], dtype=float32)
    """
    rows, columns = np.moveaxis(np.asarray(flow), -1, 0)
    image = np.full((*rows.shape, 3), 144, "float32")
    image[np.arange(len(rows))[:, None, None], rows, columns] = 255
    return image


def highlight_flow_tf(flow, name="highlight_flow"):
    """Paints the attended positions as `highlight_flow` does, for tensors and from -1 to 1: `image / 127.5 - 1`.

    Args:
        flow: Integer tensor `(batch, height, width, 2)`, the (row, column) that each position attends to.
        name: Name of the scope of the operations.

    Returns:
        float32 tensor `(batch, height, width, 3)`.

    Example:
        >>> highlight_flow_tf(tf.zeros((1, 4, 4, 2), "int32")).shape
        TensorShape([1, 4, 4, 3])
    """
    with tf.name_scope(name):
        flow = tf.cast(flow, "int32")
        batch, height, width = tf.unstack(tf.shape(flow)[:3])
        sample = tf.broadcast_to(tf.range(batch)[:, None, None], (batch, height, width))
        visits = tf.scatter_nd(tf.concat([sample[..., None], flow], axis=-1), tf.ones_like(sample), tf.shape(sample))
        image = tf.where(visits > 0, 255.0, 144.0)[..., None]
        return tf.broadcast_to(image, (batch, height, width, 3)) / 127.5 - 1


def _paint(xp, u, v, largest):
    """Colours of `(u, v)` over the largest length; `xp` is NumPy, or TensorFlow under NumPy's names."""
    scale = (largest + _EPSILON)[:, None, None]
    u, v = u / scale, v / scale
    radius = xp.sqrt(u * u + v * v)[..., None]
    position = (xp.arctan2(-v, -u) / np.pi + 1) / 2 * (sum(_STEPS) - 1)
    below = xp.floor(position)
    share = (position - below)[..., None]
    wheel = make_color_wheel() / 255
    # The wheel is closed: after its last colour comes the first.
    wheel = np.concatenate([wheel, wheel[:1]])
    first = xp.asarray(below, dtype="int64")
    color = (1 - share) * xp.take(wheel, first, axis=0) + share * xp.take(wheel, first + 1, axis=0)
    return xp.floor(255 * xp.where(radius <= 1, 1 - radius * (1 - color), color * 0.75))
