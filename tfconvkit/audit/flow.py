"""What is known of the channels of every tensor in a model: which fields they hold, and how a group acts on them."""

from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from tfconvkit import groups
from tfconvkit.audit import kinds


class Block(NamedTuple):
    """Consecutive channels that hold fields of one type.

    Args:
        field: `"trivial"` or `"regular"`.
        group: The group of a regular field, None for a trivial one (every group acts on it alike).
        channels: Number of channels.
    """

    field: str
    group: groups.PointGroup | None
    channels: int


class State(NamedTuple):
    """What is known of one tensor.

    Args:
        blocks: Tuple of `Block`, or None where the fields are not known.
        data_format: `"channels_last"` or `"channels_first"`.
        lost: Why a group cannot act on the entries (a flattened grid), or None.
    """

    blocks: tuple | None
    data_format: str
    lost: str | None = None


def uniform(field, group, channels):
    """Returns the blocks of a tensor whose channels all hold one type of field."""
    is_trivial = field == "trivial" or group.order == 1
    return (Block("trivial", None, channels) if is_trivial else Block("regular", group, channels),)


def describe(blocks):
    """Returns a short text, `regular C4` or `regular C4 (8) + trivial (3)`; "?" for unknown fields."""
    if blocks is None:
        return "?"
    texts = [f"{block.field} {block.group.name}" if block.group else block.field for block in blocks]
    if len(blocks) == 1:
        return texts[0]
    return " + ".join(f"{text} ({block.channels})" for text, block in zip(texts, blocks, strict=True))


def is_grid(shape, rank):
    """Says whether a tensor of this shape is a feature map on a grid of `rank` axes."""
    return len(shape) == rank + 2


def grid_of(shape, data_format):
    """Returns the grid sizes within a shape."""
    return tuple(shape[1:-1] if data_format == "channels_last" else shape[2:])


def channels_of(shape, data_format):
    """Returns the number of channels within a shape."""
    return shape[1] if data_format == "channels_first" and len(shape) > 2 else shape[-1]


def first_data_format(graph):
    """Returns the data format of the inputs of a `Graph`: that of the first layer that has one, else Keras' default."""
    formats = (getattr(step.layer, "data_format", None) for step in graph.steps)
    return next(filter(None, formats), keras.config.image_data_format())


def propagate(step, states, shapes, output_shape, rank):
    """Returns the `State` of what a layer makes, from the states and shapes of what it reads."""
    layer, data_format = step.layer, getattr(step.layer, "data_format", None) or states[0].data_format
    if kinds.is_group_layer(layer):
        channels = channels_of(output_shape, data_format)
        return State(uniform(layer.output_field, output_group_of(layer, rank), channels), data_format)
    lost = _loss(step, states, shapes, output_shape, rank, data_format)
    if lost:
        return State(None, data_format, lost)
    if isinstance(layer, kinds.POOLINGS) and data_format != states[0].data_format:
        # A pooling over the channels, as `surgery.deploy` writes the pooling over orientations.
        return State(None, states[0].data_format)
    return State(_carried(layer, states, shapes, output_shape), data_format)


def mismatch(step, states, shapes, rank):
    """Says where a layer is fed by fields of another group or type than it needs, or None.

    Fields that are not known are not judged.
    """
    layer = step.layer
    if kinds.is_group_layer(layer):
        (needed,) = uniform(layer.input_field, group_of(layer, rank), None)
        wrong = [b for state in states for b in state.blocks or () if b[:2] != needed[:2]]
        if wrong:
            return (
                f'"{step.path}" ({type(layer).__name__} of group {layer.group.name!r}) needs {describe([needed])} '
                f"fields, but is fed by {describe(wrong[:1])} fields"
            )
    if kinds.is_merge(layer):
        joined = sorted({describe(blocks) for blocks in _joined(states, shapes) if blocks})
        if len(joined) > 1:
            return f'"{step.path}" ({type(layer).__name__}) joins {" and ".join(joined)} fields'
    return None


