"""How many numbers the layers of a model store, and what plain convolutions in their place would hold."""

import dataclasses
import math

from keras import layers

from tfconvkit.audit import flow, geometry, kinds
from tfconvkit.audit.graph import Graph
from tfconvkit.layers import GroupBatchNormalization

_SEPARABLE = (layers.SeparableConv1D, layers.SeparableConv2D)
# Their weights are looked up or multiplied element by element.
_WITHOUT_PRODUCTS = (layers.Embedding, layers.PReLU)


@dataclasses.dataclass
class LayerCount:
    """The numbers of one layer.

    Args:
        name: Path of the layer in the model, `"block/conv"`.
        class_name: Its class.
        output_shape: Shape of what its first call makes, None for open sizes.
        stored: Numbers in its weights. Weights that an earlier layer owns are not counted again.
        trainable: Those of them that are trained.
        expanded: Numbers in the layer once it is written out with plain banks, biases and statistics repeated per
            orientation; None where the bank depends on a size that is open.
        multiply_adds: Multiplications with additions for one sample in convolutions and matrix products, all calls
            together; None where sizes are open or the layer is of an unknown kind.
        plain: Numbers of the plain layer with the same planes and the same `kernel_size`.
        calls: How often the model calls the layer.
    """

    name: str
    class_name: str
    output_shape: tuple | None
    stored: int
    trainable: int
    expanded: int | None
    multiply_adds: int | None
    plain: int
    calls: int = 1


class LayerCounts(list):
    """A list of `LayerCount` with the name of the model.

    Args:
        name: Name of the model or layer.
        rows: The rows.
        is_whole: Whether the model is written as a subclass and was counted as one layer.
    """

    def __init__(self, name, rows, is_whole=False):
        super().__init__(rows)
        self.name, self.is_whole = name, is_whole

    @property
    def total(self):
        """The sums over all layers as one `LayerCount`; None where a term is None."""
        names = ("stored", "trainable", "expanded", "multiply_adds", "plain", "calls")
        columns = {name: [getattr(row, name) for row in self] for name in names}
        sums = {name: None if None in column else sum(column) for name, column in columns.items()}
        return LayerCount(name="total", class_name="", output_shape=None, **sums)


def count(target, input_shape=None):
    """Counts the numbers and multiply-adds of every layer of a model.

    The sum of `stored` equals `model.count_params()`. A group convolution stores `k * k * S_in * c_in * filters` and
    expands to the bank `K * K * S_in * c_in * filters * S_out`; its multiply-adds are those of the bank, on the real
    support `K`.

    Args:
        target: A built Keras model or layer. Nested models are opened; a model written as a subclass is one row.
        input_shape: Shape of the input without the batch (a list for several inputs), for sizes that the model leaves
            open.

    Returns:
        `LayerCounts`, a list of `LayerCount`, one per layer in the order of the calls, with `.total`.

    Raises:
        ValueError: if the target is not built and no `input_shape` is given, or a layer cannot take that shape.
        TypeError: if the target is no Keras model or layer.

    Example:
        >>> model = keras.Sequential([keras.Input((32, 32, 3)), layers.LiftConv2D(16, 3, group="C4")])
        >>> rows = audit.count(model)
        >>> rows[0].stored, rows[0].expanded, rows[0].plain
        (448, 1792, 1792)
    """
    graph = Graph(target, input_shape)
    specs, rows, seen = graph.specs(), {}, set()
    for step in graph.steps:
        read, made = [specs[i] for i in step.inputs], [specs[i] for i in step.outputs]
        if id(step.layer) in rows:
            _add_call(rows[id(step.layer)], step.layer, read, made)
        else:
            rows[id(step.layer)] = _row(step, read, made, seen)
    return LayerCounts(target.name, [*rows.values(), *_remainder(target, seen)], graph.is_whole)


