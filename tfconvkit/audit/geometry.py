"""Where the sampling grid of a layer is not symmetric, in integers and by the rules of `padding`."""

from keras import layers

from tfconvkit import padding as pads
from tfconvkit.audit import kinds
from tfconvkit.layers import GroupPooling, GroupRestrict
from tfconvkit.layers.group.convolution import GroupConv
from tfconvkit.layers.group.convolution_transpose import GroupConvTranspose
from tfconvkit.layers.group.spatial_pooling import GroupSpatialPooling

CONVOLUTIONS = (
    layers.Conv1D, layers.Conv2D, layers.Conv3D, layers.DepthwiseConv1D, layers.DepthwiseConv2D,
    layers.SeparableConv1D, layers.SeparableConv2D,
)  # fmt: skip
PLAIN_TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
TRANSPOSED = (*PLAIN_TRANSPOSED, GroupConvTranspose)
GROUP_WINDOWS = (GroupConv, GroupSpatialPooling)
_AXIS_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
_PER_AXIS = ("kernel_size", "pool_size", "strides", "dilation_rate", "output_padding", "padding", "cropping", "size")


def is_known(layer):
    """Says whether `fault` has a rule for this kind of layer."""
    ruled = tuple(kind for classes, _ in _RULES for kind in classes)
    return isinstance(layer, (*ruled, layers.Dense, GroupPooling, GroupRestrict)) or kinds.is_pointwise(layer)


def fault(layer, group, grid, output_grid):
    """Says why a layer does not sample a grid symmetrically under a group, or returns None.

    Only where the windows stand is judged, not what the weights do: on an axis that the group reverses they must map
    onto each other, and on axes that the group swaps they must be alike.

    Args:
        layer: A layer.
        group: A `PointGroup`.
        grid: Grid sizes of the input.
        output_grid: Grid sizes of the output.
    """
    for classes, rule in _RULES:
        if isinstance(layer, classes):
            names = _AXIS_NAMES[group.rank]
            if len(grid) != group.rank:
                return None
            reversed_axes = [axis for axis in range(group.rank) if group.reversed_axes[:, axis].any()]
            found = (rule(layer, axis, grid[axis], output_grid[axis]) for axis in reversed_axes)
            texts = [text.format(axis=names[axis]) for axis, text in zip(reversed_axes, found, strict=True) if text]
            return texts[0] if texts else _difference(layer, group)
    return None


def _difference(layer, group):
    """Says which setting differs between axes that the group swaps."""
    protected = layer.group.axis_orbits if isinstance(layer, GROUP_WINDOWS) else None
    for axis, orbit in enumerate(group.axis_orbits):
        if len(orbit) == 1 or protected and set(orbit) <= set(protected[axis]):
            continue
        for name in _PER_AXIS:
            setting = getattr(layer, name, None)
            if isinstance(setting, (tuple, list)) and len({setting[other] for other in orbit}) > 1:
                return f"{name}={tuple(setting)} differs between axes that group {group.name!r} swaps"
    return None


def _window(layer, axis):
    """Returns (dilated extent, stride, padding) of a sliding window on one grid axis."""
    extents = getattr(layer, "pool_size", None) or layer.kernel_size
    rates = getattr(layer, "dilation_rate", None) or (1,) * len(extents)
    return pads.dilated_size(extents[axis], rates[axis]), layer.strides[axis], layer.padding


def _convolution(layer, axis, size, output_size):
    extent, stride, padding = _window(layer, axis)
    return None if pads.is_equivariant(size, extent, stride, padding) else _describe(size, extent, stride, padding)


def _group_window(layer, axis, size, output_size):
    """The layers of a group protect with "same" the axes that their own group moves."""
    orbit = layer.group.axis_orbits[axis]
    extent = max(_window(layer, other)[0] for other in orbit)
    _, stride, padding = _window(layer, axis)
    is_protected = padding == "same" and layer.group.moved_axes[axis]
    is_fine = is_protected or pads.is_equivariant(size, extent, stride, padding)
    return None if is_fine else _describe(size, extent, stride, padding)


def _pooling(layer, axis, size, output_size):
    """Pooling sees only the part of a window inside the grid: these parts must map onto each other."""
    extent, stride, padding = _window(layer, axis)
    before = pads.same_pads(size, extent, stride)[0] if padding == "same" else 0
    begins = [position * stride - before for position in range(output_size)]
    parts = [(max(begin, 0), min(begin + extent, size)) for begin in begins]
    is_symmetric = parts == [(size - end, size - begin) for begin, end in reversed(parts)]
    return None if is_symmetric else _describe(size, extent, stride, padding)


def _transposed(layer, axis, size, output_size):
    """A transposed convolution is the adjoint of the convolution of its output: the rule of that convolution."""
    extent, stride, padding = _window(layer, axis)
    if pads.is_equivariant(output_size, extent, stride, padding):
        return None
    return f"as a transposed convolution to {{axis}} {output_size}: {_describe(output_size, extent, stride, padding)}"


def _margins(layer, axis, size, output_size):
    """Margins that are added or cut on both sides of an axis must be equal."""
    name = "cropping" if hasattr(layer, "cropping") else "padding"
    margins = getattr(layer, name)[axis]
    before, after = margins if isinstance(margins, (tuple, list)) else getattr(layer, name)
    return None if before == after else f"{name}=({before}, {after}) on {{axis}} is not symmetric"


def _always(layer, axis, size, output_size):
    """Always symmetric on one axis: whole-number upsampling, and transposed group convolutions."""


def _describe(size, extent, stride, padding):
    window = f"(window {extent}, stride {stride})"
    if padding == "valid":
        unread = (size - extent) % stride
        return f'padding="valid" leaves the last {unread} of {{axis}} {size} unread {window}'
    before, after = pads.same_pads(size, extent, stride)
    if before == after:
        unread = pads.remainder(size, stride) + 1 - extent
        return f'padding="same" leaves the last {unread} of {{axis}} {size} unread {window}'
    return f'padding="same" pads ({before}, {after}) on {{axis}} of size {size} {window}'


_RULES = (
    ((GroupConvTranspose,), _always),
    (GROUP_WINDOWS, _group_window),
    (CONVOLUTIONS, _convolution),
    (PLAIN_TRANSPOSED, _transposed),
    (kinds.POOLINGS, _pooling),
    ((*kinds.PADDINGS, *kinds.CROPPINGS), _margins),
    (kinds.UPSAMPLINGS, _always),
)
