"""Precision of sums: half precision is summed in float32, whatever the backend."""

from keras import ops


def at_least_float32(x):
    """Casts half precision to float32 and leaves float32 and float64 as they are.

    `keras.backend.result_type` would turn float64 into float32 on JAX and PyTorch.

    Args:
        x: Floating point tensor.

    Example:
        >>> at_least_float32(ops.ones(2, "bfloat16")).dtype
        tf.float32
    """
    return ops.cast(x, "float32") if ops.dtype(x) in ("float16", "bfloat16") else x


def mean(x, axis):
    """Computes the mean along one axis in the precision of `x`; `ops.mean` of float64 is float32 on JAX.

    Args:
        x: Floating point tensor.
        axis: The axis that is averaged away.

    Example:
        >>> mean(ops.convert_to_tensor([[1.0, 3.0]]), axis=1)
        [2.]
    """
    return ops.sum(x, axis=axis) / x.shape[axis]
