"""How each kind of plain Keras layer is turned into its equivariant counterpart."""

import keras
from keras import layers as plain

from tfconvkit import layers, padding
from tfconvkit.audit import kinds
from tfconvkit.layers.arguments import grid_of

POOLING_SUFFIX = "_orientations"
_CONVOLUTIONS = (plain.Conv1D, plain.Conv2D, plain.Conv3D)
_TRANSPOSED = (plain.Conv2DTranspose,)
_MAX = (plain.MaxPooling1D, plain.MaxPooling2D, plain.MaxPooling3D)
_AVERAGE = (plain.AveragePooling1D, plain.AveragePooling2D, plain.AveragePooling3D)
_GLOBAL_MAX = (plain.GlobalMaxPooling1D, plain.GlobalMaxPooling2D, plain.GlobalMaxPooling3D)
_GLOBAL_AVERAGE = (plain.GlobalAveragePooling1D, plain.GlobalAveragePooling2D, plain.GlobalAveragePooling3D)
_SPATIAL_DROPOUT = (plain.SpatialDropout1D, plain.SpatialDropout2D, plain.SpatialDropout3D)
_MERGES = (plain.Add, plain.Subtract, plain.Multiply, plain.Average, plain.Maximum, plain.Minimum)
# Layers that treat every number, or every plane, alike.
_POINTWISE = (
    plain.Activation, plain.ReLU, plain.LeakyReLU, plain.ELU, plain.Identity, plain.GaussianNoise,
    plain.GaussianDropout, plain.Rescaling, plain.ActivityRegularization,
)  # fmt: skip
_CONFIGURATION = (
    "strides", "padding", "data_format", "dilation_rate", "activation", "use_bias", "kernel_initializer",
    "bias_initializer", "kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint",
    "bias_constraint",
)  # fmt: skip


def rank_of(graph):
    """Returns the number of grid axes of the first convolution.

    Raises:
        ValueError: if the model has none.
    """
    for step in graph.steps:
        if isinstance(step.layer, (*_CONVOLUTIONS, *_TRANSPOSED)):
            return step.layer.rank
    raise ValueError(f'Model "{graph.target.name}" has no convolution, so there is nothing to make equivariant.')


def first_field(tensor):
    """Returns the field type of an input: image planes, or a vector without a grid."""
    return "trivial" if len(tensor.shape) > 2 else "vector"


def flat_name(path):
    """Returns a layer name for a path through nested models; Keras allows no slash in names."""
    return path.replace("/", "_").replace(" (call ", "_").replace(")", "")


def heads(graph, specs):
    """Returns the ids of the convolutions whose maps are the model's output, through layers that keep planes."""
    wanted, found = {number for number in graph.outputs if len(specs[number].shape) > 2}, set()
    for step in reversed(graph.steps):
        if not wanted & set(step.outputs):
            continue
        if isinstance(step.layer, (*_CONVOLUTIONS, *_TRANSPOSED)):
            found.add(id(step.layer))
        else:
            wanted |= {number for number in step.inputs if len(specs[number].shape) > 2}
    return found


def hidden_planes(graph, heads):
    """Returns the distinct widths of the convolutions that are no heads, in order."""
    convolutions = [step.layer for step in graph.steps if isinstance(step.layer, (*_CONVOLUTIONS, *_TRANSPOSED))]
    return sorted({layer.filters for layer in convolutions if id(layer) not in heads})