def act(blocks, group, element, x, data_format):
    """Computes the action of an element of `group` on the array `x` whose channels hold these blocks.

    A regular field of another group is moved by the element of that group that has the same matrix.

    Returns:
        The moved array, or None where the group of a block does not contain the element.
    """
    axis = 1 if data_format == "channels_first" or x.ndim == 2 else x.ndim - 1
    parts = np.split(x, np.cumsum([block.channels for block in blocks])[:-1], axis=axis)
    moved = []
    for block, part in zip(blocks, parts, strict=True):
        index = element if block.group is None else index_in(block.group, group, element)
        if index is None:
            return None
        moved.append(groups.act(block.group or group, index, part, block.field, data_format))
    return np.concatenate(moved, axis=axis)


def contains(blocks, group, element):
    """Says whether the groups of all blocks contain this element of `group`."""
    return all(block.group is None or index_in(block.group, group, element) is not None for block in blocks)


def index_in(other, group, element):
    """Returns the index in another group of the element with the same matrix, or None where it has none."""
    return other.index(group.matrices[element]) if other.rank == group.rank else None


def group_of(layer, rank):
    """Returns the group of a layer; for one that never saw a grid, the group of that name on `rank` grid axes."""
    return groups.of_rank(layer.group, rank)


def output_group_of(layer, rank):
    """Returns the group of the fields that a layer makes: its own, or the subgroup that it restricts to."""
    return groups.of_rank(getattr(layer, "output_group", layer.group), rank)


def candidates(group, channels):
    """Lists the fields that so many channels can hold, the simplest first, as blocks.

    Trivial, regular for the group, and regular for each named group that contains it: a network for D4 is one for C4.
    """
    known = [groups.get(name, group.rank) for name in groups.names(group.rank)]
    larger = sorted((o for o in known if o.order > group.order and _is_subgroup(group, o)), key=lambda o: o.order)
    fitting = [other for other in (group, *larger) if other.order > 1 and channels % other.order == 0]
    return [uniform("trivial", group, channels), *(uniform("regular", other, channels) for other in fitting)]


def _is_subgroup(group, other):
    return all(other.index(matrix) is not None for matrix in group.matrices)


def _loss(step, states, shapes, output_shape, rank, data_format):
    """Says why the entries of the output of a layer cannot be moved, or returns None."""
    lost = [state.lost for state in states if state.lost]
    if lost and not kinds.is_mixing(step.layer):
        return lost[0]
    name = f'"{step.path}" ({type(step.layer).__name__})'
    if kinds.is_rearranging(step.layer):
        points = [is_point(shape, rank, data_format) for shape in (*shapes, output_shape)]
        if not all(points):
            return f"{name} mixes up grid positions and channels"
    if len(output_shape) not in (2, rank + 2):
        return f"{name} gives shape {tuple(output_shape)}, no feature map on {rank} grid axes"
    return None


def is_point(shape, rank, data_format):
    """Says whether a shape has no grid, or a grid of a single position."""
    return len(shape) == 2 or is_grid(shape, rank) and set(grid_of(shape, data_format)) == {1}


def _carried(layer, states, shapes, output_shape):
    """The blocks that a layer hands on, or None where it makes new channels."""
    if isinstance(layer, layers.Concatenate):
        is_by_channel = _is_channel_axis(layer.axis, len(output_shape), states[0].data_format)
        return _concatenated(states) if is_by_channel else None
    if kinds.is_merge(layer):
        joined = _joined(states, shapes)
        return joined[0] if len(set(joined)) == 1 else None
    return states[0].blocks if kinds.carries_fields(layer) else None


def _is_channel_axis(axis, ndim, data_format):
    return axis % ndim == (1 if data_format == "channels_first" or ndim == 2 else ndim - 1)


def _concatenated(states):
    """The blocks of concatenated channels; neighbours of one type become one block."""
    merged = []
    for state in states:
        if state.blocks is None:
            return None
        for block in state.blocks:
            if merged and merged[-1][:2] == block[:2]:
                merged[-1] = block._replace(channels=block.channels + merged[-1].channels)
            else:
                merged.append(block)
    return tuple(merged)


def _joined(states, shapes):
    """The blocks of the parts of a merge, without those of one channel: they are spread over all channels."""
    channels = [channels_of(shape, state.data_format) for state, shape in zip(states, shapes, strict=True)]
    return [state.blocks for state, count in zip(states, channels, strict=True) if count == max(channels)]
