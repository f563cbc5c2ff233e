"""Legacy functions as Keras layers: what `get_variable` makes is tracked, saved and trained by Keras 3."""

import inspect

import keras
import tensorflow as tf

from tfconvkit.compat.tf1.stores import WeightStore

v1 = tf.compat.v1

_TRAINING = ("training", "is_training", "train")
_LOSSES = (v1.GraphKeys.REGULARIZATION_LOSSES, v1.GraphKeys.LOSSES)


def tracks_variables(function=None, *, package="legacy", **settings):
    """Makes a legacy function a Keras layer and registers it, so that saved models find the function again.

    Args:
        function: As in `LegacyLayer`; None for use as a decorator with arguments.
        package: Package of the registered name `"<package>><function's name>"`.
        **settings: As in `LegacyLayer`. The name is the function's if none is given.

    Returns:
        A `LegacyLayer`. Its calls share their weights; `LegacyLayer(layer.function)` has weights of its own.

    Raises:
        TypeError: if it is not callable.
        ValueError: for a lambda, which no saved model could name.

    Example:
        >>> @tracks_variables
        ... def scaled(x):
        ...     return x * v1.get_variable("scale", (x.shape[-1],), initializer=v1.ones_initializer())
        >>> scaled(tf.ones((2, 3))).shape, list(scaled.variables_by_name), scaled.count_params()
        (TensorShape([2, 3]), ['scale'], 3)
    """
    if function is None:
        return lambda function: tracks_variables(function, package=package, **settings)
    layer = LegacyLayer(function, **{"name": getattr(function, "__name__", None), **settings})
    _check_name(function, layer.name)
    keras.saving.register_keras_serializable(package=package)(function)
    return layer


