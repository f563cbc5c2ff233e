"""Weights by their legacy names: from the graph's variable store, or from a store that outlives eager calls."""

import tensorflow as tf

from tfconvkit.compat.variables import weight

v1 = tf.compat.v1


def variable_on_cpu(name, shape, initializer, trainable=True):
    """Returns the weight of this name in the current variable scope; the device is left to TensorFlow.

    Args:
        name: Name within the scope.
        shape: Sequence of integers.
        initializer: As in `tf.compat.v1.get_variable`.
        trainable: Whether it is trainable.

    Raises:
        RuntimeError: eagerly, outside the scope of a `VariableStore`.

    Example:
        >>> with tf.Graph().as_default():
        ...     variable_on_cpu("biases", [4], tf.compat.v1.constant_initializer(0.0)).name
        'biases:0'
    """
    return weight(name, shape, "float32", initializer=initializer, trainable=trainable)


class VariableStore(tf.Module):
    """Keeps weights by their legacy names, for legacy functions in eager calls and in `tf.function`.

    A weight is made when it is first asked for, in training or not, and found again in every later call. The variables
    are those of a `tf.Module`: `store.trainable_variables` for the optimizer, `tf.train.Checkpoint(store=store)`.

    Args:
        values: Dictionary from full names (`"model/scale_0/coupling_0/bn_in/mean"`) to arrays that the weights start
            with, or None. Those of an old checkpoint:
            `{name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}` with
            `reader = tf.train.load_checkpoint(path)`.

    Raises:
        ValueError: in a call, if a weight has another shape than its value, or than the same weight before.

    Example:
        >>> store = VariableStore()
        >>> with store.scope("model"):
        ...     y = conv_layer(tf.ones((1, 8, 8, 3)), [3, 3], dim_in=3, dim_out=4, name="h")
        >>> y.shape, list(store.weights)
        (TensorShape([1, 8, 8, 4]), ['model/h/weights'])
    """

    def __init__(self, values=None):
        super().__init__(name="variable_store")
        # As a function, out of sight of tf.Module, which would save the arrays as well.
        self._value_of = dict(values or {}).get
        self.weights = {}

    def scope(self, name=None):
        """Returns a variable scope, for `with`, in which the weights come from this store.

        Args:
            name: Name of the scope, or None for the current one.
        """
        return v1.variable_scope(name or v1.get_variable_scope(), custom_getter=self)

    def __call__(self, getter, name, shape=None, dtype=None, initializer=None, trainable=None, **_):
        shape = tf.TensorShape(shape)
        if name not in self.weights:
            self.weights[name] = self._made(name, shape, tf.as_dtype(dtype), initializer, trainable is not False)
        found = self.weights[name]
        if found.shape != shape:
            raise ValueError(
                f'Expected weight "{name}" of shape {shape}. Received shape {found.shape} in the store. Use one scope '
                "per network, and the sizes that the values came from."
            )
        return found

    def _made(self, name, shape, dtype, initializer, trainable):
        value = self._value_of(name)
        # Lifted out of a function that is traced, which may make no variables of its own.
        with tf.init_scope():
            value = initializer(shape, dtype=dtype) if value is None else tf.cast(value, dtype)
            return tf.Variable(value, trainable=trainable, name=name)
