"""Runs a model on an input and on all its turned copies, in step, and judges what every layer makes."""

import collections

import keras
import numpy as np

from tfconvkit.audit import comparison, flow, kinds, reasons
from tfconvkit.audit.results import LayerEquivariance

# Largest relative error that passes, by dtype. Measured on CPU over D4 networks of 20 group convolutions with
# normalisation, inference and training: float64 3.4e-14, float32 1.9e-5, float16 1.7e-2, bfloat16 5.5e-2.
TOLERANCES = {"float64": 1e-10, "float32": 1e-4, "float16": 5e-2, "bfloat16": 2e-1}


class Replay:
    """Holds the values of a model for every element of a group while its steps are judged one after the other.

    Values are let go when no later step reads them, so that memory holds `order` copies of what is alive only.

    Args:
        graph: A `Graph`.
        group: The audited `PointGroup`.
        training: Whether layers run as in training.
        tolerance: The largest error that passes, None for `TOLERANCES`.
        fields: From layer names or paths to field types, None for layers that shall not be judged.

    Attributes:
        warnings: Texts, grown by `judge`.

    Raises:
        ValueError: if a name in `fields` is no layer of the model.
    """

    def __init__(self, graph, group, *, training, tolerance, fields):
        self.graph, self.group, self.training, self.tolerance = graph, group, training, tolerance
        self.warnings = []
        self._fields = _check_names(fields, graph)
        self._values, self._states, self._tolerances, self._broken = {}, {}, {}, set()
        self._readers = collections.Counter(number for step in graph.steps for number in step.inputs)
        self._elements = [g for g in range(group.order) if _is_possible(graph, group, g)]
        if graph.is_whole:
            self.warnings.append(f'"{graph.target.name}" is written as a subclass: it is judged by its outputs alone.')

    def start(self, *, batch_size, seed, input_field):
        """Draws the inputs and moves them by every element."""
        random = np.random.default_rng(seed)
        data_format = flow.first_data_format(self.graph)
        for number, spec in enumerate(self.graph.inputs):
            x = _sample(self.graph, spec, (batch_size, *spec.shape[1:]), random)
            blocks = self._input_blocks(number, x.shape, input_field, data_format)
            moved = {g: x for g in self._elements}
            if blocks is not None:
                moved = {g: flow.act(blocks, self.group, g, x, data_format) for g in self._elements}
            self._values[number] = {g: keras.ops.convert_to_tensor(y, dtype=spec.dtype) for g, y in moved.items()}
            self._states[number] = flow.State(blocks, data_format)
            self._tolerances[number] = 0.0
        self._check_shapes()

    def judge(self, step):
        """Runs one step for every element and returns its `LayerEquivariance`."""
        states = [self._states[number] for number in step.inputs]
        shapes = [tuple(self._values[number][0].shape) for number in step.inputs]
        made = self._run(step)
        verdicts = [self._judge_output(step, number, states, shapes, values) for number, values in made.items()]
        remarks = [verdict.remark for verdict in verdicts]
        row = LayerEquivariance(
            name=step.path,
            class_name=type(step.layer).__name__,
            field=", ".join(dict.fromkeys(flow.describe(verdict.blocks) for verdict in verdicts)),
            errors=comparison.worst([verdict.errors for verdict in verdicts]),
            tolerance=max(self._tolerances[number] for number in made),
            remark="; ".join(dict.fromkeys(filter(None, [*remarks, *self._remarks(step)]))),
        )
        self._find_reason(row, step, states, shapes, [tuple(values[0].shape) for values in made.values()])
        self._release(step)
        return row

    def _check_shapes(self):
        """Follows the shapes first: TensorFlow ends the process where a pooling window is larger than its input."""
        numbers = range(len(self.graph.inputs))
        moved = {tuple(tuple(self._values[number][g].shape) for number in numbers) for g in self._elements}
        for shapes in moved:
            specs = zip(shapes, self.graph.inputs, strict=True)
            self.graph.specs([keras.KerasTensor(shape, dtype=spec.dtype) for shape, spec in specs])

    def _run(self, step):
        """Runs the step: number of each output -> element -> tensor."""
        quiet = step._replace(training=False) if kinds.is_random(step.layer) else step
        made = {number: {} for number in step.outputs}
        for g in self._elements:
            tensors = quiet.run([self._values[number][g] for number in step.inputs], training=self.training)
            for number, tensor in zip(step.outputs, tensors, strict=True):
                made[number][g] = tensor
        return made

    def _judge_output(self, step, number, states, shapes, values):
        """Compares one output under all elements and keeps it with what was learnt about its fields."""
        arrays = {g: np.asarray(keras.ops.convert_to_numpy(value), "float64") for g, value in values.items()}
        state = flow.propagate(step, states, shapes, arrays[0].shape, self.group.rank)
        name = _override(self._fields, step)
        if name is not None and self._fields[name] is not None:
            channels = flow.channels_of(arrays[0].shape, state.data_format)
            state = state._replace(blocks=flow.uniform(self._fields[name], self.group, channels), lost=None)
        self._tolerances[number] = self._tolerance(step, values[0])
        if name is not None and self._fields[name] is None:
            verdict = comparison.unjudged(self.group, "as asked")
        else:
            verdict = comparison.judge(self.group, arrays, state, self._tolerances[number])
        if number in self.graph.outputs and len(arrays[0]) > 1 and (arrays[0] == arrays[0][:1]).all():
            self.warnings.append(f'The output "{step.path}" does not depend on the input: its error says nothing.')
        self._values[number] = values
        self._states[number] = state._replace(blocks=verdict.blocks, lost=None if verdict.blocks else state.lost)
        return verdict

    def _find_reason(self, row, step, states, shapes, output_shapes):
        """Explains a row that breaks what its inputs keep, and warns of layers that will break in training."""
        if not row.ok and self._broken.isdisjoint(step.inputs):
            row.reason = flow.mismatch(step, states, shapes, self.group.rank) or reasons.explain(
                step, self.group, row.worst_element, states, shapes, output_shapes[0]
            )
        if not row.ok or not self._broken.isdisjoint(step.inputs):
            self._broken.update(step.outputs)
        warning = reasons.training_warning(step, states)
        self.warnings += [warning] if warning else []

    def _release(self, step):
        for number in step.inputs:
            self._readers[number] -= 1
            if not self._readers[number]:
                self._values.pop(number)

    def _tolerance(self, step, tensor):
        """The tolerance of the coarsest dtype on the way to a tensor."""
        if self.tolerance is not None:
            return self.tolerance
        names = (keras.backend.standardize_dtype(tensor.dtype), getattr(step.layer, "compute_dtype", None))
        own = [TOLERANCES.get(name, 0.0) for name in names]
        return max(*own, *(self._tolerances[number] for number in step.inputs))

    def _remarks(self, step):
        if len(self._elements) < self.group.order:
            missing = [g for g in range(self.group.order) if g not in self._elements]
            shapes = " and ".join(str(shape[1:]) for shape in self.graph.fixed_shapes)
            yield f"elements {missing} not judged: they swap axes of different sizes, and the input {shapes} is fixed"
        if kinds.is_random(step.layer):
            yield "judged without its noise" if self.training or step.training else ""

    def _input_blocks(self, number, shape, input_field, data_format):
        """The fields of an input: as asked, else as the layers that read it declare, else image planes."""
        is_image = flow.is_grid(shape, self.group.rank)
        if not is_image and len(shape) != 2:
            return None
        readers = [step.layer for step in self.graph.steps if number in step.inputs]
        declaring = [layer for layer in readers if kinds.is_group_layer(layer)]
        channels = flow.channels_of(shape, data_format)
        if is_image and input_field is not None:
            return flow.uniform(input_field, self.group, channels)
        if declaring:
            return flow.uniform(declaring[0].input_field, flow.group_of(declaring[0], self.group.rank), channels)
        return flow.uniform("trivial", self.group, channels)


