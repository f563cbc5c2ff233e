"""Convolutions that answer nothing with nothing, empty batches and grids, and the addition of their bias."""

import keras
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


def add_bias(x, bias, data_format="channels_last"):
    """Adds a number to each channel; where `x` is a convolution of TensorFlow, the sum becomes a part of it.

    `keras.ops.add` asks the sizes which axis the bias is for, even where its shape says so: on TensorFlow, channels
    first and as many columns as channels, it adds a bias `(1, channels, 1, 1)` along the columns (Keras 3.15).

    Args:
        x: Tensor with one to three grid axes.
        bias: `(channels,)`.
        data_format: `"channels_last"` or `"channels_first"`.

    Example:
        >>> np.asarray(add_bias(ops.zeros((1, 2, 2)), ops.convert_to_tensor([0.0, 1.0]), "channels_first"))[0]
        array([[0., 0.],
               [1., 1.]], dtype=float32)
    """
    is_last = data_format == "channels_last"
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.nn.bias_add(x, bias, "N...C" if is_last else "NC...")
    return x + ops.reshape(bias, (-1,) if is_last else (-1,) + (1,) * (len(x.shape) - 2))


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
