"""The base class of `tf.layers`: variables by TensorFlow 1's names and scopes, losses and updates in collections."""

import contextlib
import inspect
import re

import keras
import numpy as np
import tensorflow as tf

from tfconvkit.compat.tf1.layers.arguments import initializer_of
from tfconvkit.compat.tf1.variables import Making, refuse_forgetting, traced_variable

v1 = tf.compat.v1


class Layer:
    """Makes variables when it is first called, and finds them again in every later call.

    The scope is `name`, else the class's name in snake case; a second layer of the same name gets `_1`. A subclass
    writes `build(input_shape)`, which calls `add_weight`, and `call(inputs)`. In graphs the losses are also in
    `REGULARIZATION_LOSSES` and the updates in `UPDATE_OPS`.

    Args:
        trainable: Whether the variables are trainable.
        name: Name of the scope.
        dtype: Data type of the variables; that of the first inputs if None.
        activity_regularizer: Function of the outputs, divided by the batch's size, or None.
        **kwargs: Of legacy code only: `_scope`, a scope or its name, and `_reuse`, as in `variable_scope`.

    Raises:
        TypeError: for other keyword arguments.

    Example:
        >>> class Scale(Layer):
        ...     def build(self, input_shape):
        ...         self.scale = self.add_weight("scale", input_shape[-1:], initializer=v1.ones_initializer())
        ...     def call(self, inputs):
        ...         return self.scale * inputs
        >>> with tf.Graph().as_default():
        ...     y = Scale()(tf.ones((2, 3)))
        ...     v1.global_variables()[0].name
        'scale/scale:0'
    """

    def __init__(self, trainable=True, name=None, dtype=None, activity_regularizer=None, **kwargs):
        self._scope, self._given_scope = None, kwargs.pop("_scope", None)
        self._reuse, self._making = kwargs.pop("_reuse", None), kwargs.pop("_making", Making())
        if kwargs:
            raise TypeError(
                f"{type(self).__name__}: expected the arguments of the layer in TensorFlow 1.15. Received "
                f"{sorted(kwargs)}. Leave them out."
            )
        self.trainable, self.dtype, self.activity_regularizer = trainable, dtype, activity_regularizer
        self._base_name = name or snake_case(type(self).__name__)
        self.built = False
        self._trainable, self._non_trainable, self._losses, self._updates = [], [], [], []
        self._eager_losses = []

    @property
    def name(self):
        """The layer's name: the last part of its scope."""
        return self._scope.name.rpartition("/")[2] if self._scope else self._base_name

    @property
    def scope_name(self):
        """The full name of the layer's scope, known after the first call."""
        if self._scope is None:
            raise ValueError(
                f'Layer "{self._base_name}": expected a call before scope_name is read, the first call decides it. '
                f"Received no call so far. Call the layer first."
            )
        return self._scope.name

    @property
    def trainable_variables(self):
        return list(self._trainable) if self.trainable else []

    @property
    def non_trainable_variables(self):
        return list(self._non_trainable) if self.trainable else self._trainable + self._non_trainable

    @property
    def variables(self):
        return self._trainable + self._non_trainable

    # Not the properties themselves, which subclasses override.
    trainable_weights = property(lambda self: self.trainable_variables)
    non_trainable_weights = property(lambda self: self.non_trainable_variables)
    weights = property(lambda self: self.variables)

    @property
    def losses(self):
        """Regularisation losses: tensors of the graph, in eager code the losses of now."""
        return self._losses + [regularizer(variable) for variable, regularizer in self._eager_losses]

    @property
    def updates(self):
        """Operations that update the moving averages."""
        return list(self._updates)

    def count_params(self):
        """Returns how many numbers the variables hold."""
        return int(sum(np.prod(variable.shape.as_list()) for variable in self.variables))

    def build(self, input_shape):
        """Makes the variables; subclasses that have some override it."""

    def call(self, inputs, **kwargs):
        """Computes the outputs; subclasses override it."""
        return inputs

    # The code of layers holds no statements for AutoGraph to convert, which would take seconds.
    @tf.autograph.experimental.do_not_convert
    def __call__(self, inputs, *args, scope=None, **kwargs):
        with self._entered(scope):
            inputs = tf.nest.map_structure(tf.convert_to_tensor, inputs)
            if not self.built:
                self.dtype = self.dtype or tf.nest.flatten(inputs)[0].dtype.base_dtype.name
                self.build(tf.nest.map_structure(lambda each: each.shape, inputs))
                self.built = True
            if "scope" in inspect.signature(self.call).parameters:
                kwargs["scope"] = v1.get_variable_scope()
            outputs = self.call(inputs, *args, **kwargs)
            self._regularize_activity(outputs)
        return outputs

    def apply(self, inputs, *args, **kwargs):
        """Calls the layer."""
        return self(inputs, *args, **kwargs)

    @contextlib.contextmanager
    def _entered(self, scope=None):
        if self._scope is None:
            target = self._given_scope if self._given_scope is not None else scope
            if self._reuse and target is None:
                target = self._base_name
            with v1.variable_scope(target, default_name=self._base_name) as self._scope:
                pass
        reuse = True if self.built else self._reuse
        with (v1.variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False),
              v1.name_scope(self._scope.original_name_scope)):
            yield

    def add_weight(self, name, shape, dtype=None, initializer=None, regularizer=None, trainable=None,
                   constraint=None, **settings):
        """Makes a variable in the layer's scope, or finds it there under reuse.

        Args:
            name: Name within the scope.
            shape: Sequence of integers.
            dtype: Data type, the layer's if None.
            initializer: As in `get_variable`, or its name; the scope's if None, else Glorot's uniform one.
            regularizer: Function of the variable, its name, or None; its loss is counted once per variable.
            trainable: Whether it is trainable, if the layer is; None for True.
            constraint: Function of the value after an update, or None.
            **settings: As in `get_variable`: partitioner, use_resource, synchronization, aggregation.
        """
        trainable = trainable is not False
        initializer, regularizer = initializer_of(initializer), keras.regularizers.get(regularizer)
        with self._entered():
            # The losses keep the layer's name of a variable that contrib renames, as they did.
            label, name = name, self._making.names.get(name, name)
            if self._making.is_lost:
                refuse_forgetting(name)
            inside = v1.get_variable_scope()
            has_getter = inside.custom_getter is not None
            if initializer is None and inside.initializer is None and has_getter:
                # What get_variable itself takes, for getters that make the variables themselves.
                initializer = v1.glorot_uniform_initializer()
            known = {id(variable) for variable in v1.global_variables()}
            variable = traced_variable(
                name, tf.TensorShape(shape), dtype=tf.as_dtype(dtype or self.dtype or "float32"),
                initializer=initializer, regularizer=regularizer if has_getter else None,
                trainable=trainable and self.trainable, constraint=keras.constraints.get(constraint),
                collections=(v1.GraphKeys.GLOBAL_VARIABLES, *self._making.collections), **settings,
            )
            if regularizer is not None and not has_getter and id(variable) not in known:
                self._regularize(label, variable, regularizer)
        (self._trainable if trainable else self._non_trainable).append(variable)
        return variable

    add_variable = add_weight

    def _regularize(self, name, variable, regularizer):
        if tf.executing_eagerly():
            self._eager_losses.append((variable, regularizer))
            return
        with tf.name_scope(f"{name}/Regularizer"):
            self.add_loss(regularizer(variable))

    def _regularize_activity(self, outputs):
        if self.activity_regularizer is None:
            return
        with tf.name_scope("ActivityRegularizer"):
            for output in tf.nest.flatten(outputs):
                loss = self.activity_regularizer(output)
                self.add_loss(loss / tf.cast(tf.shape(output)[0], loss.dtype))

    def add_loss(self, losses, inputs=None):
        """Adds losses to the layer, in graphs also to `REGULARIZATION_LOSSES`; None is left out.

        Args:
            losses: Tensor, or list of them.
            inputs: Ignored, as the layer does not track its graph.
        """
        self._add(losses, self._losses, [v1.GraphKeys.REGULARIZATION_LOSSES])

    def add_update(self, updates, inputs=None):
        """Adds updates to the layer, in graphs also to `UPDATE_OPS`.

        Args:
            updates: Operation, or list of them.
            inputs: Ignored, as the layer does not track its graph.
        """
        self._add(updates, self._updates, self._making.updates)

    @staticmethod
    def _add(values, own, collections):
        values = [each for each in (values if isinstance(values, (list, tuple)) else [values]) if each is not None]
        own.extend(values)
        if not tf.executing_eagerly():
            for value in values:
                v1.add_to_collections(collections, value)


def snake_case(name):
    """Returns the name of a class as TensorFlow 1 named its scopes.

    Args:
        name: Name of a class.

    Example:
        >>> snake_case("Conv2DTranspose")
        'conv2d_transpose'
    """
    spaced = re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", spaced).lower()
