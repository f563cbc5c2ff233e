"""Pooling over the orientations of regular fields."""

import keras
from keras import ops

from tfconvkit import groups
from tfconvkit.layers import arguments
from tfconvkit.layers.group import base
from tfconvkit.layers.inputs import FLOATS, NUMBERS, CheckedInput
from tfconvkit.ops.pooling import largest
from tfconvkit.ops.precision import at_least_float32, mean


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupPooling(CheckedInput):
    """Pools each regular field over its orientations: the result turns like an image, channel by channel.

    `y[p, c] = max_s x[p, c, s]`, or the mean, the sum, or the norm `sqrt(sum_s x[p, c, s]^2)` (whose gradient is 0
    where the norm is 0).

    Args:
        group: Name of the group or a `groups.PointGroup`.
        reduction: `"max"`, `"mean"`, `"sum"` or `"norm"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Input shape:
        `(batch, *grid, channels * order)`, the orientation fastest, any number of grid axes (none after a global
        pooling).

    Output shape:
        `(batch, *grid, channels)`.

    Raises:
        ValueError: for an unknown reduction, or channels that are no multiple of the order of the group.

    Reference:
        Cohen and Welling, Group Equivariant Convolutional Networks, 2016, section 6.2 (coset pooling).

    Example:
        >>> layers.GroupPooling(group="D4")(np.ones((1, 8, 8, 3 * 8), "float32")).shape
        TensorShape([1, 8, 8, 3])
    """

    input_field, output_field = "regular", "trivial"

    def __init__(self, group, reduction="max", data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.group = groups.get(group)
        self.reduction = arguments.one_of(self, "reduction", reduction, tuple(_REDUCTIONS))
        self.input_kinds = NUMBERS if self.reduction == "max" else FLOATS
        self.data_format = arguments.data_format_of(self, data_format)
        self._channel_axis = -1 if self.data_format == "channels_last" else 1

    def build(self, input_shape):
        self.group = groups.of_rank(self.group, len(input_shape) - 2)
        base.field_count(self, input_shape, self._channel_axis)
        self.input_spec = keras.layers.InputSpec(
            ndim=len(input_shape), axes={self._channel_axis: input_shape[self._channel_axis]}
        )

    def call(self, inputs):
        axis = self._channel_axis % len(inputs.shape)
        shape = ops.shape(inputs)
        split = (-1, *shape[1:axis], inputs.shape[axis] // self.group.order, self.group.order, *shape[axis + 1 :])
        return _REDUCTIONS[self.reduction](ops.reshape(inputs, split), axis + 1)

    def compute_output_shape(self, input_shape):
        shape = list(input_shape)
        shape[self._channel_axis] = base.field_count(self, input_shape, self._channel_axis)
        return tuple(shape)

    def get_config(self):
        return {
            **super().get_config(),
            "group": groups.serialize(self.group),
            "reduction": self.reduction,
            "data_format": self.data_format,
        }


def _norm(x, axis):
    """The Euclidean norm; squares are summed in at least float32 and the gradient at zero is zero, not NaN."""
    square = ops.sum(ops.square(at_least_float32(x)), axis=axis)
    is_zero = ops.equal(square, 0)
    norm = ops.sqrt(ops.where(is_zero, ops.ones_like(square), square))
    return ops.cast(ops.where(is_zero, ops.zeros_like(norm), norm), x.dtype)


_REDUCTIONS = {"max": largest, "mean": mean, "sum": ops.sum, "norm": _norm}
