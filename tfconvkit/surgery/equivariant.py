"""A plain convolutional network becomes its group-equivariant counterpart."""

import keras

from tfconvkit import groups
from tfconvkit.audit import count
from tfconvkit.audit.graph import Graph
from tfconvkit.surgery import turning
from tfconvkit.surgery.verification import check_print
from tfconvkit.surgery.widths import solve

_COSTS = {
    "parameters": lambda model: model.count_params(),
    "compute": lambda model: count(model).total.multiply_adds,
}


def to_equivariant(model, group, match="parameters", input_shape=None, print_fn=print):
    """Turns a plain Keras CNN into a group-equivariant one of the same parameter count (or compute).

    Convolutions become `LiftConv`, `GroupConv` and, where their output is the model's output, `ProjectConv`; batch
    normalisation, dropout, pooling, upsampling and transposed convolutions their group forms; before a global pooling
    the orientations are pooled. Activations, additions, concatenations and the dense head stay. A hidden layer of `N`
    planes gets `fields = round(scale N)` fields, the `scale` (about `1 / sqrt(order)` for parameters, `1 / order` for
    compute) solved numerically and the widths then adjusted one by one.

    The weights of the new model are freshly initialised: a plain network has no equivariant twin of equal weights.

    Args:
        model: A built Sequential or functional model, nested models included.
        group: Name of a group or a `groups.PointGroup`, of the rank of the model's convolutions.
        match: `"parameters"` or `"compute"` (multiply-adds).
        input_shape: Shape of the input without the batch, for sizes that the model leaves open (needed for
            `match="compute"`, and to judge strided "valid" layers).
        print_fn: Function that prints one line, None for silence.

    Returns:
        A new, uncompiled functional `keras.Model`; layer names are kept.

    Raises:
        ValueError: for a layer that cannot be turned, with its name and the reason.

    Example:
        >>> plain = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(32, 3, padding="same"),
        ...                           keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(10)])
        >>> equivariant = surgery.to_equivariant(plain, group="D4", print_fn=None)
        >>> equivariant.count_params()
        1226
    """
    check_print(print_fn)
    if not isinstance(match, str) or match not in _COSTS:
        raise ValueError(f'match must be "parameters" or "compute". Received match={match!r}.')
    graph = Graph(model, input_shape)
    group = groups.get(group, turning.rank_of(graph))
    specs = graph.specs()
    heads = turning.heads(graph, specs)
    cost, target = _COSTS[match], _cost_of(model, input_shape, match)
    planes = turning.hidden_planes(graph, heads)

    def build(fields):
        return _build(graph, specs, group, heads, fields)

    fields, found = solve(lambda fields: cost(build(fields)), planes, target, start=_start(group, match))
    equivariant = build(fields)
    if print_fn:
        for line in _report(graph, equivariant, group, match, target, found):
            print_fn(line)
    return equivariant


def _cost_of(model, input_shape, match):
    if match == "parameters":
        return model.count_params()
    target = count(model, input_shape).total.multiply_adds
    if target is None:
        raise ValueError('match="compute" needs known sizes. Give input_shape=(height, width, channels).')
    return target


def _start(group, match):
    return group.order**-0.5 if match == "parameters" else 1 / group.order


def _build(graph, specs, group, heads, fields):
    """Builds the equivariant model whose hidden layers of N planes have `fields[N]` fields."""
    inputs = [keras.Input(spec.shape[1:], dtype=spec.dtype) for spec in graph.inputs]
    values = {number: (tensor, turning.first_field(tensor)) for number, tensor in enumerate(inputs)}
    workshop = turning.Workshop(group, heads, fields)
    for step in graph.steps:
        read = [values[number] for number in step.inputs]
        made = workshop.turn(step, read, [specs[number] for number in step.inputs])
        values.update(zip(step.outputs, made, strict=True))
    outputs = [values[number][0] for number in graph.outputs]
    single = len(outputs) == 1
    name = f"{graph.target.name}_{group.name}"
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs[0] if single else outputs, name=name)


def _report(graph, equivariant, group, match, target, found):
    """Lists what was changed, line by line."""
    new = {layer.name: layer for layer in equivariant.layers}
    yield f'"{graph.target.name}" -> "{equivariant.name}":'
    for step in graph.steps:
        layer = new.get(turning.flat_name(step.path))
        if layer is not None and type(layer) is not type(step.layer):
            old = f" of {step.layer.filters} planes" if hasattr(step.layer, "filters") else ""
            fields = f" of {layer.filters} {layer.output_field} fields" if hasattr(layer, "filters") else ""
            yield f"  {step.path}: {type(step.layer).__name__}{old} -> {type(layer).__name__}{fields}"
    inserted = [layer.name for layer in equivariant.layers if layer.name.endswith(turning.POOLING_SUFFIX)]
    yield f"  orientations pooled by: {', '.join(inserted) or 'nothing'}"
    unit = "parameters" if match == "parameters" else "multiply-adds"
    yield f"  {unit}: {target:,} -> {found:,} ({found / target - 1:+.1%}), group {group.name} of order {group.order}"
