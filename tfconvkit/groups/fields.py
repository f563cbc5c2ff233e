"""Field types, and the action of a group on feature maps made of fields."""

import numpy as np

from tfconvkit.groups.catalogue import get
from tfconvkit.groups.point_group import as_array, check_group

FIELDS = ("trivial", "regular")


class Field:
    """Says how a group permutes the components of one field: as the cosets G/H of a subgroup H.

    `"trivial"` is G/G (one component: an image plane), `"regular"` is G/{e} (`order` components, one per element).

    Attributes:
        name: `"trivial"` or `"regular"`.
        size: Number of components.
        action: `(order, size)`, component `t` is carried to component `action[g, t]` by element `g`.

    Raises:
        ValueError: if the name is unknown.
    """

    def __init__(self, name, group):
        if not isinstance(name, str) or name not in FIELDS:
            raise ValueError(f"Unknown field type {name!r}. Use one of {', '.join(map(repr, FIELDS))}.")
        check_group("Field", group)
        self.name = name
        self.action = group.cayley if name == "regular" else np.zeros((group.order, 1), int)
        self.size = self.action.shape[1]


def act(group, element, x, field="trivial", data_format="channels_last"):
    """Computes the exact action of a group element on a feature map.

    `(L_g f)[p, c, s] = f[M_g^-1 p, c, g^-1 s]`: the grid is moved and the components of each field are permuted.

    Args:
        group: Name of a group or a `PointGroup`.
        element: Index of the element.
        x: Array `(batch, *grid, fields * size)`, the component fastest (for `channels_first` the channels stand
            second). An array without grid axes, `(batch, fields * size)`, has only its components permuted.
        field: `"trivial"` or `"regular"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Returns:
        The moved array. Its grid axes are swapped where the element swaps them.

    Raises:
        ValueError: for an unknown element, field or data format, or if the rank of `x` or its number of channels does
            not fit the group and the field.

    Example:
        >>> groups.act("C4", 1, np.arange(4).reshape(1, 2, 2, 1))[0, :, :, 0]
        array([[1, 3],
               [0, 2]])
    """
    x = as_array("act", x)
    group = get(group, rank=x.ndim - 2 if isinstance(group, str) and x.ndim > 2 else None)
    field = Field(field, group)
    group.check_element(element)
    if not isinstance(data_format, str) or data_format not in ("channels_last", "channels_first"):
        raise ValueError(f'data_format must be "channels_last" or "channels_first". Received {data_format!r}.')
    if x.ndim not in (2, group.rank + 2):
        raise ValueError(
            f"The action of group {group.name!r} expects an array of 2 or {group.rank + 2} axes "
            f"(batch, {group.rank} grid axes, channels). Received shape {x.shape}."
        )
    channel_axis = 1 if data_format == "channels_first" or x.ndim == 2 else x.ndim - 1
    if x.shape[channel_axis] % field.size:
        raise ValueError(
            f"A {field.name} field of group {group.name!r} has {field.size} components: the channels must be a "
            f"multiple of it. Received {x.shape[channel_axis]} channels in shape {x.shape}."
        )
    if x.ndim > 2:
        x = group.transform(element, x, first_axis=2 if channel_axis == 1 else 1)
    components = np.arange(x.shape[channel_axis]).reshape(-1, field.size)
    sources = components[:, field.action[group.inverse[element]]].reshape(-1)
    return np.take(x, sources, axis=channel_axis)
