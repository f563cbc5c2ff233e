"""Hole masks with the legacy signatures and random numbers; `tfconvkit.masks` has masks for every shape, seeded.

Settings are read from the legacy `FLAGS`, from the configuration of version 1 (names in capitals) or from a dictionary:
`img_shapes` (height and width first), `height`, `width`, `vertical_margin`, `horizontal_margin`, `max_delta_height`,
`max_delta_width`. Masks are drawn with the global generator `numpy.random`, as they were: `np.random.seed` fixes them.
"""

import math
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from tfconvkit import masks


def random_bbox(FLAGS):
    """Draws the position of a box: top uniform in `[margin, image height - margin - height)`, left likewise.

    The upper end is exclusive, so that a box never touches the last row that its margin leaves.

    Args:
        FLAGS: Settings: `img_shapes`, `height`, `width`, `vertical_margin`, `horizontal_margin`.

    Returns:
        `(top, left, height, width)`, int32 scalars; the first two are drawn anew in every run of a graph.

    Raises:
        ValueError: if a setting is missing, or the box does not fit.

    Example:
        >>> flags = {"img_shapes": [64, 64, 3], "height": 24, "width": 20, "vertical_margin": 4, "horizontal_margin": 2}
        >>> [int(size) for size in random_bbox(flags)[2:]]
        [24, 20]
    """
    sides = zip(_image_size(FLAGS), ("height", "width"), ("vertical_margin", "horizontal_margin"), strict=True)
    corner, size = zip(*(_random_side(FLAGS, *each) for each in sides), strict=True)
    return (*corner, *size)


def _random_side(flags, image, side, margin):
    length, low = setting(flags, side), setting(flags, margin)
    if low >= image - low - length:
        raise ValueError(
            f"random_bbox: expected {side} + 2 * {margin} below the size of the image. Received {side}={length}, "
            f"{margin}={low}, image {side}={image}. Use a smaller box or margin."
        )
    return tf.random.uniform((), low, image - low - length, dtype="int32"), tf.constant(length, "int32")


