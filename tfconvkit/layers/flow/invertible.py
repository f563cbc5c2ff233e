"""The protocol of invertible layers, and the layer that turns one round."""

import copy
from collections.abc import Iterable

import keras
from keras import ops, tree

from tfconvkit.layers.arguments import describe
from tfconvkit.layers.inputs import ANY, CheckedInput


@keras.saving.register_keras_serializable(package="tfconvkit")
class Invertible(CheckedInput):
    """Base class of bijections: `layer(x)` maps forward, `layer(y, inverse=True)` back, both through `__call__`.

    `layer(x, return_log_det=True)` gives `(y, log_det)` with `log_det = log|det dy/dx|` per sample; with
    `inverse=True` it is `log|det dx/dy|`, the negative at the same point. An input may be a structure of tensors.
    The base class itself is the identity.

    A subclass writes

    - `_forward(x, condition=None, training=None)` and `_inverse(y, condition=None, training=None)`, which return
      `(result, log_det)`; `log_det` is None (volume is kept), a scalar (equal for all samples) or of shape `(batch,)`,
      in at least float32;
    - `build(x_shape)` or `build(x_shape, condition_shape=None)`, always of the forward input's shape;
    - `compute_output_shape(input_shape)` and its inverse `compute_input_shape(output_shape)`, where shapes change;
    - `input_kinds`, where it takes other numbers than floating-point ones: `("float", "int")` adds the integers.

    Call arguments:
        x: Tensor or structure of tensors; the forward output where `inverse=True`.
        condition: Tensor that both directions depend on; layers without use for it ignore it.
        inverse: Whether to map back. An inverse before the first forward call builds the layer from the output shape.
        return_log_det: Whether to return `(y, log_det)` instead of `y`.
        training: As in every Keras layer.

    Input shape:
        `(batch, ...)`, as the subclass says.

    Output shape:
        Of the same kind; `log_det` has shape `(batch,)` and dtype float32, float64 for float64 layers.

    Raises:
        ValueError: for an inverse before build whose input shape does not follow from the output shape.

    Example:
        >>> layer = layers.Squeeze(2)
        >>> y, log_det = layer(np.ones((1, 4, 4, 3), "float32"), return_log_det=True)
        >>> y.shape, log_det.shape, layer(y, inverse=True).shape
        (TensorShape([1, 2, 2, 12]), TensorShape([1]), TensorShape([1, 4, 4, 3]))
    """

    takes_structures = True
    least_axes = 1

    def __call__(self, x, *args, **kwargs):
        if kwargs.get("inverse") and not self.built:
            self.check_inputs(x)
            self._build_from_output(x, kwargs.get("condition"))
        return super().__call__(x, *args, **kwargs)

    def _build_from_output(self, y, condition):
        # A symbolic forward call goes through Keras' own build, with whatever arguments the subclass' build takes.
        try:
            shape = self.compute_input_shape(shapes_of(y))
        except NotImplementedError as error:
            raise ValueError(
                f"{describe(self)} cannot be built from the shape of its output, received {shapes_of(y)}: {error} "
                f"Call it forward once, or call build(x_shape), before the first inverse."
            ) from error
        condition = condition if condition is None else specs(shapes_of(condition), self.compute_dtype)
        self(specs(shape, self.compute_dtype), condition=condition)

    def build(self, x_shape):
        pass

    def call(self, x, condition=None, inverse=False, return_log_det=False, training=None):
        direction = self._inverse if inverse else self._forward
        y, log_det = direction(x, condition=condition, training=training)
        return self._finish(x, y, log_det, return_log_det)

    def _finish(self, x, y, log_det, return_log_det):
        y = tree.map_structure(self._cast, y)
        if not return_log_det:
            return y
        zeros = ops.zeros((ops.shape(tree.flatten(x)[0])[0],), dtype=self.log_det_dtype)
        return y, zeros if log_det is None else zeros + ops.cast(log_det, self.log_det_dtype)

    def _cast(self, y):
        return ops.cast(y, self.compute_dtype) if "float" in keras.backend.standardize_dtype(y.dtype) else y

    def _forward(self, x, condition=None, training=None):
        return x, None

    def _inverse(self, y, condition=None, training=None):
        return y, None

    @property
    def output(self):
        """Output of the call with most outputs: Keras' functional models count those of every call by it."""
        counts = [len(node.output_tensors) for node in self._inbound_nodes]
        longest = counts.index(max(counts)) if counts else 0
        return self._get_node_attribute_at_index(longest, "output_tensors", "output")

    @property
    def log_det_dtype(self):
        """Dtype of log-determinants: float64 in a float64 layer, else float32."""
        return "float64" if self.compute_dtype == "float64" else "float32"

    def compute_output_shape(self, input_shape):
        return input_shape

    def compute_input_shape(self, output_shape):
        """Returns the forward input's shape that gives this output shape."""
        if self.compute_output_shape(output_shape) != output_shape:
            raise NotImplementedError(f"{type(self).__name__} has no compute_input_shape.")
        return output_shape

    def compute_output_spec(self, x, condition=None, inverse=False, return_log_det=False, training=None):
        shape_function = self.compute_input_shape if inverse else self.compute_output_shape
        y = specs(shape_function(shapes_of(x)), self._output_dtype(x))
        batch = tree.flatten(x)[0].shape[:1]
        return (y, keras.KerasTensor(batch, dtype=self.log_det_dtype)) if return_log_det else y

    def _output_dtype(self, x):
        return self.compute_dtype


