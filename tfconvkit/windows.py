"""Where the taps of a sliding window stand under each element of a group, as integer tables.

A window is placed per axis by the rules of `padding`: on an axis that the group reverses or swaps it gets a support
`K >= k` with equal pads on both sides, and the `k` taps stand inside it where TensorFlow's SAME would put them. An
element of the group then moves the whole support. So the identity equals TensorFlow and every element is exact.
"""

import itertools

import numpy as np

from tfconvkit import checks
from tfconvkit import padding as pads
from tfconvkit.groups.point_group import check_group


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
        check_group("GroupWindow", group)
        self.group = group
        self.kernel_size = checks.integers("GroupWindow", "kernel_size", kernel_size, group.rank, least=1)
        self.strides = checks.integers("GroupWindow", "strides", strides, group.rank, least=1)
        self.padding = checks.one_of("GroupWindow", "padding", padding, ("same", "valid"))
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

    def crops(self):
        """Returns where each element finds its output in one convolution of the padded grid, for strides of 1.

        The moved extents have to be alike. SAME pads an even extent unequally, so that elements which reverse the
        axis start one place behind those that do not.

        Returns:
            The pads `(before, behind)` per grid axis, and the starts, zeros and ones `(order, rank)`.
        """
        zero = (0,) * self.group.rank
        starts = np.array([self.starts(element, zero) for element in range(self.group.order)])
        first, last = starts.min(axis=0), starts.max(axis=0)
        pads = [(-int(a), int(b) + k - 1) for a, b, k in zip(first, last, self.kernel_size, strict=True)]
        return pads, starts - first

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


def is_uniform(group, values):
    """Says whether axes that the group swaps have equal values."""
    check_group("is_uniform", group)
    if not isinstance(values, (tuple, list)) or len(values) != group.rank:
        raise ValueError(f"A setting must be a tuple of {group.rank} values, one per grid axis. Received {values!r}.")
    return all(len({values[axis] for axis in orbit}) == 1 for orbit in group.axis_orbits)


def check_swapped(group, argument, values, reason):
    """Raises unless a setting is equal on axes that the group swaps."""
    if not is_uniform(group, values):
        swapped = next(orbit for orbit in group.axis_orbits if len({values[axis] for axis in orbit}) > 1)
        raise ValueError(
            f"Group {group.name!r} swaps the grid axes {swapped}, so their {argument} must be equal: {reason}. "
            f"Received {argument}={tuple(values)}. Use equal values, or a group without quarter turns."
        )
