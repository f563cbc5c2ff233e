"""Keras weights by their legacy names, for functions that ask `get_variable` for them."""

import contextlib

import keras
import numpy as np
import tensorflow as tf

v1 = tf.compat.v1

_SCOPE = "legacy_layer"


class WeightStore:
    """Answers `get_variable` with weights of a Keras layer, by the names that TensorFlow 1 gave.

    Args:
        layer: Keras layer whose `add_weight` makes the weights.

    Raises:
        ValueError: in `get_variable`, see `LegacyLayer`.

    Example:
        >>> import keras
        >>> store = WeightStore(keras.layers.Layer())
        >>> with tf.Graph().as_default(), store.making(), store.scope():
        ...     with v1.variable_scope("conv1"):
        ...         variable = v1.get_variable("bias", (4,))
        >>> [(name, weight.name) for name, weight in store.weights.items()]
        [('conv1/bias', 'conv1.bias')]
    """

    def __init__(self, layer):
        self.layer, self.weights = layer, {}
        self._is_making, self._is_own, self._seen = False, False, set()
        self._cast, self._uninitialized, self._stand_ins = {}, set(), {}

    @contextlib.contextmanager
    def making(self):
        """Lets `get_variable` make weights, for `with`."""
        self._is_making = True
        try:
            yield
        finally:
            self._is_making = False

    @contextlib.contextmanager
    def scope(self):
        """The scope of one run of the legacy function, for `with`: names count from the start again."""
        self._seen, before = set(), self._seen
        outer = v1.get_variable_scope()
        # A scope of its own, whose name `__call__` takes off again: in that of eager code, TensorFlow goes on counting
        # default names and reuses whatever was there. A scope object forgets its counts at the end.
        reuse = v1.AUTO_REUSE if outer.reuse and outer.name else False
        scope = v1.VariableScope(reuse, name="/".join(filter(None, (outer.name, _SCOPE))), custom_getter=self)
        try:
            with v1.variable_scope(scope), tf.variable_creator_scope(self._refuse):
                yield
        finally:
            self._seen = before

    def __call__(self, getter, name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=None,
                 constraint=None, reuse=None, **_):
        """The custom getter."""
        name = name.replace(f"{_SCOPE}/", "", 1)
        dtype = tf.as_dtype(dtype or "float32").base_dtype
        self._check_reuse(name, reuse)
        if name not in self.weights:
            shape, initializer = _initial(name, shape, dtype, initializer)
            self.weights[name] = self._made(name, shape, dtype, initializer, trainable, regularizer, constraint)
        elif shape is not None and not tf.TensorShape(shape).is_compatible_with(self.weights[name].shape):
            raise ValueError(
                f'LegacyLayer "{self.layer.name}": expected variable "{name}" of shape {tuple(shape)}. Received '
                f"{tuple(self.weights[name].shape)} from the first call. Use one layer per size, or other names."
            )
        self._seen.add(name)
        return self._value(name)

    def _check_reuse(self, name, reuse):
        where = f'LegacyLayer "{self.layer.name}": variable "{name}"'
        if name in self._seen and not reuse:
            raise ValueError(
                f"{where}: expected reuse=True or tf.AUTO_REUSE in its variable_scope. Received reuse={reuse}, though "
                "this call made it before. Set reuse, or another name."
            )
        if name in self.weights:
            return
        if reuse is True:
            raise ValueError(
                f"{where}: expected one made before, as reuse=True says. Received no such variable, only "
                f"{sorted(self.weights)}. Use tf.AUTO_REUSE, or the name that it was made by."
            )
        if not self._is_making:
            raise ValueError(
                f"{where}: expected all variables in the first call, with and without training. Received a new one in "
                "a later call. Ask for it in every call, and leave out what is not needed afterwards."
            )

    def _made(self, name, shape, dtype, initializer, trainable, regularizer, constraint):
        trainable = trainable is not False and dtype.is_floating
        is_cast = dtype.name == self.layer.compute_dtype
        with self._own():
            weight = self.layer.add_weight(
                shape=shape, initializer=initializer, dtype=self.layer.variable_dtype if is_cast else dtype.name,
                trainable=trainable, autocast=False, name=name.replace("/", "."),
                regularizer=None if regularizer is None else _OfValue(regularizer), constraint=constraint,
                aggregation="none" if trainable else "mean",
            )
        # Moving averages are assigned to: they are read as they are stored.
        if trainable and is_cast and weight.dtype != dtype.name:
            self._cast[name] = dtype
        if not trainable and not isinstance(weight.value, tf.Variable):
            self._uninitialized.add(name)
        return weight

    def _value(self, name):
        value = self.weights[name].value
        if name in self._cast:
            return tf.cast(value, self._cast[name])
        if name in self._uninitialized:
            if isinstance(value, tf.Variable):
                self._uninitialized.discard(name)
                self._stand_ins.pop(name, None)
            else:
                return self._stand_in(name)
        return value

    def _stand_in(self, name):
        """A variable in place of a weight that Keras has not initialised yet: nothing is computed with it."""
        if name not in self._stand_ins:
            weight = self.weights[name]
            with self._own():
                self._stand_ins[name] = tf.Variable(tf.zeros(weight.shape, weight.dtype), trainable=False)
        return self._stand_ins[name]

    @contextlib.contextmanager
    def _own(self):
        """Lifts variables of the store out of the function that is traced, for `with`."""
        self._is_own = True
        try:
            with tf.init_scope():
                yield
        finally:
            self._is_own = False

    def _refuse(self, next_creator, **settings):
        if self._is_own:
            return next_creator(**settings)
        raise ValueError(
            f'LegacyLayer "{self.layer.name}": expected variables of tf.get_variable. Received tf.Variable(name='
            f"{settings.get('name')!r}), which would be new in every call. Use tf.get_variable(name, ...)."
        )


def _initial(name, shape, dtype, initializer):
    """Returns the shape, and a function of shape and dtype that Keras calls."""
    if initializer is None:
        initializer = v1.glorot_uniform_initializer() if dtype.is_floating else v1.zeros_initializer()
    if isinstance(initializer, type):
        initializer = initializer()
    if not callable(initializer):
        given = tf.get_static_value(initializer) if tf.is_tensor(initializer) else initializer
        if given is None:
            raise ValueError(
                f'Expected a constant to start variable "{name}" with. Received {initializer}, which is computed from '
                "the inputs. Pass a function of the shape, or an array."
            )
        value = np.asarray(given, dtype.as_numpy_dtype)
        return value.shape, lambda shape, dtype=None: tf.constant(value)
    if shape is None or not tf.TensorShape(shape).is_fully_defined():
        raise ValueError(
            f'Expected a known shape for variable "{name}". Received {shape}. Give the inputs known channels, or the '
            "initializer as an array."
        )
    return tf.TensorShape(shape).as_list(), lambda shape, dtype=None: _called(initializer, shape, dtype)


def _called(initializer, shape, dtype):
    return tf.cast(initializer(shape, dtype=tf.as_dtype(dtype)), dtype)


class _OfValue(keras.regularizers.Regularizer):
    """A regulariser of TensorFlow 1 for Keras variables, whose dtype is a string."""

    def __init__(self, regularizer):
        self.regularizer = regularizer

    def __call__(self, weight):
        loss = self.regularizer(tf.convert_to_tensor(weight))
        return tf.zeros((), weight.dtype) if loss is None else loss
