"""The legacy names of the spaces that feature maps live on: image planes "Z2", regular fields of "C4" and of "D4"."""

import functools

from tfconvkit import groups
from tfconvkit.banks import GroupKernel

_GROUPS = {"Z2": "C1", "C4": "C4", "D4": "D4"}


def group_of(space):
    """Returns the group whose elements a feature map on this space has components for: C1 for "Z2".

    Args:
        space: `"Z2"`, `"C4"` or `"D4"`.

    Raises:
        ValueError: if the name is unknown.

    Example:
        >>> group_of("D4").order
        8
    """
    if space not in _GROUPS:
        raise ValueError(
            f'Expected a space "Z2" (image planes), "C4" or "D4" (regular fields). Received {space!r}. '
            "Other groups are in tfconvkit.layers.GroupConv2D."
        )
    return groups.get(_GROUPS[space], rank=2)


def field_of(space):
    """Returns the field type of the components on this space: `"trivial"` for "Z2", else `"regular"`."""
    return "trivial" if space == "Z2" else "regular"


@functools.cache
def kernel_layout(h_input, h_output, kernel_size):
    """Returns the `GroupKernel` of a convolution between two spaces with a square kernel of any size.

    Args:
        h_input: `"Z2"`, or the same as `h_output`.
        h_output: `"Z2"`, `"C4"` or `"D4"`.
        kernel_size: Positive integer.

    Raises:
        ValueError: if a name is unknown, or if the input is a regular field of another group than the output.

    Example:
        >>> kernel_layout("C4", "C4", 3).sizes
        (4, 4)
    """
    source, target = group_of(h_input), group_of(h_output)
    if h_input not in ("Z2", h_output):
        raise ValueError(
            f'Expected h_input="Z2" or h_input equal to h_output. Received h_input="{h_input}", '
            f'h_output="{h_output}". To come back to image planes use GroupPool or tfconvkit.layers.ProjectConv2D, to '
            f"pass to a subgroup tfconvkit.layers.GroupRestrict."
        )
    # The group C1 has one component: to a regular field of it, an image convolution keeps its kernel as it is.
    fields = "trivial" if source.order == 1 else "regular", "regular"
    return GroupKernel(target, (kernel_size, kernel_size), (1, 1), "valid", (1, 1), *fields)
