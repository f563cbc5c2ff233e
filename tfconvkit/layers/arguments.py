"""What the layers share: argument checks and the reading of shapes."""

import keras

from tfconvkit import checks

PADDINGS = ("valid", "same")
DATA_FORMATS = ("channels_last", "channels_first")


def one_of(layer, argument, value, known):
    """Returns the string `value`, in lower case as in Keras, if it is one of the `known`."""
    if isinstance(value, str) and value.lower() in known:
        return value.lower()
    return checks.one_of(describe(layer), argument, value, known)


def positive_integers(layer, argument, value, rank):
    """Returns a tuple of `rank` positive integers from an integer or a sequence."""
    return checks.integers(describe(layer), argument, value, rank, least=1)


def positive_integer(layer, argument, value):
    """Returns a positive integer."""
    return checks.integer(describe(layer), argument, value, least=1)


def real(layer, argument, value):
    """Returns a finite number as a float."""
    return checks.number(describe(layer), argument, value)


def convolution_arguments(layer, filters, kernel_size, padding, kwargs):
    """Returns the arguments of a `keras.layers.Conv2D`, checked: Keras knows no integers of NumPy and no bad kinds."""
    windows = {"kernel_size": kernel_size, **{k: kwargs[k] for k in ("strides", "dilation_rate") if k in kwargs}}
    return {
        **kwargs,
        "filters": positive_integer(layer, "filters", filters),
        "padding": one_of(layer, "padding", padding, PADDINGS),
        **{name: positive_integers(layer, name, value, 2) for name, value in windows.items()},
        "activation": activation_of(layer, "activation", kwargs.get("activation")),
    }


def activation_of(layer, argument, value):
    """Returns the function that an activation stands for."""
    return keras.activations.get(checks.no_class(describe(layer), argument, value))


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
    return checks.flag(describe(layer), argument, value)


def integer(layer, argument, value):
    """Returns an integer, of any sign."""
    return checks.integer(describe(layer), argument, value)


def seed_of(layer, value):
    """Returns the seed of a random generator: an integer from 0 on, or None."""
    if value is None:
        return None
    if not checks.is_integer(value) or value < 0:
        raise ValueError(f"{describe(layer)}: seed must be an integer from 0 on, or None. Received seed={value!r}.")
    return int(value)


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
