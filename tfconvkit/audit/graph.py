"""A Keras model as a list of layer calls, nested models opened: the only file that reads Keras' graph records.

Keras notes every symbolic call as a node: `tensor._keras_history` names the operation and the position of the node in
`operation._inbound_nodes`, and the node holds the arguments. These names are not documented; all else is public.
"""

import collections
import inspect
from collections.abc import Callable
from typing import NamedTuple

import keras

from tfconvkit.ops import arguments


class Step(NamedTuple):
    """One call of one layer.

    Args:
        path: Names of the models around it and its own, `"block/conv"`; `"conv (call 2)"` where it is called again.
        layer: The layer or operation.
        inputs: Numbers of the values it reads.
        outputs: Numbers of the values it makes.
        arguments: Turns the list of values it reads into its positional and keyword arguments.
        training: The `training` argument that the model fixes for this call, or None.
    """

    path: str
    layer: keras.Operation
    inputs: tuple
    outputs: tuple
    arguments: Callable
    training: bool | None = None

    def run(self, values, training=False):
        """Calls the layer on tensors, the state of the layer untouched, and returns the list of its outputs."""
        positional, named = self.arguments(values)
        if "training" in inspect.signature(self.layer.call).parameters:
            named = {**named, "training": training if self.training is None else self.training}
        with keras.StatelessScope():
            return keras.tree.flatten(self.layer(*positional, **named))

    def spec(self, values):
        """Returns the list of output specifications for input specifications, without running anything.

        Raises:
            ValueError: if the layer does not take inputs of these shapes.
        """
        _check_input_spec(self.layer, values)
        positional, named = self.arguments(values)
        made = keras.tree.flatten(self.layer.compute_output_spec(*positional, **named))
        # Keras 3.8 computes sizes below 1 without a word.
        if any(size is not None and size < 1 for spec in made for size in spec.shape[1:]):
            raise ValueError(f"It would give an empty output of shape {tuple(made[0].shape)}.")
        return made


class Graph:
    """Lists the layer calls of a model in an order in which they can be made.

    A layer, or a model that is written as a subclass (its `call` is code, not a graph), is one step.

    Args:
        target: A model or a layer.
        input_shape: Shape of the input without the batch; a list of shapes for several inputs. It replaces sizes that
            the model leaves open, and builds a target that is not built.

    Attributes:
        inputs: Specifications (`keras.KerasTensor`) of the inputs, the values 0, 1, ...
        fixed_shapes: Shapes of the inputs as the model declares them, None where it leaves a size open.
        steps: List of `Step`.
        outputs: Numbers of the values that the model returns.
        is_whole: Whether the target is one step although it contains layers.

    Raises:
        ValueError: if the target is not built and no input shape is given, or the number of shapes is wrong.
        TypeError: if the target is neither a model nor a layer.
    """

    def __init__(self, target, input_shape=None):
        if not isinstance(target, keras.Layer):
            raise TypeError(f"The audit expects a Keras model or layer. Received {target!r} of type {type(target)}.")
        self.target = target
        self._build(input_shape)
        self.steps, self._count, self._calls = [], 0, collections.Counter()
        is_graph = _is_graph(target)
        declared = target.inputs if is_graph else _built_inputs(target, input_shape)
        self.fixed_shapes = [tuple(spec.shape) if is_graph else (None,) * len(spec.shape) for spec in declared]
        self.inputs = _with_shapes(target, declared, input_shape)
        self.is_whole = not is_graph and isinstance(target, keras.Model)
        numbers = self._number(self.inputs)
        if is_graph:
            known = dict(zip(map(id, target.inputs), numbers, strict=True))
            self.outputs = self._walk(target, known, prefix="", training=None)
        else:
            self.outputs = self._add_whole(numbers)

    def specs(self, inputs=None):
        """Returns the specification of every value, by number, for other input specifications if given.

        Raises:
            ValueError: naming the first layer that does not take its input.
        """
        values = dict(enumerate(self.inputs if inputs is None else inputs))
        for step in self.steps:
            values.update(zip(step.outputs, self.step_specs(step, values), strict=True))
        return values

    def step_specs(self, step, values):
        """Returns the specifications of what one step makes, with an error that names it."""
        read = [values[number] for number in step.inputs]
        try:
            return step.spec(read)
        except (ValueError, TypeError) as error:
            shapes = ", ".join(str(tuple(spec.shape)) for spec in read)
            raise ValueError(
                f'Layer "{step.path}" ({type(step.layer).__name__}) does not take an input of shape {shapes}: '
                f"{str(error).splitlines()[0]} Use an input_shape that fits the model."
            ) from error

    def _build(self, input_shape):
        if self.target.built:
            return
        if input_shape is None:
            raise ValueError(
                f'{type(self.target).__name__} "{self.target.name}" is not built, so its shapes are unknown. Give '
                f"input_shape=(height, width, channels), or call the model on data before the audit."
            )
        inputs = [keras.Input(shape) for shape in shape_list(input_shape)]
        self.target(inputs[0] if len(inputs) == 1 else inputs)

    def _number(self, values):
        numbers = tuple(range(self._count, self._count + len(values)))
        self._count += len(values)
        return numbers

    def _path(self, name):
        self._calls[name] += 1
        return name if self._calls[name] == 1 else f"{name} (call {self._calls[name]})"

    def _add_whole(self, numbers):
        values = self.inputs[0] if len(numbers) == 1 else list(self.inputs)
        made = self._number(keras.tree.flatten(self.target.compute_output_spec(values)))
        self.steps.append(Step(self.target.name, self.target, numbers, made, _all_as_one))
        return made

    def _walk(self, model, known, prefix, training):
        """Adds the steps of a model whose inputs stand in `known` (tensor id -> number); returns its outputs."""
        for node in _nodes(model.outputs, known):
            layer, read = node.operation, tuple(known[id(tensor)] for tensor in node.input_tensors)
            fixed = node.arguments.kwargs.get("training")
            fixed = training if fixed is None else fixed
            if _is_graph(layer) and not _is_expression(layer):
                inner = dict(zip(map(id, layer.inputs), read, strict=True))
                made = self._walk(layer, inner, f"{prefix}{layer.name}/", fixed)
            else:
                made = self._number(node.output_tensors)
                path = self._path(prefix + layer.name)
                self.steps.append(Step(path, layer, read, made, _fill(node), fixed))
            known.update(zip(map(id, node.output_tensors), made, strict=True))
        return tuple(known[id(tensor)] for tensor in model.outputs)


