"""What the group layers share: checks of grids and of fields."""

from tfconvkit import groups
from tfconvkit.layers.arguments import describe


def check_grid(layer, window, grid):
    """Raises where a window gives no output on the grid."""
    sizes = window.output_size(grid)
    if any(size is not None and size <= 0 for size in sizes) or 0 in grid:
        raise ValueError(
            f'{describe(layer)}: the grid {tuple(grid)} is too small for padding="{window.padding}" with a window of '
            f"{window.support((0,) * len(grid))} (dilated). Received output sizes {sizes}, expected at least 1. "
            f'Use a larger input, a smaller window or padding="same".'
        )


def field_count(layer, shape, channel_axis, field="regular"):
    """Returns the number of fields in the channels of a shape, or says why they are none."""
    channels, size = shape[channel_axis], groups.Field(field, layer.group).size
    if channels is None:
        raise ValueError(f"{describe(layer)} needs a known number of channels. Received input shape {tuple(shape)}.")
    if channels % size or channels == 0:
        raise ValueError(
            f"{describe(layer)}: a {field} field of group {layer.group.name!r} has {size} components, so the input "
            f"channels must be a positive multiple of {size}. Received {channels} channels in input shape "
            f"{tuple(shape)}. Lift images first (LiftConv2D), or check that the layer before uses the same group."
        )
    return channels // size
