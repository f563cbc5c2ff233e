"""Runs of linear layers become one convolution each."""

import keras

from tfconvkit.audit import count
from tfconvkit.audit.graph import Graph
from tfconvkit.ops import arguments
from tfconvkit.surgery.borders import describe
from tfconvkit.surgery.linear_parts import NotLinear, linear_part
from tfconvkit.surgery.linear_runs import find_runs
from tfconvkit.surgery.rewriting import check_model, clone, copy_weights, is_graph
from tfconvkit.surgery.run_geometry import geometry_of
from tfconvkit.surgery.run_layers import run_layers
from tfconvkit.surgery.turning import flat_name
from tfconvkit.surgery.verification import check_equal, check_print

# Rounding in another order adds up over the depth. Measured in float32: MobileNetV2 1.2e-6, KernelGAN's chain 3.7e-7.
_SLACK = 10


def collapse(model, allow_border=False, layers=None, input_shape=None, print_fn=print):
    """Replaces every run of linear layers by one convolution with the same outputs at inference.

    Linear are `Conv`, `DepthwiseConv`, `SeparableConv`, `ZeroPadding`, `AveragePooling` (1D and 2D), batch
    normalisation, `Rescaling`, `Identity`, the `layers.Collapsible` of this package, and `Add` of branches that come
    from one map. The activation of the last layer is kept. A run becomes one `Conv` (a `DepthwiseConv` where no layer
    mixes channels) with the kernel `kernel[p] = sum over u + S v = p of kernel1[u] kernel2[v]`, composed in float64. A
    single layer stays as it is, and so does a run that would not lose a layer.

    Zeros inside a run are kept exactly:

    - pads around the first spatial kernel become pads of the image: `padding="same"`, or a `ZeroPadding` in front where
      TensorFlow's SAME of the composed kernel would stand elsewhere (even kernels, later strides);
    - where a biased map is padded, a channel of ones is appended in front, which carries the bias to where it ends;
    - where a map that already mixes pixels is padded, no single convolution is exact: there a new run starts, unless
      `allow_border=True`. The width of the wrong border at the top is the largest of
      `ceil(sum_{i >= j} p_i prod_{m=j}^{i-1} s_m / prod_{m >= j} s_m)` over the padded layers `j`, such as 4 for five
      3x3 kernels; what is printed is counted, pixel by pixel.

    All runs are collapsed, also where that takes more multiplications (3x3 upon a 1x1 that widens; a separable
    convolution with its norm): the print shows both totals, `layers` chooses. The model is not changed; nested models
    are opened, a shared layer is collapsed at each of its calls, and weights are copies. Regularizers, constraints and
    a compilation are not taken over.

    Args:
        model: A built Sequential or functional model.
        allow_border: Whether a run may differ in a border, whose width is printed.
        layers: Names of the layers that have to be collapsed, others being left alone; None for all that can.
        input_shape: Shape of the input without the batch, for sizes that the model leaves open: pads under strides
            depend on them.
        print_fn: Function that prints one line, None for silence.

    Returns:
        A Sequential model for a Sequential one without nested models, otherwise a functional one.

    Raises:
        TypeError: if the model is written as a subclass (its `call` is code).
        ValueError: if the model is not built, or one of `layers` cannot be collapsed, with the reason: an activation
            inside, a batch normalisation called with `training=True`, zeros that would leave a border.
        RuntimeError: if the outputs differ by more than 1e-4 of the largest one in float32 without a border.

    Reference:
        Bhardwaj et al., Collapsible Linear Blocks for Super-Efficient Super Resolution, 2021
        (https://arxiv.org/abs/2103.09404); Ding et al., RepVGG, 2021 (https://arxiv.org/abs/2101.03697).

    Example:
        >>> model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(64, 3, padding="same"),
        ...                           keras.layers.BatchNormalization(), keras.layers.Conv2D(8, 1)])
        >>> surgery.collapse(model, print_fn=None).layers[0].get_weights()[0].shape
        (3, 3, 3, 8)
    """
    check_model(model)
    check_print(print_fn)
    allow_border = arguments.flag("collapse", "allow_border", allow_border)
    if layers is not None and not (isinstance(layers, (list, tuple, set)) and all(isinstance(n, str) for n in layers)):
        raise TypeError(f"layers must be a list of names of layers, or None for all. Received layers={layers!r}.")
    graph = Graph(model, input_shape)
    specs = graph.specs()
    parts, refusals = _parts(graph, specs, layers)
    runs, reasons = find_runs(graph, specs, parts, allow_border)
    plans = {value: (run, geometry_of(run, specs)) for value, run in runs.items()}
    plans = {value: plan for value, plan in plans.items() if _is_gain(*plan)}
    if layers is not None:
        _check_all_collapsed(graph, layers, plans, {**_ended(parts), **reasons, **refusals})
    collapsed = _rebuilt(model, graph, specs, plans)
    if all(geometry.is_exact for _, geometry in plans.values()):
        check_equal(model, collapsed, slack=_SLACK)
    for line in _report(model, collapsed, input_shape, plans, reasons) if print_fn else ():
        print_fn(line)
    return collapsed