class Workshop:
    """Turns the layers of one model, each once, however often it is called.

    Args:
        group: A `PointGroup`.
        heads: Ids of the convolutions that keep their planes.
        fields: Number of fields for each number of planes.
    """

    def __init__(self, group, heads, fields):
        self.group, self.heads, self.fields = group, heads, fields
        self._made = {}

    def turn(self, step, read, specs):
        """Applies the counterpart of one step.

        Args:
            step: A step of the plain model.
            read: List of (tensor, field) that it reads in the new model.
            specs: Specifications of what it read in the plain model.

        Returns:
            List of (tensor, field), one per output.
        """
        fields = [field for _, field in read]
        if id(step.layer) not in self._made:
            self._made[id(step.layer)] = self._counterparts(step, fields, specs)
        replaced, field = self._made[id(step.layer)]
        if replaced is None:
            positional, named = step.arguments([tensor for tensor, _ in read])
            clone = self._clone(step)
            return [(tensor, field) for tensor in keras.tree.flatten(clone(*positional, **named))]
        tensor = read[0][0]
        for layer in replaced:
            tensor = layer(tensor)
        return [(tensor, field)]

    def _clone(self, step):
        if not isinstance(step.layer, keras.Layer):
            return step.layer
        key = (id(step.layer), "clone")
        if key not in self._made:
            config = step.layer.get_config()
            self._made[key] = type(step.layer).from_config({**config, "name": flat_name(step.path)})
        return self._made[key]

    def _counterparts(self, step, fields, specs):
        """Returns the new layers (None for a copy of the old one) and the field of their output."""
        for classes, rule in _RULES:
            if isinstance(step.layer, classes):
                return rule(self, step, fields, specs)
        # Operations of `keras.ops` have no public classes: known by name.
        if kinds.is_merge(step.layer):
            return _merge(self, step, fields, specs)
        if not isinstance(step.layer, keras.Layer) and kinds.is_pointwise(step.layer):
            return _kept(self, step, fields, specs)
        raise refusal(step, "there is no equivariant counterpart for this kind of layer", "Replace or remove it.")

    def common(self, step, **arguments):
        """The arguments that every counterpart takes over."""
        return {"name": flat_name(step.path), "dtype": step.layer.dtype_policy, **arguments}


def refusal(step, reason, remedy):
    """Returns the error for a layer that cannot be turned."""
    return ValueError(
        f'to_equivariant cannot turn layer "{step.path}" ({type(step.layer).__name__}): {reason}. {remedy}'
    )


def _convolution(workshop, step, fields, specs):
    layer, is_head = step.layer, id(step.layer) in workshop.heads
    if fields[0] == "vector" or getattr(layer, "groups", 1) != 1:
        raise refusal(step, "grouped convolutions mix no orientations", "Use groups=1.")
    _check_valid(workshop, step, layer.kernel_size, specs)
    config = layer.get_config()
    settings = {name: config[name] for name in _CONFIGURATION if name in config}
    output_field = "trivial" if is_head else "regular"
    cls = _convolution_class(layer, fields[0], output_field)
    new = cls(
        layer.filters if is_head else workshop.fields[layer.filters],
        layer.kernel_size,
        workshop.group,
        input_field=fields[0],
        output_field=output_field,
        **workshop.common(step, **settings),
    )
    return [new], output_field


def _convolution_class(layer, input_field, output_field):
    """The class with the most telling name."""
    if isinstance(layer, _TRANSPOSED):
        return getattr(layers, f"GroupConvTranspose{layer.rank}D")
    names = {("trivial", "regular"): "LiftConv", ("regular", "trivial"): "ProjectConv"}
    return getattr(layers, f"{names.get((input_field, output_field), 'GroupConv')}{layer.rank}D")


def _pooling(workshop, step, fields, specs):
    layer = step.layer
    _check_valid(workshop, step, layer.pool_size, specs)
    kind = "Max" if isinstance(layer, _MAX) else "Average"
    config = {name: getattr(layer, name) for name in ("pool_size", "strides", "padding", "data_format")}
    new = getattr(layers, f"Group{kind}Pooling{len(layer.pool_size)}D")(
        workshop.group, field=fields[0], **workshop.common(step, **config)
    )
    return [new], fields[0]


def _check_valid(workshop, step, extents, specs):
    """Refuses a "valid" layer whose windows do not map onto each other on the known size."""
    layer = step.layer
    if layer.padding != "valid" or isinstance(layer, _TRANSPOSED):
        return
    rates = getattr(layer, "dilation_rate", (1,) * len(extents))
    grid = grid_of(specs[0].shape, layer.data_format)
    for axis, size in enumerate(grid):
        extent = padding.dilated_size(extents[axis], rates[axis])
        is_fine = size is None or padding.is_equivariant(size, extent, layer.strides[axis], "valid")
        if workshop.group.moved_axes[axis] and not is_fine:
            window = f"(window {extent}, stride {layer.strides[axis]})"
            reason = f'padding="valid" leaves a part of size {size} unread {window}'
            raise refusal(step, reason, 'Use padding="same" or another input size.')