def bbox2mask(FLAGS, bbox, name="mask"):
    """Fills a box, from which it first takes a random number of rows and of columns off, the same on both sides.

    `dh = randint(max_delta_height // 2 + 1)`, then `dw` likewise: ones at rows `top + dh` to `top + height - dh`,
    columns `left + dw` to `left + width - dw`, ends exclusive.

    Args:
        FLAGS: Settings: `img_shapes`, `max_delta_height`, `max_delta_width`.
        bbox: `(top, left, height, width)`, integers or scalar tensors.
        name: Name of the scope of the operations.

    Returns:
        float32 tensor `(1, image height, image width, 1)` of zeros and ones.

    Raises:
        ValueError: if a setting is missing.

    Example:
        >>> flags = {"img_shapes": [8, 8, 3], "max_delta_height": 0, "max_delta_width": 0}
        >>> float(tf.reduce_sum(bbox2mask(flags, (1, 2, 3, 4))))
        12.0
    """
    size = _image_size(FLAGS)
    largest = [setting(FLAGS, f"max_delta_{side}") // 2 for side in ("height", "width")]

    def fill(top, left, height, width):
        mask = np.zeros((1, *size, 1), "float32")
        dh, dw = (np.random.randint(each + 1) for each in largest)
        mask[:, top + dh : top + height - dh, left + dw : left + width - dw] = 1
        return mask

    return _drawn(fill, bbox, size, name)


def brush_stroke_mask(FLAGS, name="mask"):
    """Draws brush strokes with the legacy recipe, defects included.

    1 to 3 strokes of 4 to 11 steps; angles uniform in `[2 pi / 5 - U(0, 2 pi / 15), 2 pi / 5 + U(0, 2 pi / 15)]`, every
    other one negative; lengths `clip(N(R, floor(R / 2)), 0, 2 R)`, `R = sqrt(height^2 + width^2) / 8`; widths from 12
    to 39. Height and width are swapped: on a wide image nothing is drawn to the right, for which
    `tfconvkit.masks.free_form` is the remedy. For the same `np.random.seed` the strokes are the legacy ones; they
    were drawn by another library, so pixels on their edges may differ.

    Args:
        FLAGS: Settings: `img_shapes`.
        name: Name of the scope of the operations.

    Returns:
        float32 tensor `(1, image height, image width, 1)` of zeros and ones.

    Raises:
        ValueError: if a setting is missing.

    Reference:
        Yu et al., Free-Form Image Inpainting with Gated Convolution, 2019 (https://arxiv.org/abs/1806.03589).

    Example:
        >>> brush_stroke_mask({"img_shapes": [64, 64, 3]}).shape
        TensorShape([1, 64, 64, 1])
    """
    size = _image_size(FLAGS)

    def draw():
        mask = np.zeros(size, bool)
        for _ in range(np.random.randint(1, 4)):
            points = _walk(*size)
            # Pixel (i, j) has its centre at (i + 1/2, j + 1/2).
            masks.paint(mask, points[:, ::-1] + 0.5, int(np.random.uniform(12, 40)) / 2)
        return mask[None, ..., None].astype("float32")

    return _drawn(draw, (), size, name)


def _walk(height, width):
    """Returns the points (x, y) of a stroke: in the order of the legacy random numbers."""
    mean = math.hypot(height, width) / 8
    steps = np.random.randint(4, 12)
    low = 2 * math.pi / 5 - np.random.uniform(0, 2 * math.pi / 15)
    high = 2 * math.pi / 5 + np.random.uniform(0, 2 * math.pi / 15)
    angles = np.random.uniform(low, high, size=steps)
    angles[::2] *= -1
    # Here x stays below the height and y below the width, as it was.
    points = [(np.random.randint(0, height), np.random.randint(0, width))]
    for angle in angles:
        length = np.clip(np.random.normal(mean, mean // 2), 0, 2 * mean)
        step = length * np.array([math.cos(angle), math.sin(angle)])
        points.append(tuple(np.clip(points[-1] + step, 0, (height, width)).astype(int)))
    return np.array(points)


def spatial_discounting_mask(config):
    """Returns the loss weights of version 1 for a box: `max(gamma^min(i, H - i), gamma^min(j, W - j))`.

    Args:
        config: Settings: `height`, `width`, and, where they are there, `spatial_discounting_gamma` (0.9) and
            `discounted_mask` (true; else all weights are 1).

    Returns:
        float32 tensor `(1, height, width, 1)`; row 0 has weight 1, the last row `gamma`, as it was.

    Raises:
        ValueError: if a setting is missing.

    Reference:
        Yu et al., Generative Image Inpainting with Contextual Attention, 2018 (https://arxiv.org/abs/1801.07892).

    Example:
        >>> spatial_discounting_mask({"HEIGHT": 16, "WIDTH": 20}).shape
        TensorShape([1, 16, 20, 1])
    """
    size = setting(config, "height"), setting(config, "width")
    gamma = setting(config, "spatial_discounting_gamma", 0.9) if setting(config, "discounted_mask", True) else 1.0
    return tf.constant(masks.spatial_discount(size, gamma)[None], "float32")


def setting(flags, name, default=None):
    """Reads a setting from an object or a dictionary, by its name in small letters or in capitals.

    Args:
        flags: Object with attributes, or dictionary.
        name: Name in small letters.
        default: What to return where there is none; None means that it must be there.

    Raises:
        ValueError: if there is no such setting and no default.

    Example:
        >>> setting({"HEIGHT": 24}, "height")
        24
    """
    for spelling in (name, name.upper()):
        value = flags.get(spelling) if isinstance(flags, Mapping) else getattr(flags, spelling, None)
        if value is not None:
            return value
    if default is None:
        raise ValueError(f'Expected a setting "{name}" (or "{name.upper()}"). Received {flags!r}. Add it.')
    return default


def _image_size(flags):
    return tuple(int(size) for size in setting(flags, "img_shapes")[:2])


def _drawn(function, arguments, size, name):
    """Calls NumPy anew in every run of a graph."""
    with tf.name_scope(name):
        mask = tf.numpy_function(function, [tf.cast(each, "int32") for each in arguments], "float32")
        return tf.ensure_shape(mask, (1, *size, 1))