class IndexMove(Invertible):
    """Base class of layers that move numbers and keep each of them: no arithmetic, log-determinant 0, any dtype.

    A subclass writes `_move(x)` and `_move_back(y)`.
    """

    input_kinds = ANY

    def _forward(self, x, condition=None, training=None):
        return self._move(x), None

    def _inverse(self, y, condition=None, training=None):
        return self._move_back(y), None

    def _output_dtype(self, x):
        return tree.flatten(x)[0].dtype


@keras.saving.register_keras_serializable(package="tfconvkit")
class Invert(Invertible):
    """Turns an invertible layer round: forward is the layer's inverse.

    `y = layer(x, inverse=True)`, with its log-determinant. It puts an inverse into `keras.Sequential`, which passes no
    call arguments. The weights are the layer's own. A functional model that holds both directions and is to be saved
    calls `layer(y, inverse=True)` itself.

    Args:
        layer: An `Invertible` layer. Its dtype policy is taken over unless `dtype` is given.

    Input shape:
        The output shape of `layer`.

    Output shape:
        The input shape of `layer`.

    Raises:
        TypeError: if `layer` is no `Invertible`.

    Example:
        >>> layers.Invert(layers.Squeeze(2))(np.ones((1, 2, 2, 12), "float32")).shape
        TensorShape([1, 4, 4, 3])
    """

    input_kinds = ANY

    def __init__(self, layer, **kwargs):
        check_invertible(type(self).__name__, layer)
        super().__init__(**{"dtype": layer.dtype_policy, **kwargs})
        self.layer = layer

    def build(self, x_shape, condition_shape=None):
        condition = condition_shape and specs(condition_shape, self.compute_dtype)
        self.layer(specs(x_shape, self.compute_dtype), condition=condition, inverse=True)

    def _forward(self, x, condition=None, training=None):
        return self.layer(x, condition=condition, inverse=True, return_log_det=True)

    def _inverse(self, y, condition=None, training=None):
        return self.layer(y, condition=condition, return_log_det=True)

    def compute_output_shape(self, input_shape):
        return self.layer.compute_input_shape(input_shape)

    def compute_input_shape(self, output_shape):
        return self.layer.compute_output_shape(output_shape)

    def get_config(self):
        return {**super().get_config(), "layer": keras.saving.serialize_keras_object(self.layer)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return made_from(cls, config, ("layer",), custom_objects)


def made_from(cls, config, names, custom_objects=None):
    """Makes a layer from its configuration with the layers under these names; one that is missing Python reports."""
    return cls(**{**config, **{name: restored(config[name], custom_objects) for name in names if name in config}})


def restored(config, custom_objects=None):
    """Returns the layer of a configuration, or the list of them, and leaves the configuration as it is."""
    if isinstance(config, (list, tuple)):
        return [restored(one, custom_objects) for one in config]
    # Keras empties the configuration of a functional model while it reads it.
    return keras.saving.deserialize_keras_object(copy.deepcopy(config), custom_objects=custom_objects)


def check_invertible(name, layer):
    """Raises unless `layer` follows the protocol."""
    if not isinstance(layer, Invertible):
        raise TypeError(
            f"{name} takes layers that follow layers.Invertible. Received {layer!r}. "
            f"Put layers without an inverse into the conditioner of a coupling."
        )


def listed(name, layers):
    """Returns the list of layers, each of which follows the protocol."""
    if isinstance(layers, (str, dict)) or not isinstance(layers, Iterable):
        raise TypeError(f"{name} takes a list of layers that follow layers.Invertible. Received {layers!r}.")
    layers = list(layers)
    for layer in layers:
        check_invertible(name, layer)
    return layers


def channels_of(layer, shape):
    """Returns the number of channels of a shape, which has to be known."""
    if shape[-1] is None:
        raise ValueError(
            f"{describe(layer)} needs a known number of channels. Received shape {tuple(shape)}. Give the last size as "
            f"a number; batch and grid may be None."
        )
    return shape[-1]


def shapes_of(x):
    """Returns the shape of each tensor of a structure."""
    return tree.map_structure(lambda tensor: tuple(tensor.shape), x)


def specs(shapes, dtype):
    """Returns a symbolic tensor for each shape of a structure."""
    return tree.map_shape_structure(lambda shape: keras.KerasTensor(shape, dtype=dtype), shapes)