def _is_graph(layer):
    """Says whether what a model does is recorded as a graph: Sequential and functional models."""
    written_by_keras = getattr(type(layer).call, "__qualname__", "") in ("Functional.call", "Sequential.call")
    return isinstance(layer, keras.Model) and written_by_keras and bool(getattr(layer, "outputs", None))


def _is_expression(model):
    """Says whether a nested model holds no layers but `keras.ops` operations: its parts need not turn by themselves."""
    operations = getattr(model, "operations", model.layers)
    return not any(isinstance(o, keras.Layer) and not isinstance(o, keras.layers.InputLayer) for o in operations)


def _nodes(outputs, known):
    """Lists the nodes between the known tensors and the outputs, each after those it needs."""
    listed, seen = [], set()
    stack = [(node, False) for node in _makers(reversed(outputs), known)]
    while stack:
        node, is_ready = stack.pop()
        if is_ready:
            listed.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack += [(parent, False) for parent in _makers(reversed(node.input_tensors), known)]
    return listed


def _makers(tensors, known):
    histories = [tensor._keras_history for tensor in tensors if id(tensor) not in known]
    return [history.operation._inbound_nodes[history.node_index] for history in histories]


def _fill(node):
    """Returns the function that puts values in place of the symbolic tensors of a call."""
    identities = [id(tensor) for tensor in node.input_tensors]
    recorded = (node.arguments.args, node.arguments.kwargs)

    def arguments(values):
        table = dict(zip(identities, values, strict=True))
        return keras.tree.map_structure(lambda leaf: table.get(id(leaf), leaf), recorded)

    return arguments


def _all_as_one(values):
    return (values[0] if len(values) == 1 else list(values),), {}


def _built_inputs(layer, input_shape):
    """Returns input specifications for a layer that stands alone: the given shapes, else those it was built with."""
    if input_shape is not None:
        shapes = [(None, *shape) for shape in shape_list(input_shape)]
    else:
        config = layer.get_build_config() or {}
        shapes = list(config.get("shapes_dict", {"": config.get("input_shape")}).values())
    if None in shapes:
        raise ValueError(
            f'{type(layer).__name__} "{layer.name}" does not tell its input shape. Give input_shape=(height, width, '
            f"channels)."
        )
    return [keras.KerasTensor(tuple(shape), dtype=layer.compute_dtype) for shape in shapes]


def _with_shapes(target, declared, input_shape):
    if input_shape is None:
        return list(declared)
    shapes = shape_list(input_shape)
    if len(shapes) != len(declared) or any(len(s) + 1 != len(d.shape) for s, d in zip(shapes, declared, strict=True)):
        expected = [tuple(spec.shape[1:]) for spec in declared]
        raise ValueError(
            f'"{target.name}" expects input_shape like {expected[0] if len(expected) == 1 else expected} (without the '
            f"batch). Received input_shape={input_shape}."
        )
    return [keras.KerasTensor((None, *s), dtype=d.dtype) for s, d in zip(shapes, declared, strict=True)]


def shape_list(input_shape):
    """Returns a list of shapes without the batch, from one of them or several.

    Args:
        input_shape: Tuple or list of sizes, None for open ones, or a list of such.

    Raises:
        ValueError: for anything else.
    """
    given = arguments.listed(input_shape)
    shapes = [given] if given and all(map(_is_size, given)) else [arguments.listed(shape) for shape in given]
    if not shapes or not all(shape and all(map(_is_size, shape)) for shape in shapes):
        raise ValueError(f"input_shape must be the sizes of the input without the batch, such as (height, width, "
                         f"channels), or a list of such shapes. Received input_shape={input_shape!r}.")
    return shapes


def _is_size(size):
    return size is None or arguments.is_positive_integer(size)


def _check_input_spec(layer, values):
    """Compares shapes with what the layer accepts, which `compute_output_spec` does not do."""
    specs = keras.tree.flatten(getattr(layer, "input_spec", None))
    for spec, value in zip(specs, values, strict=False):
        for axis, size in (getattr(spec, "axes", None) or {}).items():
            if size is not None and value.shape[axis] not in (size, None):
                raise ValueError(f"axis {axis} has {value.shape[axis]} entries, {size} expected.")
