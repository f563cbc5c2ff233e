"""The layers of `tf.contrib.layers` without weights: pooling, flatten, dropout, one-hot codes and their kin."""

import tensorflow as tf

from tfconvkit.compat.tf1.contrib.framework.arg_scope import add_arg_scope
from tfconvkit.compat.tf1.contrib.layers.collecting import collect_output
from tfconvkit.compat.tf1.contrib.layers.convolutions import keras_format
from tfconvkit.compat.tf1.layers import AveragePooling2D, AveragePooling3D, MaxPooling2D, MaxPooling3D
from tfconvkit.compat.tf1.layers import dropout as core_dropout
from tfconvkit.compat.tf1.layers import flatten as core_flatten

v1 = tf.compat.v1


def _pooling_of(layer, name, data_format):
    """Returns a pooling of contrib: stride 2 and padding "VALID" by default."""

    def pool(inputs, kernel_size, stride=2, padding="VALID", data_format=data_format, outputs_collections=None,
             scope=None):
        with v1.name_scope(scope, name, [inputs]) as used:
            built = layer(kernel_size, stride, padding=padding, data_format=keras_format(data_format, name))
            return collect_output(outputs_collections, used.rstrip("/"), built.call(tf.convert_to_tensor(inputs)))

    pool.__name__ = pool.__qualname__ = name.lower().replace("pool", "_pool")
    pool.__doc__ = f"Applies `tf.layers.{layer.__name__}` with stride 2 and padding VALID by default; see there."
    return add_arg_scope(pool)


max_pool2d = _pooling_of(MaxPooling2D, "MaxPool2D", "NHWC")
max_pool3d = _pooling_of(MaxPooling3D, "MaxPool3D", "NDHWC")
avg_pool2d = _pooling_of(AveragePooling2D, "AvgPool2D", "NHWC")
avg_pool3d = _pooling_of(AveragePooling3D, "AvgPool3D", "NDHWC")


@add_arg_scope
def pool(inputs, kernel_size, pooling_type, padding="VALID", data_format=None, dilation_rate=1, stride=1,
         outputs_collections=None, scope=None):
    """Pools over any number of axes; see `tf.nn.pool`, whose arguments have other names.

    Args:
        inputs: `(batch, *grid, channels)`.
        kernel_size, dilation_rate, stride: Integer, or one per axis.
        pooling_type: "AVG" or "MAX".
        padding: "VALID" or "SAME".
        data_format: As in `tf.nn.pool`.
        outputs_collections, scope: As in `Options`.

    Example:
        >>> pool(tf.ones((1, 8, 3)), 2, "MAX", stride=2).shape
        TensorShape([1, 4, 3])
    """
    with v1.name_scope(scope, f"{pooling_type.lower()}_pool", [inputs]) as used:
        x = tf.convert_to_tensor(inputs)
        axes = x.shape.rank - 2
        sizes = [[each] * axes if isinstance(each, int) else each for each in (kernel_size, stride, dilation_rate)]
        y = tf.nn.pool(x, sizes[0], pooling_type, strides=sizes[1], padding=padding, data_format=data_format,
                       dilations=sizes[2])
        return collect_output(outputs_collections, used.rstrip("/"), y)


@add_arg_scope
def flatten(inputs, outputs_collections=None, scope=None):
    """Joins all axes but the first.

    Args:
        inputs: Tensor of rank 2 or more.
        outputs_collections, scope: As in `Options`.

    Example:
        >>> flatten(tf.ones((2, 3, 4))).shape
        TensorShape([2, 12])
    """
    with v1.name_scope(scope, "Flatten", [inputs]) as used:
        return collect_output(outputs_collections, used.rstrip("/"), core_flatten(inputs))


@add_arg_scope
def dropout(inputs, keep_prob=0.5, noise_shape=None, is_training=True, outputs_collections=None, scope=None,
            seed=None):
    """Keeps a share of the inputs in training, divided by the share, and sets the others to zero.

    Args:
        inputs: Tensor.
        keep_prob: Share that is kept.
        noise_shape: Shape of the mask, or None.
        is_training: Boolean, or tensor of one.
        outputs_collections, scope: As in `Options`.
        seed: Seed of the mask.

    Example:
        >>> dropout(tf.ones(3), is_training=False).numpy().tolist()
        [1.0, 1.0, 1.0]
    """
    with v1.variable_scope(scope, "Dropout", [inputs]) as used:
        y = core_dropout(inputs, rate=1 - keep_prob, noise_shape=noise_shape, seed=seed, training=is_training)
        return collect_output(outputs_collections, used.name, y)


