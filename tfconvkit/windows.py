"""Where the taps of a sliding window stand under each element of a group, as integer tables.

A window is placed per axis by the rules of `padding`: on an axis that the group reverses or swaps it gets a support
`K >= k` with equal pads on both sides, and the `k` taps stand inside it where TensorFlow's SAME would put them. An
element of the group then moves the whole support. So the identity equals TensorFlow and every element is exact.
"""

import itertools
import math

import numpy as np

from tfconvkit import padding as pads
from tfconvkit.groups import Field


class GroupWindow:
    """Places a window of `kernel_size` taps per axis, and its image under each element of a group.

    Axis `i` of the grid and axis `a` of the window differ where an element swaps axes: then the window shows its
    extent `k_a` on grid axis `i`. The remainders `r_i = (N_i - 1) mod s_i` say all that is needed of the grid.

    Args:
        group: A `PointGroup`.
        kernel_size: Extents `k` per axis, dilated.
        strides: Strides `s` per axis.
        padding: `"same"` or `"valid"`.
        follow_all_axes: Whether to follow the size on axes that the group leaves alone, too. A convolution leaves
            them to the backend's SAME; who places the windows itself must not.

    Raises:
        ValueError: if the strides differ between axes that the group swaps.
    """

    def __init__(self, group, kernel_size, strides, padding, follow_all_axes=False):
        self.group, self.kernel_size = group, tuple(kernel_size)
        self.strides, self.padding = tuple(strides), padding
        check_swapped(group, "strides", self.strides, "the grid cannot be sampled alike in every orientation")
        self._largest = tuple(max(self.kernel_size[other] for other in orbit) for orbit in group.axis_orbits)
        self._placements = {}
        self._needs_size = tuple(
            padding == "same" and s > 1 and (moved or follow_all_axes)
            for moved, s in zip(group.moved_axes, self.strides, strict=True)
        )

    def remainders(self, sizes):
        """Returns `r` per axis, 0 where the placement does not depend on the size; sizes may be tensors."""
        is_short = len(sizes) != self.group.rank
        if is_short or any(size is None and needed for size, needed in zip(sizes, self._needs_size, strict=True)):
            raise ValueError(f"Expected {self.group.rank} known grid sizes. Received {tuple(sizes)}.")
        return tuple(
            pads.remainder(size, s) if needed else 0
            for size, s, needed in zip(sizes, self.strides, self._needs_size, strict=True)
        )

    def all_remainders(self):
        """Returns every tuple of remainders that a grid can have, the last axis fastest."""
        ranges = [range(s if needed else 1) for s, needed in zip(self.strides, self._needs_size, strict=True)]
        return list(itertools.product(*ranges))

    def position(self, remainders):
        """Returns the position of these remainders in `all_remainders()`; they may be tensors."""
        position = 0
        for rest, s, needed in zip(remainders, self.strides, self._needs_size, strict=True):
            position = position * s + rest if needed else position
        return position

    def support(self, remainders):
        """Returns the supports `K` per grid axis."""
        return tuple(self._support(axis, rest) for axis, rest in enumerate(remainders))

    def offsets(self, element, remainders):
        """Returns per window axis where its taps start in the support, before the element moves the support."""
        offsets = [0] * self.group.rank
        for axis, source in enumerate(self.group.source_axes[element]):
            offsets[source] = self._offset(axis, source, remainders[axis])
        return tuple(offsets)

    def extents(self, element):
        """Returns the extents of the moved window per grid axis."""
        return tuple(self.kernel_size[source] for source in self.group.source_axes[element])

    def starts(self, element, remainders):
        """Returns per grid axis where the moved window of output 0 starts, relative to grid position 0."""
        starts = []
        for axis, source in enumerate(self.group.source_axes[element]):
            offset, support = self._offset(axis, source, remainders[axis]), self._support(axis, remainders[axis])
            if self.group.reversed_axes[element, axis]:
                offset = support - self.kernel_size[source] - offset
            starts.append(offset - self._pad(axis, support, remainders[axis]))
        return tuple(starts)

    def placements(self, remainders):
        """Groups the elements by the window they show: a list of (extents, starts, elements)."""
        if remainders not in self._placements:
            starts = [self.starts(element, remainders) for element in range(self.group.order)]
            self._placements[remainders] = self._alike(starts)
        return self._placements[remainders]

    def all_placements(self):
        """The same for sizes known at run time: `starts` is a table, a row for each of `all_remainders()`."""
        if "all" not in self._placements:
            rows = [[self.starts(g, r) for r in self.all_remainders()] for g in range(self.group.order)]
            alike = self._alike([tuple(row) for row in rows])
            self._placements["all"] = [(extents, np.array(rows, "int32"), same) for extents, rows, same in alike]
        return self._placements["all"]

    def _alike(self, starts):
        keys = [(self.extents(element), start) for element, start in enumerate(starts)]
        return [(*key, [g for g, other in enumerate(keys) if other == key]) for key in dict.fromkeys(keys)]

    def output_size(self, sizes):
        """Returns the output size per grid axis, None for None."""
        return tuple(
            pads.output_size(size, largest, s, self.padding)
            for size, largest, s in zip(sizes, self._largest, self.strides, strict=True)
        )

    def _support(self, axis, rest):
        needs_support = self.padding == "same" and self.group.moved_axes[axis]
        return pads.equivariant_support(self._largest[axis], rest) if needs_support else self._largest[axis]

    def _offset(self, axis, source, rest):
        extent, support = self.kernel_size[source], self._support(axis, rest)
        if self.padding == "valid" or not self.group.moved_axes[axis]:
            return (support - extent) // 2
        return pads.tap_offset(extent, support, rest)

    def _pad(self, axis, support, rest):
        if self.padding == "valid":
            return 0
        return max(support - 1 - rest, 0) // 2