def _normalization(workshop, step, fields, specs):
    if fields[0] != "regular":
        return None, fields[0]
    config = step.layer.get_config()
    if config.get("renorm"):
        raise refusal(step, "batch renormalisation is not supported on fields", "Use renorm=False.")
    for name in ("name", "dtype", "trainable", "renorm", "renorm_clipping", "renorm_momentum"):
        config.pop(name, None)
    return [layers.GroupBatchNormalization(workshop.group, **workshop.common(step, **config))], "regular"


def _dropout(workshop, step, fields, specs):
    if fields[0] != "regular":
        return None, fields[0]
    is_spatial = isinstance(step.layer, _SPATIAL_DROPOUT)
    settings = {"spatial": is_spatial, "seed": getattr(step.layer, "seed", None)}
    return [layers.GroupDropout(workshop.group, step.layer.rate, **workshop.common(step, **settings))], "regular"


def _global_pooling(workshop, step, fields, specs):
    config = step.layer.get_config()
    if config.get("keepdims"):
        raise refusal(step, "keepdims=True keeps a grid of one cell", "Use keepdims=False.")
    copy = type(step.layer).from_config({**config, "name": flat_name(step.path)})
    if fields[0] != "regular":
        return [copy], "vector"
    reduction = "max" if isinstance(step.layer, _GLOBAL_MAX) else "mean"
    name = flat_name(step.path) + POOLING_SUFFIX
    pooling = layers.GroupPooling(workshop.group, reduction, data_format=step.layer.data_format, name=name)
    return [pooling, copy], "vector"


def _upsampling(workshop, step, fields, specs):
    layer = step.layer
    config = {name: getattr(layer, name) for name in ("size", "data_format", "interpolation")}
    return [layers.GroupUpSampling2D(workshop.group, field=fields[0], **workshop.common(step, **config))], fields[0]


def _margins(workshop, step, fields, specs):
    margins = getattr(step.layer, "cropping", None) or step.layer.padding
    pairs = [pair if isinstance(pair, (tuple, list)) else tuple(margins) for pair in margins]
    if any(before != after for before, after in pairs):
        raise refusal(step, f"the margins {margins} are not symmetric", "Use equal margins on both sides.")
    return None, fields[0]


def _kept(workshop, step, fields, specs):
    return None, fields[0]


def _merge(workshop, step, fields, specs):
    if len(set(fields)) > 1:
        reason = f"it joins {' and '.join(sorted(set(fields)))} channels"
        raise refusal(step, reason, "Join feature maps that both come out of convolutions.")
    return None, fields[0]


def _concatenation(workshop, step, fields, specs):
    ndim = len(specs[0].shape)
    is_by_channel = step.layer.axis % ndim in (1, ndim - 1)
    if not is_by_channel and fields[0] != "vector":
        raise refusal(step, f"axis={step.layer.axis} is no channel axis", "Concatenate along the channels.")
    return _merge(workshop, step, fields, specs)


def _dense(workshop, step, fields, specs):
    if fields[0] != "vector":
        raise refusal(step, "it stands on a feature map", "Pool globally before the dense head.")
    return None, "vector"


def _flatten(workshop, step, fields, specs):
    if fields[0] != "vector":
        remedy = "Use GlobalAveragePooling or GlobalMaxPooling instead."
        raise refusal(step, "it ties the dense head to grid positions", remedy)
    return None, "vector"


_RULES = (
    ((*_CONVOLUTIONS, *_TRANSPOSED), _convolution),
    ((*_MAX, *_AVERAGE), _pooling),
    ((*_GLOBAL_MAX, *_GLOBAL_AVERAGE), _global_pooling),
    ((plain.BatchNormalization,), _normalization),
    ((plain.Dropout, *_SPATIAL_DROPOUT), _dropout),
    ((plain.UpSampling2D,), _upsampling),
    ((plain.ZeroPadding1D, plain.ZeroPadding2D, plain.ZeroPadding3D), _margins),
    ((plain.Cropping1D, plain.Cropping2D, plain.Cropping3D), _margins),
    (_MERGES, _merge),
    ((plain.Concatenate,), _concatenation),
    ((plain.Dense,), _dense),
    ((plain.Flatten,), _flatten),
    (_POINTWISE, _kept),
)
