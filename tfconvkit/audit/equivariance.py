"""Measures whether a model turns with its input, layer by layer and element by element."""

from tfconvkit import groups
from tfconvkit.audit import flow
from tfconvkit.audit.graph import Graph
from tfconvkit.audit.replay import Replay
from tfconvkit.audit.results import EquivarianceReport
from tfconvkit.ops import arguments


def equivariance(
    target,
    group,
    input_shape=None,
    *,
    batch_size=2,
    seed=0,
    training=False,
    tolerance=None,
    input_field=None,
    fields=None,
):
    """Measures the law `Y(L_g x) = L_g Y(x)` for every layer of a model and every element of a group.

    The error is `max|Y(L_g x) - L_g Y(x)| / max|Y|` on normal noise `x`. How a group acts on a tensor follows from the
    layers of this package, which declare their fields, and is carried through layers that treat all channels alike. The
    channels of any other layer (`Conv2D`, `Dense`) are taken as the field type that fits best among image planes and
    the regular fields of the group or of a named group that contains it; so a model whose banks are written out as
    plain kernels is recognised. A field without a grid is judged too: image planes become invariants, a regular field
    a vector whose entries are permuted.

    Args:
        target: A built Keras model or layer. Nested models are opened; a model written as a subclass is judged by its
            outputs alone. The weights, moving statistics and seeds are not changed.
        group: Name of the group or a `groups.PointGroup`.
        input_shape: Shape of the input without the batch (a list for several inputs), where the model leaves it open.
        batch_size: Number of samples.
        seed: Seed of the samples.
        training: Whether layers run as in training. Layers that add noise run without it.
        tolerance: The largest error that passes; None takes `replay.TOLERANCES` by the coarsest dtype on the way.
        input_field: Field type of the image inputs, `"trivial"` or `"regular"`; None takes what the first layer
            declares, else `"trivial"`. Inputs without a grid are kept the same where they hold no regular field.
        fields: Dictionary from layer names or paths to the field type of their output, `"trivial"` or `"regular"` for
            the audited group, or None where a layer shall not be judged.

    Returns:
        `EquivarianceReport`.

    Raises:
        ValueError: if input sizes stay open, the channels do not fit the input field, or a name in `fields` is unknown.
        TypeError: if the target is no Keras model or layer.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.AveragePooling2D(3, 2, padding="same")])
        >>> audit.equivariance(model, "C4").first_broken.reason
        'padding="same" pads (0, 1) on height of size 8 (window 3, stride 2)'
    """
    graph = Graph(target, input_shape)
    group = groups.get(group, _rank(group, graph))
    batch_size = arguments.integer("equivariance", "batch_size", batch_size, least=1)
    seed = arguments.integer("equivariance", "seed", seed, least=0)
    if tolerance is not None:
        tolerance = arguments.number("equivariance", "tolerance", tolerance, least=0)
    if input_field is not None:
        arguments.one_of("equivariance", "input_field", input_field, groups.FIELDS)
    training = arguments.flag("equivariance", "training", training)
    replay = Replay(graph, group, training=training, tolerance=tolerance, fields={} if fields is None else fields)
    replay.start(batch_size=batch_size, seed=seed, input_field=input_field)
    rows = [replay.judge(step) for step in graph.steps]
    makers = {number: row.name for step, row in zip(graph.steps, rows, strict=True) for number in step.outputs}
    return EquivarianceReport(
        name=target.name,
        group=group,
        input_shapes=[tuple(spec.shape[1:]) for spec in graph.inputs],
        rows=rows,
        output_names=tuple(dict.fromkeys(makers[number] for number in graph.outputs if number in makers)),
        mismatches=mismatches(graph),
        warnings=replay.warnings,
    )


def assert_equivariant(target, group, tolerance=None, **kwargs):
    """Raises an `AssertionError` where a model does not turn with its input: one line for a test.

    Args:
        target, group, tolerance, **kwargs: As for `equivariance`.

    Raises:
        AssertionError: naming the first layer that breaks the law, its error, the element and the reason; or where
            fields mismatch; or the output that could not be judged.

    Example:
        >>> audit.assert_equivariant(keras.Sequential([keras.Input((8, 8, 3)), layers.LiftConv2D(2, 3, "D4")]), "D4")
    """
    report = equivariance(target, group, tolerance=tolerance, **kwargs)
    if not report.ok:
        raise AssertionError(_failure(report))


def mismatches(graph):
    """Lists where the layers of a `Graph` declare fields of different groups or types along an edge.

    Only declarations are compared, nothing runs: two groups of one order (C4 and D2) fit each other's channels.
    """
    specs, found = graph.specs(), []
    data_format = flow.first_data_format(graph)
    states = {number: flow.State(None, data_format) for number in range(len(graph.inputs))}
    rank = max(len(spec.shape) for spec in graph.inputs) - 2
    for step in graph.steps:
        read = [states[number] for number in step.inputs]
        shapes = [tuple(specs[number].shape) for number in step.inputs]
        found.append(flow.mismatch(step, read, shapes, rank))
        for number in step.outputs:
            states[number] = flow.propagate(step, read, shapes, tuple(specs[number].shape), rank)
    return [text for text in found if text]


def _rank(group, graph):
    """The number of grid axes of the input, for a group that is given by name."""
    largest = max(len(spec.shape) for spec in graph.inputs)
    return largest - 2 if isinstance(group, str) and largest > 2 else None


def _failure(report):
    """The message for a report that is not ok."""
    head = f'"{report.name}" is not equivariant under group {report.group.name!r}'
    broken = report.first_broken
    if broken is not None:
        matrix = report.group.matrices[broken.worst_element].tolist()
        because = f": {broken.reason}" if broken.reason else ""
        head += (
            f': "{broken.name}" ({broken.class_name}, {broken.field}) is the first layer that breaks it, with error '
            f"{broken.error:.1e} (tolerance {broken.tolerance:.0e}) at element {broken.worst_element}, matrix {matrix}"
            f"{because}"
        )
    elif not report.mismatches:
        unjudged = [row for row in report.not_judged if row.name in report.output_names]
        head = f'"{report.name}" is not shown to be equivariant under group {report.group.name!r}: ' + "; ".join(
            f'its output "{row.name}" is not judged: {row.remark}' for row in unjudged
        )
    return ". ".join([head, *report.mismatches]) + "."
