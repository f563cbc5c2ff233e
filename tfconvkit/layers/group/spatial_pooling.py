"""Max and average pooling over the grid, equivariant for every window, stride and size with padding="same"."""

import functools

import keras
import numpy as np
from keras import ops

from tfconvkit import backend, groups
from tfconvkit.layers import arguments
from tfconvkit.layers.group import base
from tfconvkit.layers.inputs import CheckedInput
from tfconvkit.ops.pooling import pool
from tfconvkit.windows import GroupWindow


class GroupSpatialPooling(CheckedInput):
    """Holds the pooling of moved windows for every rank; use the class of a rank, such as `GroupMaxPooling2D`."""

    rank = None

    def __init__(
        self, group, pool_size=2, strides=None, padding="valid", field="regular", data_format=None, **kwargs
    ):
        super().__init__(**kwargs)
        self.group = groups.get(group, self.rank)
        self.pool_size = arguments.positive_integers(self, "pool_size", pool_size, self.rank)
        strides = self.pool_size if strides is None else strides
        self.strides = arguments.positive_integers(self, "strides", strides, self.rank)
        self.padding = arguments.one_of(self, "padding", padding, arguments.PADDINGS)
        self.field = arguments.one_of(self, "field", field, groups.FIELDS)
        self.input_field = self.output_field = self.field
        self.data_format = arguments.data_format_of(self, data_format)
        self._window = arguments.named(
            self, GroupWindow, self.group, self.pool_size, self.strides, self.padding, follow_all_axes=True
        )
        self._channel_axis = -1 if self.data_format == "channels_last" else 1

    def build(self, input_shape):
        self.compute_output_shape(input_shape)
        self.input_spec = keras.layers.InputSpec(
            ndim=self.rank + 2, axes={self._channel_axis: input_shape[self._channel_axis]}
        )

    def call(self, inputs):
        base.check_grid(self, self._window, arguments.grid_of(inputs.shape, self.data_format))
        placements = self._placements(arguments.grid_of(ops.shape(inputs), self.data_format))
        if len(placements) == 1:
            return self._pool(inputs, self.pool_size, self.padding)
        if self.field == "trivial":
            return self._pool_orbit(inputs, placements)
        return self._pool_components(inputs, placements)

    def compute_output_shape(self, input_shape):
        arguments.check_rank(self, input_shape, self.rank)
        base.field_count(self, input_shape, self._channel_axis, self.field)
        grid = arguments.grid_of(input_shape, self.data_format)
        base.check_grid(self, self._window, grid)
        channels = input_shape[self._channel_axis]
        return arguments.join_shape(input_shape[0], self._window.output_size(grid), channels, self.data_format)

    def get_config(self):
        return {
            **super().get_config(),
            "group": groups.serialize(self.group),
            "pool_size": self.pool_size,
            "strides": self.strides,
            "padding": self.padding,
            "field": self.field,
            "data_format": self.data_format,
        }

    def _placements(self, grid):
        """Groups the elements by the window they show: a list of (extents, starts, elements)."""
        remainders = self._window.remainders(grid)
        if all(isinstance(rest, int) for rest in remainders):
            return self._window.placements(remainders)
        position = self._window.position(remainders)
        return [
            (extents, ops.unstack(ops.take(starts, position, axis=0), self.rank), elements)
            for extents, starts, elements in self._window.all_placements()
        ]

    def _pool_components(self, inputs, placements):
        """Pools the channels of each orientation with its window, then puts them back in order."""
        channels = np.arange(inputs.shape[self._channel_axis]).reshape(-1, self.group.order)
        chosen = [channels[:, elements].reshape(-1) for _, _, elements in placements]
        pooled = [
            self._pool_at(ops.take(inputs, index, axis=self._channel_axis), extents, starts)
            for index, (extents, starts, _) in zip(chosen, placements, strict=True)
        ]
        order = np.argsort(np.concatenate(chosen))
        return ops.take(ops.concatenate(pooled, axis=self._channel_axis), order, axis=self._channel_axis)

    def _cut(self, x, extents, starts, fill):
        """Pads or crops each grid axis to `[start, start + (o - 1)s + k)`, so that VALID pooling fits exactly."""
        grid = arguments.grid_of(ops.shape(x), self.data_format)
        lengths = [
            (o - 1) * s + k for o, s, k in zip(self._window.output_size(grid), self.strides, extents, strict=True)
        ]
        edges = [
            [_positive(-start), _positive(start + length - size)]
            for start, length, size in zip(starts, lengths, grid, strict=True)
        ]
        cuts = [slice(_positive(start), _positive(start) + n) for start, n in zip(starts, lengths, strict=True)]
        x = ops.pad(x, arguments.join_shape([0, 0], edges, [0, 0], self.data_format), constant_values=fill)
        return x[arguments.join_shape(slice(None), cuts, slice(None), self.data_format)]


def _positive(value):
    return max(value, 0) if isinstance(value, int) else ops.maximum(value, 0)


class GroupMaxPooling(GroupSpatialPooling):
    """Takes the maximum of each window, and over the windows of all elements on image planes."""

    def _pool(self, inputs, extents, padding):
        return pool(ops.max_pool, inputs, extents, self.strides, padding, self.data_format)

    def _pool_at(self, inputs, extents, starts):
        return self._pool(self._cut(inputs, extents, starts, fill=-float("inf")), extents, "valid")

    def _pool_orbit(self, inputs, placements):
        pooled = [self._pool_at(inputs, extents, starts) for extents, starts, _ in placements]
        return functools.reduce(backend.maximum, pooled)


class GroupAveragePooling(GroupSpatialPooling):
    """Averages each window over the cells inside the grid, and over the windows of all elements on image planes."""

    def _pool(self, inputs, extents, padding):
        return pool(backend.average_pool, inputs, extents, self.strides, padding, self.data_format)

    def _pool_at(self, inputs, extents, starts):
        plane = ops.ones_like(ops.take(inputs, [0], axis=self._channel_axis))
        total, count = (
            self._pool(self._cut(x, extents, starts, fill=0.0), extents, "valid") for x in (inputs, plane)
        )
        return total / count

    def _pool_orbit(self, inputs, placements):
        weighted = [
            self._pool_at(inputs, extents, starts) * (len(elements) / self.group.order)
            for extents, starts, elements in placements
        ]
        return functools.reduce(ops.add, weighted)
