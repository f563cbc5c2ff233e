"""Clean-up of estimated blur kernels: noise, centre, and the kernel of twice the scale. NumPy arrays, in float64."""

import math

import numpy as np

from tfconvkit.ops import arguments


def centre_of_mass(kernel):
    """Computes `(sum_uv u k[u, v], sum_uv v k[u, v]) / sum_uv k[u, v]`, the centre of mass in rows and columns.

    Args:
        kernel: Array `(height, width)`.

    Example:
        >>> centre_of_mass(np.array([[0, 0], [1, 3]]))
        array([1.  , 0.75])
    """
    kernel = arguments.array("centre_of_mass", "kernel", kernel, axes=2)
    rows, columns = kernel.sum(axis=1), kernel.sum(axis=0)
    moments = np.array([rows @ np.arange(len(rows)), columns @ np.arange(len(columns))])
    return moments / _total("centre_of_mass", kernel)


def scale_centre(shape, scale):
    """Returns where the centre of mass of a down-scaling kernel belongs: `K // 2 + (S - 1) / 2` on each axis.

    A pixel of the small image then stands in the middle of the `S` pixels that it replaces: `ops.resize.imresize`
    puts cell `K // 2` of the kernel on the first of them.

    Args:
        shape: `(height, width)` of the kernel.
        scale: `S`, how many times smaller the image becomes: a number, or one for each axis.

    Example:
        >>> scale_centre((13, 8), 2)
        array([6.5, 4.5])
    """
    shape = np.array(arguments.integers("scale_centre", "shape", shape, least=1))
    scale = arguments.array("scale_centre", "scale", scale)
    if scale.shape not in ((), (1,), shape.shape) or not (scale > 0).all():
        raise ValueError(f"scale_centre expects scale as one number above 0, or one for each of {len(shape)} axes. "
                         f"Received scale={scale}.")
    return shape // 2 + (scale - 1) / 2


def denoised(kernel, count=40):
    """Subtracts three quarters of the value after the `count` largest, cuts off what is negative, and sums to 1.

    A soft threshold: what remains is smaller as well, so the kernel becomes a little narrower.

    Args:
        kernel: Array `(height, width)`.
        count: How many values stay above the threshold for certain.

    Raises:
        ValueError: if the kernel has not more than `count` cells, or nothing in it is positive.

    Example:
        >>> denoised(np.array([[4.0, 0.5], [0.5, 1.0]]), count=1)
        array([[0.92857143, 0.        ],
               [0.        , 0.07142857]])
    """
    kernel = arguments.array("denoised", "kernel", kernel, axes=2)
    if kernel.size <= arguments.integer("denoised", "count", count, least=0):
        raise ValueError(f"denoised expects count below the {kernel.size} cells of the kernel. Received count={count}.")
    rest = np.maximum(kernel - 0.75 * np.sort(kernel, axis=None)[-count - 1], 0)
    if not rest.sum() > 0:
        raise ValueError(f"denoised found no positive value in the kernel. Received a largest value of {kernel.max()}.")
    return rest / rest.sum()


def centred(kernel, centre, crop=True):
    """Moves a kernel so that its centre of mass is where it should be; its sum stays what it was.

    The kernel is padded by zeros, so that little leaves it, and moved by cubic spline interpolation.

    Args:
        kernel: Array `(height, width)`.
        centre: Row and column, such as those of `scale_centre`.
        crop: Whether to cut the padding off again. Without, the kernel grows by 4 or more and the centre moves along.

    Example:
        >>> kernel = np.outer(np.hanning(13), np.hanning(13))
        >>> centre_of_mass(kernel), centre_of_mass(centred(kernel, (6.5, 6.5))).round(1)
        (array([6., 6.]), array([6.5, 6.5]))
    """
    kernel, centre = _checked("centred", kernel, "centre", centre)
    offset = centre - centre_of_mass(kernel)
    if not (np.abs(offset) <= kernel.shape).all():
        raise ValueError(f"centred moves a kernel by at most its size {kernel.shape}. Received centre={centre} for one "
                         f"with the centre of mass {centre_of_mass(kernel)}. Use denoised(kernel) first.")
    pad = math.ceil(np.abs(offset).max()) + 1
    moved = shifted(np.pad(kernel, pad), offset)
    if not arguments.flag("centred", "crop", crop):
        return moved
    inner = moved[pad:-pad, pad:-pad]
    return inner * (kernel.sum() / _total("centred", inner))


