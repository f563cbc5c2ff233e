"""Convolutions that answer nothing with nothing: empty batches and grids."""

from keras import ops


def conv(x, kernel, *args, **options):
    """Convolves as `keras.ops.conv` does, `even_if_empty`.

    Example:
        >>> conv(ops.ones((0, 8, 8, 3)), ops.ones((3, 3, 3, 5)), padding="valid").shape
        TensorShape([0, 6, 6, 5])
    """
    return even_if_empty(ops.conv, x, kernel, *args, **options)


def depthwise_conv(x, kernel, *args, **options):
    """Convolves as `keras.ops.depthwise_conv` does, `even_if_empty`.

    Example:
        >>> depthwise_conv(ops.ones((0, 8, 8, 3)), ops.ones((3, 3, 3, 2)), padding="valid").shape
        TensorShape([0, 6, 6, 6])
    """
    return even_if_empty(ops.depthwise_conv, x, kernel, *args, **options)


def even_if_empty(function, x, *args, **options):
    """Calls a function in which there are convolutions, on every processor also of an empty batch or grid.

    TensorFlow with oneDNN gives the convolution of nothing the shape of its input, whatever the kernel (2.21, on
    processors with AVX512, where oneDNN is the default). So empty axes get one cell of zeros, which is left out of the
    result. A batch of unknown size that turns out to be empty within a graph is left to TensorFlow.

    Args:
        function: Maps a tensor to a tensor with the same axes; what has no cells before has none behind.
        x: Tensor with a last axis that is not empty.
        *args, **options: Passed on to the function.

    Example:
        >>> even_if_empty(keras.layers.Conv2D(5, 3, padding="same"), ops.ones((2, 0, 8, 3))).shape
        TensorShape([2, 0, 8, 5])
    """
    empty = [size == 0 for size in x.shape]
    if not any(empty[:-1]):
        return function(x, *args, **options)
    y = function(ops.pad(x, [(0, int(none)) for none in empty]), *args, **options)
    return y[tuple(slice(0) if none else slice(None) for none in empty)]
