"""Hole masks for inpainting, and weights inside them, in plain NumPy: 1 in the hole, 0 where the image is known."""

import math

import numpy as np

from tfconvkit import checks

__all__ = ["box", "discount", "distance", "free_form", "spatial_discount"]


def free_form(
    size,
    count=None,
    *,
    strokes=(1, 3),
    vertices=(4, 11),
    width=(12, 39),
    angle=2 * math.pi / 5,
    angle_spread=2 * math.pi / 15,
    flip=False,
    rng=None,
):
    """Draws brush strokes at random: the free-form masks of DeepFill v2, for images of any shape.

    A stroke starts anywhere on the canvas and takes steps of length `clip(N(R, floor(R / 2)), 0, 2 R)`,
    `R = sqrt(height^2 + width^2) / 8`, whose angles are uniform around `angle`, every other one negative, so that it
    runs to and fro while it drifts to the right. A pixel is in the hole if its centre is within half a brush width of
    a step. The original code swaps height and width, which leaves the right part of a wide image without holes; here
    strokes start everywhere. On square images coverage is distributed as in the original.

    Args:
        size: `(height, width)`.
        count: Number of masks; None gives one, without the axis in front.
        strokes: Smallest and largest number of strokes.
        vertices: Smallest and largest number of steps of a stroke.
        width: Smallest and largest brush width in pixels.
        angle: Mean angle of the steps.
        angle_spread: Half the largest range of angles of a stroke.
        flip: Whether masks are mirrored at random in both directions, which makes all corners alike. The original
            code meant to, but throws the mirrored mask away.
        rng: `numpy.random.Generator`, integer seed or None.

    Returns:
        Array `(height, width, 1)`, or `(count, height, width, 1)`, float32 of zeros and ones.

    Raises:
        ValueError: for sizes that are not positive or ranges in the wrong order.

    Reference:
        Yu et al., Free-Form Image Inpainting with Gated Convolution, 2019 (https://arxiv.org/abs/1806.03589),
        algorithm 1.

    Example:
        >>> free_form((64, 96), count=4, rng=0).shape
        (4, 64, 96, 1)
    """
    size = checks.integers("free_form", "size", size, rank=2, least=1)
    strokes, vertices, width = (
        _range("free_form", *each) for each in (("strokes", strokes), ("vertices", vertices), ("width", width))
    )
    angle = checks.number("free_form", "angle", angle)
    angle_spread = checks.number("free_form", "angle_spread", angle_spread, least=0)
    rng, flip = _generator("free_form", rng), checks.flag("free_form", "flip", flip)

    def draw():
        mask = np.zeros(size, bool)
        for _ in range(rng.integers(*strokes, endpoint=True)):
            steps = rng.integers(*vertices, endpoint=True)
            points = _walk(size, steps, angle, angle_spread, rng)
            paint(mask, points, rng.integers(*width, endpoint=True) / 2)
        if flip:
            mask = mask[:: rng.choice([-1, 1]), :: rng.choice([-1, 1])]
        return mask[..., None]

    return _repeated(draw, count)