@add_arg_scope
def one_hot_encoding(labels, num_classes, on_value=1.0, off_value=0.0, outputs_collections=None, scope=None):
    """Returns one-hot codes of labels.

    Args:
        labels: Integers.
        num_classes: Length of the codes.
        on_value, off_value: Values of the label's place and of the others.
        outputs_collections, scope: As in `Options`.

    Example:
        >>> one_hot_encoding([1, 0], 3).numpy().tolist()
        [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    with v1.name_scope(scope, "OneHotEncoding", [labels]) as used:
        labels = tf.convert_to_tensor(labels)
        labels = tf.cast(labels, tf.int64) if labels.dtype == tf.int32 else labels
        y = tf.one_hot(labels, num_classes, on_value=on_value, off_value=off_value)
        return collect_output(outputs_collections, used.rstrip("/"), y)


@add_arg_scope
def softmax(logits, scope=None):
    """Computes the softmax of the last axis.

    Args:
        logits: Tensor.
        scope: Name scope.
    """
    with v1.name_scope(scope, "softmax", [logits]):
        return tf.nn.softmax(logits)


@add_arg_scope
def unit_norm(inputs, dim, epsilon=1e-7, scope=None):
    """Divides by the Euclidean length along an axis, `sqrt(epsilon + sum(x^2))`.

    Args:
        inputs: Tensor.
        dim: Axis.
        epsilon: Added to the squared length.
        scope: Name scope.

    Example:
        >>> unit_norm([[3.0, 4.0]], 1).numpy().round(3).tolist()
        [[0.6000000238418579, 0.800000011920929]]
    """
    with v1.name_scope(scope, "UnitNorm", [inputs]):
        x = tf.convert_to_tensor(inputs)
        return x / tf.sqrt(epsilon + tf.reduce_sum(x**2, axis=dim, keepdims=True))


@add_arg_scope
def maxout(inputs, num_units, axis=-1, scope=None):
    """Takes the maximum over groups of neighbouring channels.

    Args:
        inputs: Tensor.
        num_units: Number of groups; it divides the channels.
        axis: Axis of the channels.
        scope: Name scope.

    Raises:
        ValueError: if the groups do not divide the channels.

    Example:
        >>> maxout([[1.0, 4.0, 3.0, 2.0]], 2).numpy().tolist()
        [[4.0, 3.0]]
    """
    with v1.name_scope(scope, "MaxOut", [inputs]):
        x = tf.convert_to_tensor(inputs)
        axis, channels = axis % x.shape.rank, x.shape.as_list()[axis]
        if not channels or channels % num_units:
            raise ValueError(
                f"maxout: expected num_units to divide the channels. Received num_units={num_units} and {channels} "
                f"channels. Change the layer before."
            )
        shape = tf.shape(x)
        grouped = tf.concat([shape[:axis], [num_units, channels // num_units], shape[axis + 1:]], 0)
        return tf.reduce_max(tf.reshape(x, grouped), axis=axis + 1)


def scale_gradient(inputs, gradient_multiplier):
    """Returns the inputs, whose gradient is multiplied by a number.

    Args:
        inputs: Tensor.
        gradient_multiplier: Number.
    """
    kept = gradient_multiplier * inputs
    return kept + tf.stop_gradient(inputs - kept)


def repeat(inputs, repetitions, layer, *args, **kwargs):
    """Applies a layer several times, in the scopes `<scope>/<scope>_1`, `<scope>_2` and so on.

    Args:
        inputs: Tensor.
        repetitions: Number of times.
        layer: Function that takes `scope`.
        *args, **kwargs: Its arguments; `scope` is that of all, `Repeat` and the function's name if missing.

    Example:
        >>> with tf.Graph().as_default():
        ...     y = repeat(tf.ones((2, 4)), 2, softmax, scope="s")
        ...     y.name
        's/s_2/Softmax:0'
    """
    return _in_turn(inputs, layer, [args] * repetitions, "Repeat", kwargs)


def stack(inputs, layer, stack_args, **kwargs):
    """Applies a layer several times with other arguments, in the scopes `<scope>/<scope>_1` and so on.

    Args:
        inputs: Tensor.
        layer: Function that takes `scope`.
        stack_args: List with the arguments of each time: one, or a list.
        **kwargs: Arguments of every time; `scope` is that of all.

    Raises:
        TypeError: if `stack_args` is no list.
    """
    if not isinstance(stack_args, (list, tuple)):
        raise TypeError(f"stack: expected stack_args as a list. Received {stack_args!r}. Write [{stack_args!r}].")
    arguments = [each if isinstance(each, (list, tuple)) else [each] for each in stack_args]
    return _in_turn(inputs, layer, arguments, "Stack", kwargs)


def _in_turn(x, layer, arguments, default_scope, settings):
    scope = settings.pop("scope", None)
    with v1.variable_scope(scope, default_scope, [x]):
        name = scope or getattr(layer, "__name__", getattr(getattr(layer, "func", None), "__name__", "layer"))
        for number, args in enumerate(arguments, 1):
            x = layer(x, *args, **{**settings, "scope": f"{name}_{number}"})
        return x