def _row(step, read, made, seen):
    own = [weight for weight in getattr(step.layer, "weights", ()) if id(weight) not in seen]
    seen.update(map(id, own))
    stored = sum(_size(weight) for weight in own)
    is_first_owner = bool(own)
    return LayerCount(
        name=step.path,
        class_name=type(step.layer).__name__,
        output_shape=tuple(made[0].shape) if made else None,
        stored=stored,
        trainable=sum(_size(weight) for weight in own if weight.trainable),
        expanded=_expanded(step.layer, read, stored) if is_first_owner else 0,
        multiply_adds=_multiply_adds(step.layer, read, made),
        plain=_plain(step.layer, read, stored) if is_first_owner else 0,
    )


def _remainder(target, seen):
    """One row for weights that belong to the model itself, if there are any."""
    own = [weight for weight in target.weights if id(weight) not in seen]
    stored = sum(map(_size, own))
    trainable = sum(_size(weight) for weight in own if weight.trainable)
    return [LayerCount("(no layer)", "", None, stored, trainable, stored, 0, stored, calls=0)] if own else []


def _add_call(row, layer, read, made):
    row.calls += 1
    more = _multiply_adds(layer, read, made)
    row.multiply_adds = None if None in (more, row.multiply_adds) else row.multiply_adds + more


def _size(weight):
    return math.prod(weight.shape)


def _is_group_convolution(layer):
    return kinds.is_group_layer(layer) and hasattr(layer, "bank")


def _bank_shape(layer, spec):
    """The shape of the bank for this input, or None where it depends on an open size."""
    grid = flow.grid_of(spec.shape, layer.data_format)
    axes = zip(grid, layer.strides, layer.group.moved_axes, strict=True)
    is_sized = layer.padding == "same" and not isinstance(layer, geometry.TRANSPOSED)
    if is_sized and any(size is None and s > 1 and moved for size, s, moved in axes):
        return None
    return tuple(layer.bank(grid).shape)


def _expanded(layer, read, stored):
    if isinstance(layer, GroupBatchNormalization):
        return stored * layer.group.order
    if not _is_group_convolution(layer):
        return stored
    shape = _bank_shape(layer, read[0])
    return None if shape is None else math.prod(shape) + layer.use_bias * _output_channels(layer)


def _output_channels(layer):
    return layer.filters * (layer.group.order if layer.output_field == "regular" else 1)


def _plain(layer, read, stored):
    if isinstance(layer, GroupBatchNormalization):
        return stored * layer.group.order
    if not _is_group_convolution(layer):
        return stored
    inputs = flow.channels_of(read[0].shape, layer.data_format)
    outputs = _output_channels(layer)
    return math.prod(layer.kernel_size) * inputs * outputs + layer.use_bias * outputs


def _multiply_adds(layer, read, made):
    """Positions times the numbers of the kernel at each; 0 for layers without a matrix of weights."""
    if isinstance(layer, layers.Dense):
        return _product(made[0].shape[1:-1], _size(layer.kernel))
    if isinstance(layer, geometry.TRANSPOSED):
        return _product(flow.grid_of(read[0].shape, layer.data_format), _kernel_size(layer, read[0]))
    if isinstance(layer, geometry.CONVOLUTIONS) or _is_group_convolution(layer):
        return _product(flow.grid_of(made[0].shape, layer.data_format), _kernel_size(layer, read[0]))
    is_free = isinstance(layer, _WITHOUT_PRODUCTS) or not kinds.is_mixing(layer)
    return 0 if is_free else None


def _kernel_size(layer, spec):
    """How many numbers the kernels of one position hold, None where that depends on an open size."""
    if _is_group_convolution(layer):
        shape = _bank_shape(layer, spec)
        return None if shape is None else math.prod(shape)
    if isinstance(layer, _SEPARABLE):
        return _size(layer.depthwise_kernel) + _size(layer.pointwise_kernel)
    return _size(layer.kernel)


def _product(grid, kernel):
    return None if kernel is None or None in grid else math.prod(grid) * kernel