class GroupKernel:
    """Says which stored number stands where in the bank of kernels of a group convolution.

    `bank[u, c, t, o, s] = kernel[row(u, t, s), c, o]` over the cells `u` of the support, `row = (cell, component)`
    with the component fastest. To a regular field `row = (M_s^-1 u, s^-1 t)`; from a regular to a trivial field
    `row = M_t^-1 u`; from trivial to trivial the rows are the orbits of the cells under the group, and the bank is the
    mean over the group of the moved kernels.

    Args:
        group: A `PointGroup`.
        kernel_size, strides, dilation_rate: Integers per axis.
        padding: `"same"` or `"valid"`.
        input_field, output_field: Field types.
        leave_dilation: Whether the convolution may be left to dilate where the table needs no other zeros.

    Attributes:
        row_shape: Shape of the cells in the stored kernel: `kernel_size`, or `(orbits,)` from trivial to trivial.
        components: Stored components per input field.
        dilation_rate: The rate that is left to the convolution; the table holds the rest as zeros.

    Raises:
        ValueError: if strides (or, from trivial to trivial, kernels) differ between axes that the group swaps.
    """

    def __init__(
        self, group, kernel_size, strides, padding, dilation_rate, input_field, output_field, leave_dilation=True
    ):
        self.group = group
        self.input_field, self.output_field = Field(input_field, group), Field(output_field, group)
        taps = tuple(zip(kernel_size, dilation_rate, strict=True))
        self.window = GroupWindow(group, [pads.dilated_size(*tap) for tap in taps], strides, padding)
        self.is_orbit_mean = input_field == output_field == "trivial"
        self.components = self.input_field.size if output_field == "regular" else 1
        self._cells = np.arange(math.prod(kernel_size)).reshape(kernel_size)
        if self.is_orbit_mean:
            self._cells = self._orbits(taps)
        self.row_shape = (int(self._cells.max()) + 1,) if self.is_orbit_mean else self._cells.shape
        self._zero_cell = math.prod(self.row_shape)
        self._is_dilated_natively = leave_dilation and max(strides) == 1 and self._has_equal_taps(taps)
        self.dilation_rate = tuple(dilation_rate) if self._is_dilated_natively else (1,) * group.rank
        self._tap_steps = (1,) * group.rank if self._is_dilated_natively else tuple(dilation_rate)
        self._tables = {}

    @property
    def sizes(self):
        """Components per input and per output field in the bank."""
        return self.input_field.size, self.output_field.size

    def stored_shape(self, input_fields, filters):
        """Returns the shape of the stored kernel, the component fastest on its next to last axis."""
        return (*self.row_shape, input_fields * self.components, filters)

    def prepare(self, grid):
        """Makes the tables for a grid ahead of the first call; for unknown sizes those of every remainder."""
        if None in grid:
            self.all_tables()
        else:
            self.table(self.window.remainders(grid))

    def representatives(self):
        """Returns for each stored cell one cell of the kernel (raveled) that shows it."""
        return np.unique(self._cells, return_index=True)[1]

    def table(self, remainders):
        """Returns row numbers `(*support, input size, output size)`; the number of rows stands for a zero.

        From trivial to trivial the last axis runs over the group, for the mean.
        """
        if remainders not in self._tables:
            elements = range(self.group.order)
            moved = np.stack([self._moved_cells(element, remainders) for element in elements], axis=-1)
            self._tables[remainders] = self._rows(moved).astype("int32")
        return self._tables[remainders]

    def all_tables(self):
        """Returns `(remainders, *common support, input size, output size)`: every table, for sizes known at run time.

        A smaller support stands inside the common one where SAME with the common size puts its taps.
        """
        if "all" not in self._tables:
            self._tables["all"] = self._stack_tables()
        return self._tables["all"]

    def _stack_tables(self):
        tables = [self.table(remainders) for remainders in self.window.all_remainders()]
        common = tuple(max(sizes) for sizes in zip(*(t.shape for t in tables), strict=True))
        zero = self._zero_cell * self.components
        stacked = np.full((len(tables), *common), zero, "int32")
        for stack, table in zip(stacked, tables, strict=True):
            begins = [(c - k) // 2 for c, k in zip(common, table.shape, strict=True)]
            stack[tuple(slice(b, b + k) for b, k in zip(begins, table.shape, strict=True))] = table
        return stacked

    def _orbits(self, taps):
        """Numbers the orbits of the cells of a kernel under the group."""
        reason = "a kernel between trivial fields must be symmetric under the group"
        check_swapped(self.group, "(kernel_size, dilation_rate)", taps, reason)
        moved = [self.group.transform(element, self._cells) for element in range(self.group.order)]
        smallest = np.min(moved, axis=0)
        return np.unique(smallest, return_inverse=True)[1].reshape(smallest.shape)

    def _has_equal_taps(self, taps):
        """Says whether the moved taps stand on the same cells, so that no zeros are needed between or around them."""
        support = self.window.support((0,) * self.group.rank)
        return _is_uniform(self.group, taps) and support == self.window.kernel_size

    def _moved_cells(self, element, remainders):
        """Puts the cells into the support and moves it by the element; cells without a tap hold `_zero_cell`."""
        if self._is_dilated_natively:
            return self.group.transform(element, self._cells)
        support, offsets = self.window.support(remainders), self.window.offsets(element, remainders)
        shape = [0] * self.group.rank
        for axis, source in enumerate(self.group.source_axes[element]):
            shape[source] = support[axis]
        embedded = np.full(shape, self._zero_cell)
        taps = zip(offsets, self._cells.shape, self._tap_steps, strict=True)
        embedded[tuple(slice(begin, begin + (k - 1) * step + 1, step) for begin, k, step in taps)] = self._cells
        return self.group.transform(element, embedded)

    def _rows(self, moved):
        """Turns moved cells `(*support, element)` into rows `(*support, t, s)`."""
        if self.is_orbit_mean:
            return moved[..., None, :]
        if self.output_field.name == "trivial":
            return moved[..., :, None]
        component = np.zeros((1, self.group.order), int)
        if self.input_field.name == "regular":
            component = self.group.cayley[self.group.inverse].T
        rows = moved[..., None, :] * self.components + component
        return np.minimum(rows, self._zero_cell * self.components)


def _is_uniform(group, values):
    """Says whether axes that the group swaps have equal values."""
    return all(len({values[axis] for axis in orbit}) == 1 for orbit in group.axis_orbits)


def check_swapped(group, argument, values, reason):
    """Raises unless a setting is equal on axes that the group swaps."""
    if not _is_uniform(group, values):
        swapped = next(orbit for orbit in group.axis_orbits if len({values[axis] for axis in orbit}) > 1)
        raise ValueError(
            f"Group {group.name!r} swaps the grid axes {swapped}, so their {argument} must be equal: {reason}. "
            f"Received {argument}={tuple(values)}. Use equal values, or a group without quarter turns."
        )