def _walk(size, steps, angle, spread, rng):
    """Returns the points `(steps + 1, 2)`, (row, column), of one stroke."""
    mean = math.hypot(*size) / 8
    angles = rng.uniform(angle - rng.uniform(0, spread), angle + rng.uniform(0, spread), size=steps)
    angles[::2] *= -1
    lengths = np.clip(rng.normal(mean, mean // 2, size=steps), 0, 2 * mean)
    points = [rng.uniform(0, size)]
    for turn, length in zip(angles, lengths, strict=True):
        step = length * np.array([math.sin(turn), math.cos(turn)])
        points.append(np.clip(points[-1] + step, 0, size))
    return np.array(points)


def paint(mask, points, radius):
    """Sets all pixels whose centre lies within a radius of the line through some points, in place.

    Args:
        mask: Boolean array `(height, width)`.
        points: Array `(count, 2)` of (row, column); pixel `(i, j)` has its centre at `(i + 1/2, j + 1/2)`.
        radius: Half the width of the brush, in pixels.

    Example:
        >>> mask = np.zeros((3, 5), bool)
        >>> paint(mask, np.array([[1.5, 0.5], [1.5, 4.5]]), radius=0.5)
        >>> mask.sum(axis=1)
        array([0, 5, 0])
    """
    for start, end in zip(points, points[1:], strict=False):
        low = np.maximum(np.floor(np.minimum(start, end) - radius), 0).astype(int)
        high = np.ceil(np.maximum(start, end) + radius).astype(int) + 1
        part = mask[low[0] : high[0], low[1] : high[1]]
        rows, columns = np.ogrid[: part.shape[0], : part.shape[1]]
        # Pixel centres relative to the start of the segment.
        y, x = rows + low[0] + 0.5 - start[0], columns + low[1] + 0.5 - start[1]
        dy, dx = end - start
        along = np.clip((y * dy + x * dx) / max(dy * dy + dx * dx, 1e-12), 0, 1)
        part |= (y - along * dy) ** 2 + (x - along * dx) ** 2 <= radius * radius


def box(size, box_size, count=None, *, margin=0, shrink=0, rng=None):
    """Places a rectangular hole at random.

    Args:
        size: `(height, width)` of the image.
        box_size: Integer or two, height and width of the box.
        count: Number of masks; None gives one, without the axis in front.
        margin: Integer or two, pixels that stay known at each border. All positions that it leaves are equally
            likely. (The original code never takes the last one.)
        shrink: Integer or two; per axis a random number of pixels up to this one is taken off on both sides.
        rng: `numpy.random.Generator`, integer seed or None.

    Returns:
        Array `(height, width, 1)`, or `(count, height, width, 1)`, float32 of zeros and ones.

    Raises:
        ValueError: for sizes that are not positive, a box that does not fit, or one that shrinks to nothing.

    Example:
        >>> box((64, 96), (20, 30), rng=0).sum()
        np.float32(600.0)
    """
    size = checks.integers("box", "size", size, rank=2, least=1)
    box_size = checks.integers("box", "box_size", box_size, rank=2, least=1)
    margin, shrink = (np.array(checks.integers("box", name, each, rank=2, least=0))
                      for name, each in (("margin", margin), ("shrink", shrink)))
    last = np.array(size) - margin - box_size
    if (last < margin).any() or (2 * shrink >= box_size).any() or min(*margin, *shrink) < 0:
        raise ValueError(
            f"box expects box_size + 2 * margin <= size and 2 * shrink < box_size. Received size={size}, "
            f"box_size={box_size}, margin={tuple(margin)}, shrink={tuple(shrink)}. Use a smaller box or margin."
        )
    rng = _generator("box", rng)

    def draw():
        mask = np.zeros((*size, 1), "float32")
        top, left = rng.integers(margin, last, endpoint=True)
        rows, columns = rng.integers(0, shrink, endpoint=True)
        mask[top + rows : top + box_size[0] - rows, left + columns : left + box_size[1] - columns] = 1
        return mask

    return _repeated(draw, count)


def distance(mask):
    """Computes how many steps, up, down or sideways, lead from each pixel to the nearest known one.

    Args:
        mask: Array `(height, width)` or `(..., height, width, channels)`; above 0.5 is hole.

    Returns:
        Array of the same shape, float32: 0 where the image is known, infinite where nothing is.

    Example:
        >>> distance(np.array([[0, 1, 1, 1, 0]]))
        array([[0., 1., 2., 1., 0.]], dtype=float32)
    """
    steps = np.where(_checked_mask(mask) > 0.5, np.float32(np.inf), np.float32(0))
    # The city-block distance is separable: along one axis, then along the other, in both directions.
    for axis in (0, 1) if steps.ndim == 2 else (-3, -2):
        steps = np.moveaxis(steps, axis, -1)
        place = np.arange(steps.shape[-1], dtype="float32")
        before = np.minimum.accumulate(steps - place, axis=-1) + place
        behind = np.minimum.accumulate((steps + place)[..., ::-1], axis=-1)[..., ::-1] - place
        steps = np.moveaxis(np.minimum(before, behind), -1, axis)
    return steps


def discount(mask, gamma=0.9):
    """Computes `gamma^distance`: the weights of the spatially discounted reconstruction loss, for any mask.

    A pixel deep in a hole may rightly differ from the original, so it counts less.

    Args:
        mask: As in `distance`.
        gamma: Factor per step, in (0, 1].

    Returns:
        Array of the mask's shape, float32, 1 where the image is known.

    Reference:
        Yu et al., Generative Image Inpainting with Contextual Attention, 2018 (https://arxiv.org/abs/1801.07892),
        section 3.2.

    Example:
        >>> discount(np.array([[0, 1, 1, 1, 0]]), gamma=0.5)
        array([[1.  , 0.5 , 0.25, 0.5 , 1.  ]], dtype=float32)
    """
    return np.float32(checks.number("discount", "gamma", gamma, least=0, most=1)) ** distance(mask)


def spatial_discount(size, gamma=0.9):
    """Computes the weights that DeepFill v1 gives to a box: `max(gamma^min(i, H - i), gamma^min(j, W - j))`.

    As in the original, the first row and column have weight 1 and the last ones `gamma`; `discount` is symmetric.

    Args:
        size: `(height, width)` of the box.
        gamma: Factor per step.

    Returns:
        Array `(height, width, 1)`, float32.

    Example:
        >>> spatial_discount((4, 4), gamma=0.5)[..., 0].min()
        np.float32(0.25)
    """
    gamma = checks.number("spatial_discount", "gamma", gamma, least=0, most=1)
    size = checks.integers("spatial_discount", "size", size, rank=2, least=1)
    rows, columns = (np.arange(length) for length in size)
    rows, columns = np.minimum(rows, len(rows) - rows), np.minimum(columns, len(columns) - columns)
    return np.maximum(gamma ** rows[:, None], gamma**columns)[..., None].astype("float32")


def _range(function, argument, value):
    pair = checks.listed(value)
    if len(pair) != 2 or not all(map(checks.is_integer, pair)) or not 0 <= pair[0] <= pair[1]:
        raise ValueError(f"{function} expects two integers {argument}=(smallest, largest). Received "
                         f"{argument}={value!r}.")
    return pair


def _generator(function, rng):
    if rng is not None and not isinstance(rng, np.random.Generator) and not (checks.is_integer(rng) and rng >= 0):
        raise ValueError(f"{function} expects rng as a numpy.random.Generator, an integer from 0 on or None. Received "
                         f"rng={rng!r}.")
    return np.random.default_rng(rng)


def _checked_mask(mask):
    """The mask as an array, with two axes or from three on, all but the first of which have one cell or more."""
    try:
        mask = np.asarray(mask)
    except ValueError as error:
        raise ValueError(f"Expected mask as an array. Received lists of different lengths: {error}.") from error
    if mask.dtype.kind not in "biuf":
        raise TypeError(f"Expected mask as an array of booleans or real numbers. Received dtype {mask.dtype}.")
    if mask.ndim < 2 or 0 in mask.shape[1:] or mask.ndim < 4 and 0 in mask.shape:
        raise ValueError(f"Expected mask as (height, width) or (..., height, width, channels), which must not be "
                         f"empty. Received shape {mask.shape}.")
    if np.isnan(mask).any():
        raise ValueError("Expected mask of numbers: above 0.5 is hole. Received NaN, which is neither hole nor known.")
    return mask


def _repeated(draw, count):
    if count is None:
        return draw().astype("float32")
    if not checks.is_positive_integer(count):
        raise ValueError(f"Expected count as a positive integer, or None for one mask. Received count={count!r}.")
    return np.stack([draw() for _ in range(count)]).astype("float32")
