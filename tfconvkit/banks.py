"""Which stored number stands where in the bank of kernels of a group convolution, as integer tables."""

import math

import numpy as np

from tfconvkit import padding as pads
from tfconvkit.groups import Field
from tfconvkit.windows import GroupWindow, check_swapped, is_uniform


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
        self._is_croppable = leave_dilation and max(strides) == 1 and is_uniform(group, taps)
        self._is_dilated_natively = self._is_croppable and self._has_equal_taps()
        self.dilation_rate = tuple(dilation_rate) if self._is_dilated_natively else (1,) * group.rank
        self._tap_steps = (1,) * group.rank if self._is_dilated_natively else tuple(dilation_rate)
        self._tables, self._rows_of = {}, {}

    @property
    def sizes(self):
        """Components per input and per output field in the bank."""
        return self.input_field.size, self.output_field.size

    def stored_shape(self, input_fields, filters):
        """Returns the shape of the stored kernel, the component fastest on its next to last axis."""
        return (*self.row_shape, input_fields * self.components, filters)

    def cropped(self):
        """Returns the pads and starts of `GroupWindow.crops` where they spare a support that holds zeros, else None.

        Then the bank of the same kernels with padding "valid" is to be convolved with the padded grid, and each
        orientation cropped at its start: even kernels at strides of 1, to a regular field. On signals one zero more
        is cheaper than the cropping (measured 1.1 against 1.5 of a plain convolution).
        """
        if not self._is_croppable or self.output_field.name == "trivial" or self.group.rank == 1:
            return None
        pads, starts = self.window.crops()
        return (pads, starts) if starts.any() else None

    def prepare(self, grid, fields):
        """Makes the rows for a grid ahead of the first call; for unknown sizes those of every remainder."""
        self.rows("all" if None in grid else self.window.remainders(grid), fields)

    def rows(self, remainders, fields):
        """Returns the table with a row of its own for each of the input fields, `(*support, fields * S, Z)`.

        One gather of the stored numbers in their own order needs one transposition less than a gather of whole cells.

        Args:
            remainders: As in `table`, or `"all"` for those of `all_tables`.
            fields: Number of input fields.
        """
        if (remainders, fields) not in self._rows_of:
            table = self.all_tables() if remainders == "all" else self.table(remainders)
            self._rows_of[remainders, fields] = of_every_field(table, self._zero_cell, self.components, fields)
        return self._rows_of[remainders, fields]

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
            self._tables[remainders] = self._cell_rows(moved).astype("int32")
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

    def _has_equal_taps(self):
        """Says whether the moved taps stand on the same cells, so that no zeros are needed between or around them."""
        return self.window.support((0,) * self.group.rank) == self.window.kernel_size

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

    def _cell_rows(self, moved):
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


def of_every_field(table, cells, components, fields):
    """Turns rows `(cell, component)` into rows `(cell, field, component)`, shape `(..., fields * S, Z)`.

    Args:
        table: Integers `(..., S, Z)`; `cells * components` stands for a zero, then `cells * fields * components`.
        cells: Number of stored cells.
        components: Stored components per input field.
        fields: Number of input fields.
    """
    field = np.arange(fields, dtype="int32")[:, None, None]
    table = table[..., None, :, :]
    rows = (table // components * fields + field) * components + table % components
    rows = np.minimum(rows, cells * fields * components)
    return rows.reshape(*rows.shape[:-3], -1, rows.shape[-1])
