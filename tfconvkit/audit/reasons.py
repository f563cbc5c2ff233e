"""Why a layer breaks equivariance, in words, from its settings and from what it reads."""

from keras import layers

from tfconvkit.audit import flow, geometry, kinds
from tfconvkit.layers import GroupBatchNormalization

_WITH_CHANNEL_WEIGHTS = (
    layers.BatchNormalization, layers.LayerNormalization, layers.GroupNormalization, layers.PReLU,
)  # fmt: skip


def explain(step, group, element, states, shapes, output_shape):
    """Says why a layer call breaks the law for an element of the group, or returns "" where that is not known.

    Args:
        step: The call.
        group: The audited group.
        element: Index of the element with the largest error.
        states: `flow.State` of what the call reads.
        shapes, output_shape: Shapes of what it reads and of what it makes.
    """
    layer = step.layer
    if kinds.is_group_layer(layer) and flow.index_in(flow.group_of(layer, group.rank), group, element) is None:
        return f"its group {layer.group.name!r} does not contain element {element} of group {group.name!r}"
    lost = next((state.lost for state in states if state.lost), None)
    if lost:
        return f"{lost}, and this layer gives each position its own weight: pool over the grid first"
    return _sampling(layer, group, states[0], shapes[0], output_shape) or _weights(layer, states[0].blocks)


def training_warning(step, states):
    """Warns of a layer with weights or statistics per channel on regular fields, or returns None.

    A fresh layer of this kind is equivariant, since all its channels are still alike.
    """
    blocks = states[0].blocks or ()
    is_per_channel = isinstance(step.layer, _WITH_CHANNEL_WEIGHTS) and bool(step.layer.weights)
    if not is_per_channel or isinstance(step.layer, GroupBatchNormalization):
        return None
    if all(block.field == "trivial" for block in blocks):
        return None
    return (
        f'"{step.path}" ({type(step.layer).__name__}) treats each orientation of its {flow.describe(blocks)} fields as '
        f"a plane of its own: it does not stay equivariant in training. Use GroupBatchNormalization."
    )


def _sampling(layer, group, state, shape, output_shape):
    if not flow.is_grid(shape, group.rank) or not flow.is_grid(output_shape, group.rank):
        return None
    data_format = getattr(layer, "data_format", None) or state.data_format
    return geometry.fault(layer, group, flow.grid_of(shape, data_format), flow.grid_of(output_shape, data_format))


def _weights(layer, blocks):
    if isinstance(layer, (*geometry.CONVOLUTIONS, *geometry.TRANSPOSED)):
        return "its kernel is neither symmetric under the group nor a bank of one kernel in every orientation"
    if isinstance(layer, layers.Dense):
        return "its weights differ between the orientations of a field: pool over the orientations first (GroupPooling)"
    if isinstance(layer, _WITH_CHANNEL_WEIGHTS) and not isinstance(layer, GroupBatchNormalization):
        return f"it treats each channel of {flow.describe(blocks)} fields by itself: use GroupBatchNormalization"
    return ""
