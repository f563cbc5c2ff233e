"""Calls of `tfconvkit.masks`, `groups`, `padding` and `windows` that work."""

import numpy as np
from hostile.calls import Call
from hostile.tensors import array

from tfconvkit import groups, masks, padding, windows

GROUP = groups.get("D4")


def is_mask(result, size, count=None, **_):
    lead = () if count is None else (count,)
    return result.shape == (*lead, *np.broadcast_to(size, 2), 1) and set(np.unique(result)) <= {0, 1}


def is_of_shape(result, mask, **_):
    return result.shape == np.shape(mask) and result.dtype == "float32"


MASKS = [
    Call("masks.free_form", masks.free_form,
         dict(size=(16, 20), count=2, strokes=(1, 2), vertices=(2, 3), width=(2, 4), angle=1.2, angle_spread=0.4,
              flip=True, rng=0), is_mask),
    Call("masks.box", masks.box, dict(size=(16, 20), box_size=(5, 6), count=2, margin=1, shrink=(1, 2), rng=0),
         is_mask),
    Call("masks.distance", masks.distance, dict(mask=np.eye(5)), is_of_shape, is_finite=False),
    Call("masks.discount", masks.discount, dict(mask=np.eye(5), gamma=0.9), is_of_shape),
    Call("masks.spatial_discount", masks.spatial_discount, dict(size=(4, 5), gamma=0.9),
         lambda result, size, gamma: result.shape == (*np.broadcast_to(size, 2), 1)),
]
GROUPS = [
    Call("groups.get", groups.get, dict(group="D4", rank=2)),
    Call("groups.get", groups.get, dict(group="C4")),
    Call("groups.act", groups.act,
         dict(group="C4", element=1, x=array(2, 5, 6, 8), field="regular", data_format="channels_last")),
    Call("groups.act", groups.act,
         dict(group=GROUP, element=3, x=array(2, 3, 5, 5), field="trivial", data_format="channels_first")),
    Call("groups.names", groups.names, dict(rank=2)),
    Call("groups.of_rank", groups.of_rank, dict(group=GROUP, rank=2)),
    Call("groups.serialize", groups.serialize, dict(group=GROUP)),
    Call("groups.Field", groups.Field, dict(name="regular", group=GROUP)),
    Call("groups.PointGroup", groups.PointGroup, dict(name="D4", matrices=GROUP.matrices)),
    Call("groups.PointGroup", groups.PointGroup, dict(name="mine", matrices=[[[1, 0], [0, 1]], [[0, 1], [1, 0]]])),
    Call("groups.PointGroup.transform", GROUP.transform, dict(element=3, x=array(5, 5, 2), first_axis=0)),
    Call("groups.PointGroup.index", GROUP.index, dict(matrix=GROUP.matrices[3])),
    Call("groups.PointGroup.subgroup", GROUP.subgroup, dict(other=groups.get("C2"))),
    Call("groups.Subgroup", lambda other: GROUP.subgroup(other).cosets, dict(other=groups.get("C4"))),
]
SIZES = dict(size=9, kernel_size=3, stride=2, padding="same")
PADDING = [
    Call("padding.dilated_size", padding.dilated_size, dict(kernel_size=3, dilation_rate=2)),
    Call("padding.output_size", padding.output_size, SIZES),
    Call("padding.transposed_size", padding.transposed_size, SIZES),
    Call("padding.remainder", padding.remainder, dict(size=9, stride=2)),
    Call("padding.same_pads", padding.same_pads, dict(size=9, kernel_size=3, stride=2)),
    Call("padding.is_equivariant", padding.is_equivariant, SIZES),
    Call("padding.equivariant_support", padding.equivariant_support, dict(kernel_size=3, rest=1)),
    Call("padding.tap_offset", padding.tap_offset, dict(kernel_size=3, support=4, rest=1)),
    Call("windows.GroupWindow", windows.GroupWindow,
         dict(group=GROUP, kernel_size=(3, 3), strides=(2, 2), padding="same", follow_all_axes=False)),
    Call("windows.is_uniform", windows.is_uniform, dict(group=GROUP, values=(2, 2))),
    Call("windows.check_swapped", windows.check_swapped,
         dict(group=GROUP, argument="strides", values=(2, 2), reason="a reason")),
]
CALLS = [*MASKS, *GROUPS, *PADDING]
