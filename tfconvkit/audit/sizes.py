"""Which input sizes keep the sampling grid of a model symmetric, by integers alone."""

from collections.abc import Iterable

import keras

from tfconvkit import groups
from tfconvkit.audit import flow, geometry
from tfconvkit.audit.graph import Graph
from tfconvkit.audit.results import SizesReport
from tfconvkit.ops import arguments


def safe_sizes(target, group, sizes=range(4, 65), input_shape=None):
    """Finds the square input sizes on which every layer samples its grid symmetrically under a group.

    A size is safe where the windows of every layer map onto each other on each axis that the group reverses: for a
    convolution with "same" iff `P = (o - 1)s + k - N` is even and not negative, with "valid" iff `(N - k) mod s = 0`,
    for a transposed convolution the rule of the convolution of its output, for pooling iff the parts of the windows
    inside the grid mirror each other, for padding and cropping iff both sides are equal. The layers of this package
    with `padding="same"` are safe for every size. Nothing is said about the weights: on a safe size a plain model with
    kernels that are symmetric, or the banks of a group convolution, is equivariant.

    Args:
        target: A built Keras model or layer. Sizes are tried also where the model fixes its own.
        group: Name of the group or a `groups.PointGroup`.
        sizes: The sizes to judge.
        input_shape: Shape of the input without the batch, to build a target that is not built.

    Returns:
        `SizesReport` with `.sizes`, `.unsafe` and `.unknown`.

    Raises:
        ValueError: if no input has a grid that the group acts on.

    Example:
        >>> model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.MaxPooling2D(2)])
        >>> audit.safe_sizes(model, "C4", sizes=range(4, 9)).sizes
        [4, 6, 8]
    """
    graph = Graph(target, input_shape)
    rank = max(len(spec.shape) for spec in graph.inputs) - 2
    if rank < 1:
        shapes = [tuple(spec.shape) for spec in graph.inputs]
        raise ValueError(f'"{target.name}" has no input with grid axes: its inputs have the shapes {shapes}.')
    group = groups.get(group, rank)
    sizes = [arguments.integer("safe_sizes", "sizes", size, least=1) for size in _listed(sizes)]
    faults = {size: _first_fault(graph, group, size) for size in sizes}
    return SizesReport(
        name=target.name,
        group=group,
        sizes=[size for size, found in faults.items() if found is None],
        unsafe={size: found for size, found in faults.items() if found is not None},
        unknown=_unknown(graph, group),
    )


def _listed(sizes):
    if not isinstance(sizes, Iterable) or isinstance(sizes, (str, bytes, dict)):
        raise TypeError(f"safe_sizes expects sizes as a list of integers, or a range. Received sizes={sizes!r}.")
    return sizes


def _first_fault(graph, group, size):
    """Returns (path of the first layer that breaks the grid, why) for a size, or None."""
    data_format = flow.first_data_format(graph)
    values = dict(enumerate(_resized(spec, group.rank, size, data_format) for spec in graph.inputs))
    formats = dict.fromkeys(values, data_format)
    for step in graph.steps:
        try:
            made = graph.step_specs(step, values)
        except ValueError as error:
            return step.path, str(error.__cause__).splitlines()[0]
        values.update(zip(step.outputs, made, strict=True))
        own_format = getattr(step.layer, "data_format", None) or formats[step.inputs[0]]
        formats.update(dict.fromkeys(step.outputs, own_format))
        text = _fault(step, group, values, own_format)
        if text:
            return step.path, text
    return None


def _fault(step, group, values, data_format):
    read, made = values[step.inputs[0]].shape, values[step.outputs[0]].shape
    if not flow.is_grid(read, group.rank) or not flow.is_grid(made, group.rank):
        return None
    grid, output_grid = flow.grid_of(read, data_format), flow.grid_of(made, data_format)
    if min(output_grid) < 1:
        return f"its output {output_grid} is empty for an input of {grid}"
    return geometry.fault(step.layer, group, grid, output_grid)


def _resized(spec, rank, size, data_format):
    """Puts the size on every grid axis of an input that has a grid."""
    shape = tuple(spec.shape)
    if flow.is_grid(shape, rank):
        channels = flow.channels_of(shape, data_format)
        grid = (size,) * rank
        shape = (shape[0], channels, *grid) if data_format == "channels_first" else (shape[0], *grid, channels)
    return keras.KerasTensor(shape, dtype=spec.dtype)


def _unknown(graph, group):
    """Names the layers that read a grid and are of a kind without a rule."""
    specs = graph.specs()
    reading = [step for step in graph.steps if flow.is_grid(specs[step.inputs[0]].shape, group.rank)]
    names = [f"{step.path} ({type(step.layer).__name__})" for step in reading if not geometry.is_known(step.layer)]
    return list(dict.fromkeys(names))
