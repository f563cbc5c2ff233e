"""The layers a network is built from, for a group or, without one, the plain layers of Keras."""

import math

import keras

from tfconvkit import checks, groups, layers
from tfconvkit.ops import arguments

# The running statistics follow within tens of steps; the 0.99 of Keras lags behind in short trainings.
_MOMENTUM = 0.9
_FORMAT = {"data_format": "channels_last"}


class LayerKit:
    """Makes the layers of one network, so that its builder reads the same with and without a group.

    Every method takes the arguments of the Keras layer it stands for and returns a new layer. Channels stand last.

    Args:
        group: Name of a two-dimensional group, a `groups.PointGroup`, or None; "Z2" and groups of order 1 count as
            None.

    Attributes:
        group: The `groups.PointGroup`, or None for plain layers.
        order: Number of orientations, 1 for plain layers.
        name: Name of the group for names of models, "plain" for None.

    Raises:
        ValueError: if the group is unknown or acts on another number of axes.
    """

    def __init__(self, group):
        is_plain = group is None or isinstance(group, str) and group == "Z2"
        group = None if is_plain else groups.get(group, rank=2)
        self.group = group if group is not None and group.order > 1 else None
        self.order = self.group.order if self.group else 1
        self.name = self.group.name if self.group else "plain"

    def fields(self, planes):
        """Returns the fields that take about as many parameters as so many planes: `planes / sqrt(order)`."""
        return max(1, round(planes / math.sqrt(self.order)))

    def lift(self, filters, kernel_size, **kwargs):
        return self._make(layers.LiftConv2D, keras.layers.Conv2D, filters, kernel_size, **kwargs, **_FORMAT)

    def convolution(self, filters, kernel_size, **kwargs):
        return self._make(layers.GroupConv2D, keras.layers.Conv2D, filters, kernel_size, **kwargs, **_FORMAT)

    def projection(self, filters, kernel_size, **kwargs):
        return self._make(layers.ProjectConv2D, keras.layers.Conv2D, filters, kernel_size, **kwargs, **_FORMAT)

    def transposed(self, filters, kernel_size, **kwargs):
        plain = keras.layers.Conv2DTranspose
        return self._make(layers.GroupConvTranspose2D, plain, filters, kernel_size, **kwargs, **_FORMAT)

    def normalization(self, **kwargs):
        plain = keras.layers.BatchNormalization
        return self._make(layers.GroupBatchNormalization, plain, axis=-1, momentum=_MOMENTUM, **kwargs)

    def max_pooling(self, **kwargs):
        return self._make(layers.GroupMaxPooling2D, keras.layers.MaxPooling2D, **kwargs, **_FORMAT)

    def dropout(self, rate, **kwargs):
        if self.group is None:
            return keras.layers.Dropout(rate, **kwargs)
        return layers.GroupDropout(self.group, rate, **kwargs, **_FORMAT)

    def pool_orientations(self, x, reduction, **kwargs):
        """Turns regular fields into planes; planes stay what they are."""
        if self.group is None:
            return x
        return layers.GroupPooling(self.group, reduction=reduction, **kwargs, **_FORMAT)(x)

    def _make(self, of_group, plain, *args, **kwargs):
        return plain(*args, **kwargs) if self.group is None else of_group(*args, group=self.group, **kwargs)


def check_sizes(model, input_shape, *, smallest=1, multiple=1):
    """Returns the input shape as a tuple, after checking it.

    Args:
        model: Name of the builder, for the message.
        input_shape: `(height, width, channels)`, height and width may be None.
        smallest: Smallest height and width that the network takes.
        multiple: Number that height and width have to be multiples of.

    Raises:
        ValueError: if the rank, the channels or a known size do not fit.
    """
    shape = arguments.listed(input_shape)
    are_sizes = all(size is None or arguments.is_integer(size) for size in shape)
    if len(shape) != 3 or not are_sizes or not arguments.is_positive_integer(shape[-1]):
        raise ValueError(
            f"{model} expects input_shape=(height, width, channels) with a known number of channels. "
            f"Received input_shape={input_shape!r}. Leave the batch out; only height and width may be None."
        )
    if any(size is not None and (size < smallest or size % multiple) for size in shape[:2]):
        of_multiple = f" and a multiple of {multiple}" if multiple > 1 else ""
        raise ValueError(
            f"{model} needs a height and a width of at least {smallest}{of_multiple}. Received "
            f"input_shape={input_shape}. Resize or pad the images (by equal amounts on both sides)."
        )
    return tuple(size if size is None else int(size) for size in shape)


def check_widths(model, widths, count=None):
    """Returns the widths as a tuple of positive integers, `count` of them (at least two where None)."""
    values = arguments.listed(widths)
    is_count = len(values) == count if count else len(values) >= 2
    if not is_count or not all(map(arguments.is_positive_integer, values)):
        raise ValueError(
            f"{model} expects widths as {count or 'two or more'} positive integers, the fields per stage. "
            f"Received widths={widths!r}. Leave it None for the widths of the paper."
        )
    return tuple(map(int, values))


def check_positive(model, **values):
    """Raises unless all these arguments are positive integers."""
    for name, value in values.items():
        if not arguments.is_positive_integer(value):
            raise ValueError(f"{model} expects {name} as a positive integer. Received {name}={value!r}.")


def has_top(model, include_top, activation):
    """Returns whether there is a classifier, after checking it and its activation."""
    checks.no_class(model, "classifier_activation", activation)
    return arguments.flag(model, "include_top", include_top)


def name_of(model, name, default):
    """Returns the name of a model, the default for None."""
    if name is not None and not isinstance(name, str):
        raise TypeError(f"{model} expects name as a string or None. Received name={name!r}.")
    return name or default
