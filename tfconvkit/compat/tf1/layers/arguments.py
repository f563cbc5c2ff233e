"""Checks and normal forms of the arguments of `tf.layers`."""

import contextlib
import numbers

import keras
import tensorflow as tf


def tuple_of(value, rank, argument, layer):
    """Returns `rank` positive integers from one, or from a sequence of `rank`.

    Args:
        value: Integer, or sequence of integers.
        rank: Number of axes.
        argument, layer: Names for the message.

    Raises:
        ValueError: for anything else.

    Example:
        >>> tuple_of(3, 2, "kernel_size", "Conv2D")
        (3, 3)
    """
    sizes = (value,) * rank if isinstance(value, numbers.Integral) else value
    if isinstance(sizes, (list, tuple)) and len(sizes) == 1 and rank > 1:
        sizes = tuple(sizes) * rank
    with contextlib.suppress(TypeError, ValueError):
        sizes = tuple(int(size) for size in sizes)
        if len(sizes) == rank and min(sizes) > 0:
            return sizes
    raise ValueError(
        f"{layer}: expected {argument} as a positive integer or {rank} of them. Received {argument}={value!r}. "
        f"Pass one number per axis of the grid."
    )


def padding_of(value, layer, extra=()):
    """Returns a padding in lower case: "valid", "same" or one of the extra ones.

    Args:
        value: String in any case.
        layer: Name for the message.
        extra: Further paddings that the layer knows.

    Raises:
        ValueError: for anything else.
    """
    known = ("valid", "same", *extra)
    if not isinstance(value, str) or value.lower() not in known:
        raise ValueError(
            f'{layer}: expected padding to be one of {known}. Received padding={value!r}. Pad with tf.pad and use '
            f'"valid" for other paddings.'
        )
    return value.lower()


def is_channels_first(value, layer):
    """Tells whether a data format has the channels before the grid.

    Args:
        value: "channels_last" or "channels_first".
        layer: Name for the message.

    Raises:
        ValueError: for anything else.
    """
    if value not in ("channels_last", "channels_first"):
        raise ValueError(
            f'{layer}: expected data_format to be "channels_last" or "channels_first". Received '
            f"data_format={value!r}. tf.nn has the other names, NHWC and NCHW."
        )
    return value == "channels_first"


def channels_of(shape, axis, layer, rank=None):
    """Returns the number of channels of an input.

    Args:
        shape: `tf.TensorShape`.
        axis: Axis of the channels.
        layer: Name for the message.
        rank: Number of axes of the input, or None for any.

    Raises:
        ValueError: if the rank differs, or the number is unknown.
    """
    if shape.rank is None or rank is not None and shape.rank != rank:
        raise ValueError(
            f"{layer}: expected an input of {'known rank' if rank is None else f'rank {rank}'}. Received shape "
            f"{shape}. Reshape it, or call set_shape on it."
        )
    # Not shape[axis], which is a Dimension where a script switched TensorFlow 2 off.
    channels = shape.as_list()[axis]
    if channels is None:
        raise ValueError(
            f"{layer}: expected a known size of axis {axis}, which decides the shape of the weights. Received shape "
            f"{shape}. Call set_shape on the input."
        )
    return channels


def check_floating(dtype, layer):
    """Raises unless weights of this dtype can be learned.

    Args:
        dtype: Dtype of the weights, that of the inputs.
        layer: Name for the message.

    Raises:
        TypeError: for integers.
    """
    if not (tf.as_dtype(dtype).is_floating or tf.as_dtype(dtype).is_complex):
        raise TypeError(f"{layer}: expected inputs of floating point numbers. Received dtype {dtype}. Cast them with "
                        f"tf.to_float(inputs).")


def activation_of(value):
    """Returns the function that an activation's name stands for; functions and None stay.

    Args:
        value: Name such as "relu", function, or None.

    Example:
        >>> activation_of("relu") is tf.nn.relu
        True
    """
    if not isinstance(value, str):
        return value
    return getattr(tf.nn, value, None) or keras.activations.get(value)


def initializer_of(value):
    """Returns the initialiser that a name or a class stands for; others stay.

    Args:
        value: Name such as "he_normal", class, initialiser, or None.

    Example:
        >>> type(initializer_of("ones")).__name__
        'Ones'
    """
    if isinstance(value, str):
        value = getattr(tf.compat.v1.initializers, value, None) or keras.initializers.get(value)
    return value() if isinstance(value, type) else value


def smart_cond(pred, true_fn, false_fn, name=None):
    """Calls one of two functions: in Python if the condition is known, else in the graph.

    Args:
        pred: Boolean, number, or tensor.
        true_fn, false_fn: Functions without arguments.
        name: Name of the operation in the graph.

    Example:
        >>> smart_cond(True, lambda: 1, lambda: 2)
        1
    """
    value = known_condition(pred)
    if value is None:
        return tf.cond(tf.cast(pred, tf.bool), true_fn, false_fn, name=name)
    return true_fn() if value else false_fn()


def known_condition(pred):
    """Returns a condition as a boolean, or None where only the graph knows it.

    Args:
        pred: Boolean, number, or tensor.

    Example:
        >>> known_condition(1), known_condition(tf.constant(False))
        (True, False)
    """
    if isinstance(pred, tf.Variable):
        return bool(pred) if tf.executing_eagerly() else None
    value = tf.get_static_value(pred) if tf.is_tensor(pred) else pred
    return None if value is None else bool(value)


def to_channels_last(x, is_first):
    """Moves the channels of `(batch, channels, *grid)` to the end.

    Args:
        x: Tensor.
        is_first: Whether its channels come first; otherwise it is returned as it is.
    """
    return tf.transpose(x, (0, *range(2, x.shape.rank), 1)) if is_first else x


def to_channels_first(x, is_first):
    """Undoes `to_channels_last`.

    Args:
        x: Tensor.
        is_first: Whether its channels are to come first.
    """
    return tf.transpose(x, (0, x.shape.rank - 1, *range(1, x.shape.rank - 1))) if is_first else x