def shifted(kernel, offset):
    """Moves an array by fractions of a cell: `y[i] = s(i - offset)`, `s` the cubic spline through its values.

    Beyond the first and the last cell `s` is 0; there the spline is even (`s(-t) = s(t)`). As `scipy.ndimage.shift`.

    Args:
        kernel: Array `(height, width)`.
        offset: Rows and columns to move by, positive to higher indices.

    Example:
        >>> shifted(np.diag([0.0, 1.0, 0.0]), (1, 0)).round(6) + 0.0
        array([[0., 0., 0.],
               [0., 0., 0.],
               [0., 1., 0.]])
    """
    kernel, offset = _checked("shifted", kernel, "offset", offset)
    rows, columns = (_shift_matrix(size, each) for size, each in zip(kernel.shape, offset, strict=True))
    return rows @ kernel @ columns.T


def _checked(owner, kernel, argument, pair):
    """The kernel, and a pair of numbers for its axes."""
    kernel, pair = arguments.array(owner, "kernel", kernel, axes=2), arguments.array(owner, argument, pair)
    if pair.shape != (2,):
        raise ValueError(f"{owner} expects {argument} as two numbers, for rows and columns. Received {pair}.")
    return kernel, pair


def _total(owner, kernel):
    """The sum of a kernel, by which something is divided."""
    total = kernel.sum()
    if abs(total) <= 1e-12 * np.abs(kernel).sum():
        raise ValueError(f"{owner} needs a kernel whose sum is not 0. Received a sum of {total} in shape "
                         f"{kernel.shape}. A blur kernel sums to 1.")
    return total


def _shift_matrix(size, offset):
    """Returns the matrix that moves the values of an axis: splines at the new places times the fit of splines."""
    places = np.arange(size) - offset
    matrix = _splines(places, size) @ np.linalg.inv(_splines(np.arange(size), size))
    return np.where(((places >= 0) & (places <= size - 1))[:, None], matrix, 0)


def _splines(places, size):
    """Returns the values of `size` cubic B-splines at places: `(places, size)`, mirrored at both ends."""
    first = np.floor(places).astype("int64") - 1
    cells = first[:, None] + np.arange(4)
    x = np.abs(places[:, None] - cells)
    values = np.where(x < 1, 2 / 3 - x**2 + x**3 / 2, np.maximum(2 - x, 0) ** 3 / 6)
    period = max(2 * size - 2, 1)
    wrapped = np.mod(cells, period)
    matrix = np.zeros((len(places), size))
    np.add.at(matrix, (np.arange(len(places))[:, None], np.minimum(wrapped, period - wrapped) % size), values)
    return matrix


def squared_scale(kernel):
    """Computes the kernel of two steps of scale 2: blur, take every second pixel, and both once more.

    `y[p] = sum_{u + 2 v = p} k[u] k[v]`, half a kernel cut off on each side, sum 1.

    Args:
        kernel: Array `(K, K)`, the kernel of scale 2.

    Returns:
        Array `(3 K - 2 - 2 (K // 2),) * 2`: 25 for 13.

    Example:
        >>> squared_scale(np.eye(13)).shape
        (25, 25)
    """
    kernel = arguments.array("squared_scale", "kernel", kernel, axes=2)
    size = len(kernel)
    if kernel.shape[1] != size:
        raise ValueError(f"squared_scale expects a square kernel. Received shape {kernel.shape}. Pad it by zeros.")
    whole = np.zeros((3 * size - 2,) * 2)
    for row, column in np.ndindex(kernel.shape):
        whole[2 * row : 2 * row + size, 2 * column : 2 * column + size] += kernel[row, column] * kernel
    crop = size // 2
    inner = whole[crop : len(whole) - crop, crop : len(whole) - crop]
    return inner / _total("squared_scale", inner)