def _parts(graph, specs, layers):
    """Returns what is linear, and why other layers are not, by path."""
    parts, refusals = {}, {}
    for step in graph.steps:
        if layers is not None and not _is_named(step, layers):
            continue
        try:
            parts[step.path] = linear_part(step, [specs[value] for value in step.inputs])
        except NotLinear as reason:
            refusals[step.path] = str(reason)
    return parts, refusals


def _is_named(step, layers):
    return step.path in layers or step.layer.name in layers


def _is_gain(run, geometry):
    """Says whether a run loses a convolution or a layer, or is a layer of this package that becomes a plain one."""
    made = 1 + bool(geometry.bias_taps) + (not isinstance(geometry.pads, str))
    parts = [link.part for link in run.links]
    convolutions = sum(part.is_convolution for part in parts)
    is_shorter = convolutions > 1 or convolutions == 1 and made < len(parts)
    return is_shorter or any(part.is_collapsible for part in parts)


def _ended(parts):
    return {
        path: f'its activation "{part.activation.__name__}" ends a run, and nothing linear before it is in the same'
        for path, part in parts.items()
        if not part.is_linear
    }


def _check_all_collapsed(graph, layers, plans, reasons):
    missing = [name for name in layers if not any(_is_named(step, [name]) for step in graph.steps)]
    if missing:
        raise ValueError(
            f'layers must be names of layers in "{graph.target.name}". Received {missing[0]!r}, which is none of '
            f"{', '.join(step.path for step in graph.steps)}."
        )
    done = {link.path for run, _ in plans.values() for link in run.links}
    left = [step for step in graph.steps if _is_named(step, layers) and step.path not in done]
    if left:
        # A layer that is left alone by another one is not the cause.
        cause = next((step for step in left if step.path in reasons), left[0])
        reason = reasons.get(cause.path, "no linear layer among those named stands next to it")
        raise ValueError(
            f'"{cause.path}" ({type(cause.layer).__name__}) cannot be collapsed: {reason}. Leave it out of layers, or '
            "change the model there."
        )


def _rebuilt(model, graph, specs, plans):
    """Builds the new model, call by call."""
    inputs = [
        keras.Input(batch_shape=(None, *spec.shape[1:]), dtype=spec.dtype, name=old.name)
        for old, spec in zip(model.inputs, graph.inputs, strict=True)
    ]
    values, clones = dict(enumerate(inputs)), {}
    inner = {link.output for run, _ in plans.values() for link in run.links} - set(plans)
    for step in graph.steps:
        if step.outputs[0] in plans:
            value = values[plans[step.outputs[0]][0].root]
            for layer in _new_layers(step, graph, specs, *plans[step.outputs[0]]):
                value = layer(value)
            values[step.outputs[0]] = value
        elif step.outputs[0] not in inner:
            positional, named = step.arguments([values[number] for number in step.inputs])
            outputs = keras.tree.flatten(_clone(step, clones)(*positional, **named))
            values.update(zip(step.outputs, outputs, strict=True))
    for old, new in clones.values():
        copy_weights(old, new)
    return _as_model(model, inputs, [values[number] for number in graph.outputs])


def _clone(step, clones):
    if not isinstance(step.layer, keras.Layer):
        return step.layer
    if id(step.layer) not in clones:
        clones[id(step.layer)] = step.layer, clone(step.layer, flat_name(step.path))
    return clones[id(step.layer)][1]


def _new_layers(step, graph, specs, run, geometry):
    paths = {link.path for link in run.links}
    olds = [each.layer for each in graph.steps if each.path in paths and getattr(each.layer, "weights", ())]
    trainable = any(layer.trainable for layer in olds)
    return run_layers(run, geometry, specs[run.root], flat_name(_name_of(run)), trainable)


def _name_of(run):
    """Path of the last convolution of a run."""
    return next(link.path for link in reversed(run.links) if link.part.is_convolution)


def _as_model(model, inputs, outputs):
    if isinstance(model, keras.Sequential):
        built = keras.Model(inputs, outputs, name=model.name)
        has_nested = any(is_graph(layer) for layer in model.layers)
        return built if has_nested else keras.Sequential([*inputs, *built.layers[1:]], name=model.name)
    packed = [keras.tree.pack_sequence_as(*pair) for pair in ((model.input, inputs), (model.output, outputs))]
    return keras.Model(*packed, name=model.name)


def _report(model, collapsed, input_shape, plans, reasons):
    """Lists what was collapsed, line by line."""
    yield f'"{model.name}": {len(plans)} runs collapsed'
    for run, geometry in plans.values():
        size = "x".join(str(size) for size in _size_of(collapsed, run))
        border = "exact" if geometry.is_exact else f"differs in a border of {describe(geometry.border)}"
        paths = ", ".join(link.path for link in run.links)
        yield f"  {paths} -> {_name_of(run)}: {size}, pads {geometry.pads}, {border}"
    for path, reason in reasons.items():
        yield f"  {path} starts a run of its own: {reason}"
    totals = [count(each, input_shape).total.multiply_adds for each in (model, collapsed)]
    if None not in totals:
        yield f"  multiply-adds: {totals[0]:,} -> {totals[1]:,}"


def _size_of(collapsed, run):
    return collapsed.get_layer(flat_name(_name_of(run))).kernel_size
