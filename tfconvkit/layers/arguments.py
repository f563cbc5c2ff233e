"""What the layers share: argument checks and the reading of shapes."""

import numbers
from collections.abc import Iterable

import keras

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


def _is_positive_integer(value):
    return isinstance(value, numbers.Integral) and not isinstance(value, bool) and value > 0


def named(layer, make, *args, **kwargs):
    """Calls `make` and puts the layer's name in front of its ValueErrors."""
    try:
        return make(*args, **kwargs)
    except ValueError as error:
        raise ValueError(f"{describe(layer)}: {error}") from error


def describe(layer):
    """Returns class and name of a layer for messages, `GroupConv2D "conv1"`."""
    return f'{type(layer).__name__} "{layer.name}"'


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
