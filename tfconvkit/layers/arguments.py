"""What the layers share: argument checks and the reading of shapes."""

import math
import numbers
from collections.abc import Iterable

import keras
import numpy as np

PADDINGS = ("valid", "same")
DATA_FORMATS = ("channels_last", "channels_first")


def one_of(layer, argument, value, known):
    """Returns the string `value`, in lower case as in Keras, if it is one of the `known`."""
    if not isinstance(value, str) or value.lower() not in known:
        expected = " or ".join(f'"{name}"' for name in known)
        raise ValueError(f"{describe(layer)}: {argument} must be {expected}. Received {argument}={value!r}.")
    return value.lower()


def positive_integers(layer, argument, value, rank):
    """Returns a tuple of `rank` positive integers from an integer or a sequence."""
    values = tuple(value) if isinstance(value, Iterable) else (value,) * rank
    if len(values) != rank or not all(_is_positive_integer(v) for v in values):
        raise ValueError(
            f"{describe(layer)}: {argument} must be a positive integer or a tuple of {rank} of them. "
            f"Received {argument}={value!r}."
        )
    return tuple(int(v) for v in values)


def positive_integer(layer, argument, value):
    """Returns a positive integer."""
    if not _is_positive_integer(value):
        raise ValueError(f"{describe(layer)}: {argument} must be a positive integer. Received {argument}={value!r}.")
    return int(value)


def real(layer, argument, value):
    """Returns a finite number as a float."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"{describe(layer)}: {argument} must be a finite number. Received {argument}={value!r}.")
    return float(value)


def convolution_arguments(layer, filters, kernel_size, padding, kwargs):
    """Returns the arguments of a `keras.layers.Conv2D`, checked: Keras knows no integers of NumPy and no bad kinds."""
    windows = {"kernel_size": kernel_size, **{k: kwargs[k] for k in ("strides", "dilation_rate") if k in kwargs}}
    return {
        **kwargs,
        "filters": positive_integer(layer, "filters", filters),
        "padding": one_of(layer, "padding", padding, PADDINGS),
        **{name: positive_integers(layer, name, value, 2) for name, value in windows.items()},
    }


def check_window(layer, input_shape):
    """Raises where a `keras.layers.Conv2D` gets an input of another rank, or one that its window does not fit."""
    check_rank(layer, input_shape, 2)
    extents = tuple((k - 1) * d + 1 for k, d in zip(layer.kernel_size, layer.dilation_rate, strict=True))
    least = extents if layer.padding == "valid" else (1, 1)
    grid = grid_of(input_shape, layer.data_format)
    if any(size is not None and size < each for size, each in zip(grid, least, strict=True)):
        raise ValueError(
            f'{describe(layer)}: padding="{layer.padding}" with a window of {extents} (dilated) needs a grid of at '
            f"least {least}. Received {tuple(grid)}. Use a larger input or a smaller kernel."
        )


def flag(layer, argument, value):
    """Returns True or False, from 0, 1 and None too; words and arrays are no answers."""
    if value is not None and not isinstance(value, (bool, np.bool_, numbers.Integral)):
        raise ValueError(f"{describe(layer)}: {argument} must be True or False. Received {argument}={value!r}.")
    return bool(value)


def integer(layer, argument, value):
    """Returns an integer, of any sign."""
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        raise ValueError(f"{describe(layer)}: {argument} must be an integer. Received {argument}={value!r}.")
    return int(value)


def seed_of(layer, value):
    """Returns the seed of a random generator: an integer from 0 on, or None."""
    if value is None:
        return None
    if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{describe(layer)}: seed must be an integer from 0 on, or None. Received seed={value!r}.")
    return int(value)


def _is_positive_integer(value):
    return isinstance(value, numbers.Integral) and not isinstance(value, bool) and value > 0


def named(layer, make, *args, **kwargs):
    """Calls `make` and puts the layer's name in front of its ValueErrors."""
    try:
        return make(*args, **kwargs)
    except ValueError as error:
        raise ValueError(f"{describe(layer)}: {error}") from error


def describe(layer):
    """Returns class and name of a layer for messages, `GroupConv2D "conv1"`; before it has a name, the class."""
    name = getattr(layer, "name", None)
    return type(layer).__name__ if name is None else f'{type(layer).__name__} "{name}"'


def data_format_of(layer, value):
    """Returns the data format, the one of the Keras configuration for None."""
    value = keras.config.image_data_format() if value is None else value
    return one_of(layer, "data_format", value, DATA_FORMATS)


def grid_of(shape, data_format):
    """Returns the grid sizes within a shape."""
    return tuple(shape[1:-1] if data_format == "channels_last" else shape[2:])


def join_shape(batch, grid, channels, data_format):
    """Returns the shape of a feature map from its parts."""
    return (batch, *grid, channels) if data_format == "channels_last" else (batch, channels, *grid)


def check_rank(layer, shape, rank):
    """Raises unless the shape has a batch, `rank` grid and a channel axis."""
    if len(shape) != rank + 2:
        raise ValueError(
            f"{describe(layer)} expects an input of rank {rank + 2}: batch, {rank} grid axes and channels "
            f"({layer.data_format}). Received input shape {tuple(shape)}. "
            f"Reshape the input, or use the layer for its number of grid axes."
        )
