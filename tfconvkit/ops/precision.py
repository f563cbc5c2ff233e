"""Precision of sums: half precision is summed in float32, whatever the backend."""

from keras import ops

from tfconvkit.ops import arguments


def at_least_float32(x):
    """Casts half precision and integers to float32 and leaves float32 and float64 as they are.

    `keras.backend.result_type` would turn float64 into float32 on JAX and PyTorch.

    Args:
        x: Tensor.

    Example:
        >>> at_least_float32(ops.ones(2, "bfloat16")).dtype
        tf.float32
    """
    x = arguments.tensor("at_least_float32", "x", x)
    return x if ops.dtype(x) in ("float32", "float64") else ops.cast(x, "float32")


def mean(x, axis):
    """Computes the mean along one axis, summed in at least float32; `ops.mean` of float64 is float32 on JAX.

    Args:
        x: Floating point tensor.
        axis: The axis that is averaged away.

    Returns:
        Tensor of the dtype of `x`.

    Example:
        >>> np.asarray(mean(ops.convert_to_tensor([[1.0, 3.0]]), axis=1))
        array([2.], dtype=float32)
    """
    x = arguments.tensor("mean", "x", x, least=1, kinds=arguments.FLOATS)
    axis = arguments.axis_of("mean", x, axis)
    if x.shape[axis] == 0:
        raise ValueError(f"mean needs one number or more on axis {axis}. Received shape {tuple(x.shape)}.")
    return ops.cast(ops.sum(at_least_float32(x), axis=axis) / x.shape[axis], x.dtype)
