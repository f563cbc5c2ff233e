"""Max and average pooling in every precision and rank."""

from keras import ops

from tfconvkit.ops import arguments


def pool(function, x, pool_size, strides, padding, data_format):
    """Pools with `ops.max_pool` or `backend.average_pool`; volumes slice by slice, then along the depth.

    Both maximum and mean over a box are the same taken axis by axis. TensorFlow's own pooling of volumes has no
    float64 and no float16 on a CPU.

    Args:
        function: `ops.max_pool` or `backend.average_pool`.
        x: Tensor with one, two or three grid axes.
        pool_size, strides: Integers per axis.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Example:
        >>> pool(ops.max_pool, ops.ones((1, 4, 4, 4, 3)), (2, 2, 2), (2, 2, 2), "valid", "channels_last").shape
        TensorShape([1, 2, 2, 2, 3])
    """
    if not callable(function) or isinstance(function, type):
        raise TypeError(f"pool expects a function such as keras.ops.max_pool. Received {function!r}.")
    x, pool_size, strides = _checked(x, pool_size, strides, padding, data_format)
    if len(pool_size) < 3:
        return function(x, pool_size, strides, padding, data_format)
    is_last = data_format == "channels_last"
    _, depth, *grid, channels = shape = ops.shape(x)
    if not is_last:
        _, channels, depth, *grid = shape
    slices = (-1, *grid, channels) if is_last else (-1, channels * depth, *grid)
    x = function(ops.reshape(x, slices), pool_size[1:], strides[1:], padding, data_format)
    grid = ops.shape(x)[1:3] if is_last else ops.shape(x)[2:]
    cells = grid[0] * grid[1]
    columns = (-1, depth, cells, channels) if is_last else (-1, channels, depth, cells)
    x = function(ops.reshape(x, columns), (pool_size[0], 1), (strides[0], 1), padding, data_format)
    depth = ops.shape(x)[1 if is_last else 2]
    return ops.reshape(x, (-1, depth, *grid, channels) if is_last else (-1, channels, depth, *grid))


def _checked(x, pool_size, strides, padding, data_format):
    """The tensor, and integers per grid axis; TensorFlow ends the process where a window is larger than the grid."""
    arguments.one_of("pool", "padding", padding, ("valid", "same"))
    arguments.one_of("pool", "data_format", data_format, ("channels_last", "channels_first"))
    x = arguments.tensor("pool", "x", x, axes=(3, 4, 5), kinds=arguments.FLOATS)
    rank = len(x.shape) - 2
    pool_size = arguments.integers("pool", "pool_size", pool_size, rank, least=1)
    strides = arguments.integers("pool", "strides", strides, rank, least=1)
    grid = tuple(x.shape)[1:-1] if data_format == "channels_last" else tuple(x.shape)[2:]
    if padding == "valid" and any(n is not None and n < k for n, k in zip(grid, pool_size, strict=True)):
        raise ValueError(f'pool with padding="valid" needs a grid of at least pool_size={pool_size}. Received a grid '
                         f'of {grid}. Use a smaller window or padding="same".')
    return x, pool_size, strides


def largest(x, axis, keepdims=False):
    """Takes the maximum along axes, of an empty batch too, which `keras.ops.max` refuses in eager mode.

    Args:
        x: Tensor.
        axis: Axis, or tuple of axes.
        keepdims: Whether the axes stay, with size 1.

    Example:
        >>> largest(ops.ones((0, 4)), axis=-1).shape
        TensorShape([0])
    """
    x = arguments.tensor("largest", "x", x, least=1)
    axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    axes = tuple(arguments.axis_of("largest", x, each) for each in axes)
    if any(x.shape[each] == 0 for each in axes):
        raise ValueError(f"largest needs one number or more on each axis. Received axis={axis!r} for shape "
                         f"{tuple(x.shape)}.")
    # Of no numbers the shape alone counts.
    reduce = ops.sum if 0 in tuple(x.shape) else ops.max
    return reduce(x, axis=axes, keepdims=arguments.flag("largest", "keepdims", keepdims))
