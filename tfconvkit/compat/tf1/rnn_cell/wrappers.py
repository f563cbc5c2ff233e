"""Cells made of cells: stacked, with dropout, with a shortcut, on a device."""

import tensorflow as tf

from tfconvkit.compat.tf1.rnn_cell.cells import RNNCell
from tfconvkit.compat.tf1.rnn_cell.lstm import LSTMStateTuple

v1 = tf.compat.v1


class MultiRNNCell(RNNCell):
    """Stacks cells: the outputs of each are the inputs of the next, in the scopes `cell_0`, `cell_1` and so on.

    Args:
        cells: List of cells.
        state_is_tuple: Only True.

    Raises:
        ValueError: for no cells, and for states that are no tuple.
    """

    def __init__(self, cells, state_is_tuple=True):
        super().__init__()
        if not cells or not state_is_tuple:
            raise ValueError(
                f"MultiRNNCell: expected cells and state_is_tuple=True. Received {len(cells)} cell(s) and "
                f"state_is_tuple={state_is_tuple}. Pass a list of cells."
            )
        self.cells = list(cells)

    @property
    def state_size(self):
        return tuple(cell.state_size for cell in self.cells)

    @property
    def output_size(self):
        return self.cells[-1].output_size

    @property
    def variables(self):
        return [variable for cell in self.cells for variable in cell.variables]

    @property
    def trainable_variables(self):
        return [variable for cell in self.cells for variable in cell.trainable_variables]

    def call(self, inputs, state):
        states = []
        for number, (cell, own) in enumerate(zip(self.cells, state, strict=True)):
            with v1.variable_scope(f"cell_{number}"):
                inputs, own = cell(inputs, own)
            states.append(own)
        return inputs, tuple(states)


class _Wrapper(RNNCell):
    """Changes what a cell computes, without a scope of its own."""

    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    state_size = property(lambda self: self.cell.state_size)
    output_size = property(lambda self: self.cell.output_size)
    variables = property(lambda self: self.cell.variables)
    trainable_variables = property(lambda self: self.cell.trainable_variables)

    def __call__(self, inputs, state, scope=None):
        return self.call(inputs, state)

    def call(self, inputs, state):
        return self.cell(inputs, state)


class DropoutWrapper(_Wrapper):
    """Drops a share of the inputs, outputs or states of a cell, with a new mask in every step.

    Args:
        cell: Cell.
        input_keep_prob, output_keep_prob, state_keep_prob: Shares that are kept, numbers or tensors; of an LSTM's
            state, only `h` is dropped.
        variational_recurrent: Only False.
        input_size, dtype: Ignored, they are for the variational kind.
        seed: Seed of the masks.

    Raises:
        NotImplementedError: for masks that stay the same over the steps.
    """

    def __init__(self, cell, input_keep_prob=1.0, output_keep_prob=1.0, state_keep_prob=1.0,
                 variational_recurrent=False, input_size=None, dtype=None, seed=None):
        super().__init__(cell)
        if variational_recurrent:
            raise NotImplementedError(
                "DropoutWrapper: expected variational_recurrent=False. Received True. Leave it out, or multiply the "
                "inputs of all steps by one mask."
            )
        self.keeps, self.seed = (input_keep_prob, output_keep_prob, state_keep_prob), seed

    def call(self, inputs, state):
        outputs, state = self.cell(self._dropped(inputs, 0), state)
        if isinstance(state, LSTMStateTuple):
            return self._dropped(outputs, 1), LSTMStateTuple(state.c, self._dropped(state.h, 2))
        return self._dropped(outputs, 1), tf.nest.map_structure(lambda each: self._dropped(each, 2), state)

    def _dropped(self, x, place):
        keep = self.keeps[place]
        if not tf.is_tensor(keep) and keep == 1:
            return x
        return tf.nn.dropout(x, 1 - keep, seed=None if self.seed is None else self.seed + place)


class ResidualWrapper(_Wrapper):
    """Adds the inputs of a cell to its outputs.

    Args:
        cell: Cell.
        residual_fn: Function `(inputs, outputs)` in place of the sum, or None.
    """

    def __init__(self, cell, residual_fn=None):
        super().__init__(cell)
        self.residual_fn = residual_fn or tf.add

    def call(self, inputs, state):
        outputs, state = self.cell(inputs, state)
        return self.residual_fn(inputs, outputs), state


class DeviceWrapper(_Wrapper):
    """Runs a cell on a device.

    Args:
        cell: Cell.
        device: Name of the device.
    """

    def __init__(self, cell, device):
        super().__init__(cell)
        self.device = device

    def call(self, inputs, state):
        with tf.device(self.device):
            return self.cell(inputs, state)