def _is_possible(graph, group, element):
    """Says whether an element leaves the inputs in a shape that the model takes."""
    data_format = flow.first_data_format(graph)
    for spec, fixed in zip(graph.inputs, graph.fixed_shapes, strict=True):
        if flow.is_grid(spec.shape, group.rank):
            grid, fixed_grid = flow.grid_of(spec.shape, data_format), flow.grid_of(fixed, data_format)
            moved = [grid[source] for source in group.source_axes[element]]
            if any(size not in (new, None) for size, new in zip(fixed_grid, moved, strict=True)):
                return False
    return True


def _sample(graph, spec, shape, random):
    """Draws normal noise; for integers, image values or, without a grid, 0 and 1."""
    if None in shape:
        raise ValueError(
            f'"{graph.target.name}" leaves sizes of its input open: {tuple(spec.shape[1:])}. Give input_shape, such as '
            f"input_shape={tuple(size or 32 for size in spec.shape[1:])}."
        )
    if keras.backend.is_float_dtype(spec.dtype):
        return random.standard_normal(shape)
    return random.integers(0, 256 if len(shape) > 3 else 2, shape)


def _override(fields, step):
    """The key of `fields` that means this step, or None."""
    return next((name for name in (step.path, getattr(step.layer, "name", None)) if name in fields), None)


def _check_names(fields, graph):
    if not isinstance(fields, dict):
        raise TypeError(f"fields must be a dictionary from names of layers to field types. Received {fields!r}.")
    known = {name for step in graph.steps for name in (step.path, step.layer.name)}
    unknown = sorted(set(fields) - known)
    if unknown:
        raise ValueError(
            f'fields names layers that "{graph.target.name}" does not have: {unknown}. Known: {sorted(known)}.'
        )
    return fields
