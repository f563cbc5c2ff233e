"""What the patch layers share: their arguments, which fit any number of grid axes."""

import math

from tfconvkit.layers.arguments import describe, named, one_of
from tfconvkit.layers.inputs import CheckedInput
from tfconvkit.ops.patch_axes import PADDINGS, is_positive_integer, lines_of


class PatchLayer(CheckedInput):
    """Holds the windows of a patch layer; not used by itself.

    Args:
        size, strides, dilation_rate: Positive integer, or one per grid axis.
        padding: `"valid"` or `"same"`.
    """

    def __init__(self, size, strides=1, dilation_rate=1, padding="valid", **kwargs):
        super().__init__(**kwargs)
        self.size = integers(self, "size", size)
        self.strides = integers(self, "strides", strides)
        self.dilation_rate = integers(self, "dilation_rate", dilation_rate)
        self.padding = one_of(self, "padding", padding, PADDINGS)

    @property
    def windows(self):
        """The arguments of `ops.patches`, by name."""
        names = ("size", "strides", "dilation_rate", "padding")
        return {name: getattr(self, name) for name in names}

    def lines(self, grid):
        """The windows on each axis of a grid, whose unknown sizes are None."""
        return named(self, lines_of, grid, **self.windows)

    def check_rank(self, shape):
        """Raises unless a shape has a batch, one to three grid axes and known channels."""
        if not 3 <= len(shape) <= 5 or shape[-1] is None:
            raise ValueError(
                f"{describe(self)} expects (batch, *grid, channels) with one, two or three grid axes and known "
                f"channels. Received input shape {tuple(shape)}. Reshape the input, channels last."
            )

    def get_config(self):
        return {**super().get_config(), **self.windows}


def integers(layer, argument, value):
    """Returns a positive integer, or a tuple of one to three."""
    values = tuple(value) if isinstance(value, tuple | list) else (value,)
    if not 1 <= len(values) <= 3 or not all(map(is_positive_integer, values)):
        raise ValueError(
            f"{describe(layer)}: {argument} must be a positive integer, or one per grid axis. "
            f"Received {argument}={value!r}."
        )
    return tuple(map(int, values)) if isinstance(value, tuple | list) else int(value)


def cells(lines):
    """Returns the number of taps of a window."""
    return math.prod(line.taps for line in lines)
