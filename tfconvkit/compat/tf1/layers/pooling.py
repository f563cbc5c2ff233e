"""`tf.layers.max_pooling1d` to `3d`, `average_pooling1d` to `3d` and their classes."""

import tensorflow as tf

from tfconvkit.compat.tf1.layers.arguments import (
    is_channels_first,
    padding_of,
    to_channels_first,
    to_channels_last,
    tuple_of,
)
from tfconvkit.compat.tf1.layers.base import Layer
from tfconvkit.compat.tf1.layers.functional import functional

_MAXIMA = (tf.nn.max_pool1d, tf.nn.max_pool2d, tf.nn.max_pool3d)
_MEANS = (tf.nn.avg_pool1d, tf.nn.avg_pool2d, tf.nn.avg_pool3d)


class Pooling(Layer):
    """Takes the maximum or the mean of windows; a mean with padding "same" counts only what is inside.

    Args:
        pool_size, strides: Integer, or one per axis.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first".
        name, **kwargs: As in `Layer`.

    Input shape:
        `(batch, *grid, channels)`.

    Output shape:
        `(batch, *new_grid, channels)`.

    Example:
        >>> MaxPooling2D(2, 2)(tf.ones((1, 8, 8, 3))).shape
        TensorShape([1, 4, 4, 3])
    """

    rank = 2
    pools = _MAXIMA

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        layer = type(self).__name__
        self.pool_size = tuple_of(pool_size, self.rank, "pool_size", layer)
        self.strides = tuple_of(strides, self.rank, "strides", layer)
        self.padding = padding_of(padding, layer)
        self.data_format, self.is_first = data_format, is_channels_first(data_format, layer)

    def call(self, inputs):
        x = to_channels_last(inputs, self.is_first)
        pool = self.pools[self.rank - 1]
        name = ("MaxPool" if self.pools is _MAXIMA else "AvgPool") + ("3D" if self.rank == 3 else "")
        y = pool(x, self.pool_size, self.strides, self.padding.upper(), name=name)
        return to_channels_first(y, self.is_first)


class MaxPooling1D(Pooling):
    """Takes the largest number of each window of signals, see `Pooling`."""

    rank = 1


class MaxPooling2D(Pooling):
    """Takes the largest number of each window of images, see `Pooling`."""

    rank = 2


class MaxPooling3D(Pooling):
    """Takes the largest number of each window of volumes, see `Pooling`."""

    rank = 3


class AveragePooling1D(Pooling):
    """Takes the mean of each window of signals, see `Pooling`."""

    rank, pools = 1, _MEANS


class AveragePooling2D(Pooling):
    """Takes the mean of each window of images, see `Pooling`."""

    rank, pools = 2, _MEANS


class AveragePooling3D(Pooling):
    """Takes the mean of each window of volumes, see `Pooling`."""

    rank, pools = 3, _MEANS


max_pooling1d = functional(MaxPooling1D)
max_pooling2d = functional(MaxPooling2D)
max_pooling3d = functional(MaxPooling3D)
average_pooling1d = functional(AveragePooling1D)
average_pooling2d = functional(AveragePooling2D)
average_pooling3d = functional(AveragePooling3D)