@keras.saving.register_keras_serializable(package="tfconvkit")
class LegacyLayer(keras.layers.Layer):
    """Runs a function of TensorFlow 1 in its call; variables of `get_variable` are the layer's weights.

    When the layer is built, the function is run without data, with and without training, and all its variables are
    made there. Every call finds them again by name, as under `AUTO_REUSE`; within a call `reuse` means what it did.
    The function always sees a graph, in eager calls too, so that collections work:

    * Operations that change variables, such as moving averages in `UPDATE_OPS`, run in every call that makes them; no
      `control_dependencies` are needed. In `fit`, that is training.
    * Regularisers of variables count once per variable. Tensors that the function adds to `REGULARIZATION_LOSSES` or
      `LOSSES` go to `add_loss`. Both are in `layer.losses`.
    * Under mixed precision, variables of the compute dtype are kept in float32 and read in the compute dtype.

    Args:
        function: `function(*tensors, **arguments) -> tensors`. If it has an argument `training`, `is_training` or
            `train`, it receives the phase. To be saved it must be a named function, registered by `tracks_variables` or
            `keras.saving.register_keras_serializable`, or given as `custom_objects` when the model is loaded.
        arguments: Dictionary of further arguments for every call, of what JSON knows.
        **kwargs: As in `keras.layers.Layer`.

    Input shape:
        Those of the function: tensors, lists or dictionaries of tensors, also as keyword arguments.

    Output shape:
        Those of the function.

    Raises:
        TypeError: if the function is not callable.
        ValueError: in a call, if a variable is asked for that was not made when the layer was built, made twice without
            `reuse`, or made by `tf.Variable`, which keeps none by its name; when saved, for a lambda.

    Example:
        >>> def network(x, training=False):
        ...     with v1.variable_scope("fc"):
        ...         w = v1.get_variable("weights", (x.shape[-1], 4))
        ...         return tf.nn.relu(x @ w)
        >>> layer = LegacyLayer(network)
        >>> layer(tf.ones((2, 3))).shape, layer.count_params(), list(layer.variables_by_name)
        (TensorShape([2, 4]), 12, ['fc/weights'])
    """

    def __init__(self, function, arguments=None, **kwargs):
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(
                f'LegacyLayer "{self.name}": expected a function. Received {function!r} of type {type(function)}. Pass '
                "the legacy function itself, not its result."
            )
        self.function, self.arguments = function, dict(arguments or {})
        self._signature = None
        # A list would be tracked by Keras, a function by SavedModel: both would save what is no weight.
        self._hidden = _Hidden(WeightStore(self), tf.function(self._run, autograph=False))

    @property
    def variables_by_name(self):
        """Dictionary from names in TensorFlow 1, such as `"conv1/kernel"`, to Keras variables."""
        return dict(self._hidden.store.weights)

    def __call__(self, *args, **kwargs):
        if not self.built:
            self._signature = self._described(args, {k: v for k, v in kwargs.items() if k != "training"})
        return super().__call__(*args, **kwargs)

    def build(self, input_shape=None):
        if self._signature is None:
            self._signature = self._described((_specs(input_shape, self.compute_dtype),), {})
        args, kwargs = _mapped(_spec, self._signature)
        traced = tf.function(self._run, autograph=False)
        with self._hidden.store.making():
            for phase in (False, True) if self._training_name() else (False,):
                traced.get_concrete_function(args, kwargs, phase)

    # The first argument has a name: Sequential replaces any TypeError inside where it finds none.
    def call(self, inputs, *args, training=None, **kwargs):
        training = training if tf.is_tensor(training) else bool(training)
        run = self._hidden.traced if tf.executing_eagerly() else self._run
        outputs, losses = run([inputs, *args], kwargs, training)
        for loss in losses:
            self.add_loss(loss)
        return outputs

    def _run(self, args, kwargs, training):
        """Runs the function in the current graph; returns its outputs and the losses that it added."""
        phase, name = {}, self._training_name()
        if name:
            phase[name] = training
        before = {key: len(v1.get_collection(key)) for key in _LOSSES}
        with self._hidden.store.scope():
            outputs = self.function(*args, **{**self.arguments, **kwargs, **phase})
        added = [loss for key, count in before.items() for loss in v1.get_collection(key)[count:]]
        return outputs, added

    def _training_name(self):
        parameters = inspect.signature(self.function).parameters
        return next((name for name in _TRAINING if name in parameters and name not in self.arguments), None)

    def _described(self, args, kwargs):
        """The arguments of a call with shapes and dtypes for tensors, as lists and dictionaries that JSON knows."""
        return _mapped(self._leaf, [list(args), kwargs])

    def _leaf(self, x):
        if not hasattr(x, "shape") or not hasattr(x, "dtype"):
            return x
        dtype = keras.backend.standardize_dtype(x.dtype)
        dtype = self.compute_dtype if self.autocast and keras.backend.is_float_dtype(dtype) else dtype
        # Sizes of batches differ: the batch is left open.
        return {_TENSOR: [dtype, *([None, *x.shape[1:]] if len(x.shape) else [])]}

    def get_build_config(self):
        return {"signature": self._signature} if self._signature is not None else None

    def build_from_config(self, config):
        if config and not self.built:
            self._signature = config["signature"]
            self.build(None)

    def get_config(self):
        _check_name(self.function, self.name)
        function = keras.saving.serialize_keras_object(self.function)
        return {**super().get_config(), "function": function, "arguments": self.arguments}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "function": keras.saving.deserialize_keras_object(config["function"])})

    def save_own_variables(self, store):
        for name, weight in self._hidden.store.weights.items():
            store[name.replace("/", "|")] = weight.value

    def load_own_variables(self, store):
        weights = self._hidden.store.weights
        stored = {name.replace("|", "/") for name in store.keys()}
        if stored != set(weights):
            raise ValueError(
                f'LegacyLayer "{self.name}": expected the variables {sorted(weights)}. Received {sorted(stored)} in '
                "the saved weights. Load them with the function that they were saved with."
            )
        for name, weight in weights.items():
            weight.assign(store[name.replace("/", "|")])


class _Hidden:
    """Keeps objects out of sight of the trackers of Keras and TensorFlow."""

    def __init__(self, store, traced):
        self.store, self.traced = store, traced


_TENSOR = "legacy_tensor"


def _mapped(function, value):
    """Applies a function to the leaves of lists, tuples and dictionaries; described tensors are leaves."""
    if isinstance(value, dict) and _TENSOR not in value:
        return {key: _mapped(function, item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mapped(function, item) for item in value]
    return function(value)


def _spec(leaf):
    return tf.TensorSpec(leaf[_TENSOR][1:], leaf[_TENSOR][0]) if isinstance(leaf, dict) else leaf


def _specs(shape, dtype):
    """Tensors without data, for a shape or a list or dictionary of shapes."""
    if isinstance(shape, dict):
        return {key: _specs(each, dtype) for key, each in shape.items()}
    if all(size is None or isinstance(size, int) for size in shape):
        return keras.KerasTensor(tuple(shape), dtype)
    return [_specs(each, dtype) for each in shape]


def _check_name(function, layer):
    name = getattr(function, "__name__", type(function).__name__)
    if not inspect.isfunction(function) or name == "<lambda>":
        raise ValueError(
            f'LegacyLayer "{layer}": expected a named function, which a saved model can refer to. Received {name}. '
            "Write it with def and register it: tracks_variables(function)."
        )
