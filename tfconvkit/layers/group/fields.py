"""Layers that keep or regroup fields: upsampling, dropout of whole fields, restriction to a subgroup."""

import keras
import numpy as np
from keras import ops

from tfconvkit import groups
from tfconvkit.layers import arguments
from tfconvkit.layers.group import base
from tfconvkit.layers.inputs import ANY, FLOATS, NUMBERS, CheckedInput
from tfconvkit.windows import check_swapped


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupUpSampling2D(CheckedInput, keras.layers.UpSampling2D):
    """Upsamples fields by an integer factor, so that the output turns with the input.

    Repeating pixels, and Keras' bilinear and bicubic interpolation by an integer factor, commute with every turn and
    mirror; the layer says which fields pass through and refuses factors that differ on axes the group swaps.

    Args:
        group: Name of the group or a `groups.PointGroup`.
        size: Integer or two, equal on axes that the group swaps.
        field: `"regular"` or `"trivial"`.
        data_format, interpolation: As in `keras.layers.UpSampling2D`. On TensorFlow, Keras interpolates (other than
            `"nearest"`) in float32 and only where height and width are known.

    Input shape:
        `(batch, height, width, channels * order)`, the orientation fastest; `channels` alone for trivial fields.

    Output shape:
        `(batch, height * size, width * size, channels * order)`.

    Raises:
        ValueError: for unknown names, factors that are not positive or differ on swapped axes, channels that are no
            multiple of the order.

    Example:
        >>> layers.GroupUpSampling2D(group="C4")(np.ones((1, 4, 4, 8), "float32")).shape
        TensorShape([1, 8, 8, 8])
    """

    def __init__(self, group, size=2, field="regular", data_format=None, interpolation="nearest", **kwargs):
        data_format = arguments.data_format_of(self, data_format)
        super().__init__(size=size, data_format=data_format, interpolation=interpolation, **kwargs)
        self.group = groups.get(group, rank=2)
        self.size = arguments.positive_integers(self, "size", size, 2)
        check_swapped(self.group, "size", self.size, "the grid cannot be refined alike in every orientation")
        self.field = arguments.one_of(self, "field", field, groups.FIELDS)
        self.input_field = self.output_field = self.field
        self.input_kinds = NUMBERS if interpolation == "nearest" else FLOATS

    def build(self, input_shape):
        arguments.check_rank(self, input_shape, rank=2)
        base.field_count(self, input_shape, -1 if self.data_format == "channels_last" else 1, self.field)

    def get_config(self):
        return {**super().get_config(), "group": groups.serialize(self.group), "field": self.field}


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupDropout(CheckedInput, keras.layers.Dropout):
    """Drops whole fields in training: all orientations of a field share their fate.

    `y[n, p, c, s] = x[n, p, c, s] m[n, p, c] / (1 - rate)` with `m` 0 at probability `rate`, else 1; with
    `spatial=True` the mask `m[n, c]` is one for the whole map. A mask per field turns with nothing, so `spatial=True`
    is exactly equivariant for the same draw, and `spatial=False` in distribution. `keras.layers.Dropout` drops single
    orientations.

    Args:
        group: Name of the group or a `groups.PointGroup`.
        rate: Share of the fields that is dropped, in [0, 1].
        spatial: Whether a field is dropped on the whole grid (as `keras.layers.SpatialDropout2D`) or at each position.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: Integer or None.

    Input shape:
        `(batch, *grid, channels * order)`, the orientation fastest, any number of grid axes.

    Output shape:
        Same as the input.

    Raises:
        ValueError: for a rate outside [0, 1], or channels that are no multiple of the order.

    Example:
        >>> layers.GroupDropout(group="C4", rate=0.5)(np.ones((1, 4, 4, 8), "float32"), training=True).shape
        TensorShape([1, 4, 4, 8])
    """

    input_field = output_field = "regular"

    def __init__(self, group, rate, spatial=False, data_format=None, seed=None, **kwargs):
        super().__init__(arguments.real(self, "rate", rate), seed=arguments.seed_of(self, seed), **kwargs)
        self.group = groups.get(group)
        self.spatial = arguments.flag(self, "spatial", spatial)
        self.data_format = arguments.data_format_of(self, data_format)
        self._channel_axis = -1 if self.data_format == "channels_last" else 1

    def build(self, input_shape):
        self.group = groups.of_rank(self.group, len(input_shape) - 2)
        base.field_count(self, input_shape, self._channel_axis)

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        axis, shape = self._channel_axis % len(inputs.shape), ops.shape(inputs)
        fields = inputs.shape[axis] // self.group.order
        grid = [1 if self.spatial else size for size in shape]
        noise = [shape[0], *grid[1:axis], fields, 1, *grid[axis + 1 :]]
        split = ops.reshape(inputs, (*shape[:axis], fields, self.group.order, *shape[axis + 1 :]))
        dropped = keras.random.dropout(split, self.rate, noise_shape=noise, seed=self.seed_generator)
        return ops.reshape(dropped, shape)

    def get_config(self):
        config = super().get_config()
        config.pop("noise_shape", None)
        group = groups.serialize(self.group)
        return {**config, "group": group, "spatial": self.spatial, "data_format": self.data_format}


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupRestrict(CheckedInput):
    """Reads regular fields of a group as regular fields of a subgroup, by moving channels.

    `y[p, c * m + j, h] = x[p, c, h g_j]` over the `m = order of G / order of H` right cosets `H g_j`, whose smallest
    elements are the `g_j` in rising order: one field of G is `m` fields of H. A network may so start with full
    symmetry and give up a part of it later.

    Args:
        group: Name of the group G or a `groups.PointGroup`.
        subgroup: Name of the subgroup H or a `groups.PointGroup`, all of whose matrices are in G.
        data_format: `"channels_last"` or `"channels_first"`.

    Input shape:
        `(batch, *grid, channels * order of G)`, the orientation fastest.

    Output shape:
        Same as the input: `(batch, *grid, channels * m * order of H)`, the orientation fastest.

    Raises:
        ValueError: if H is no subgroup of G, or the channels are no multiple of the order of G.

    Example:
        >>> layers.GroupRestrict(group="D4", subgroup="C4")(np.ones((1, 4, 4, 16), "float32")).shape
        TensorShape([1, 4, 4, 16])
    """

    input_kinds = ANY
    input_field = output_field = "regular"

    def __init__(self, group, subgroup, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.group = groups.get(group)
        self.subgroup = groups.get(subgroup, self.group.rank)
        self._cosets = self.group.subgroup(self.subgroup).cosets
        self.data_format = arguments.data_format_of(self, data_format)
        self._channel_axis = -1 if self.data_format == "channels_last" else 1

    @property
    def output_group(self):
        """The group of the output's fields."""
        return self.subgroup

    def build(self, input_shape):
        self.group = groups.of_rank(self.group, len(input_shape) - 2)
        self.subgroup = groups.of_rank(self.subgroup, len(input_shape) - 2)
        self._cosets = self.group.subgroup(self.subgroup).cosets
        fields = base.field_count(self, input_shape, self._channel_axis)
        starts = np.arange(fields)[:, None] * self.group.order
        self._sources = (starts + self._cosets.reshape(1, -1)).reshape(-1)

    def call(self, inputs):
        return ops.take(inputs, self._sources, axis=self._channel_axis)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "group": groups.serialize(self.group),
            "subgroup": groups.serialize(self.subgroup),
            "data_format": self.data_format,
        }
