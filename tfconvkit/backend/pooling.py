"""Average pooling whose padding counts on no backend."""

import keras
from keras import ops


def average_pool(x, pool_size, strides, padding, data_format):
    """Pools as `keras.ops.average_pool` does: with padding `"same"` over the cells of the input alone.

    Where the two sides of an axis are padded differently, Keras on PyTorch repeats the edge and averages over that;
    TensorFlow and JAX average over the cells that are there.

    Args:
        x: Tensor with one to three grid axes.
        pool_size, strides: Integers per axis.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`.

    Example:
        >>> x = ops.reshape(ops.arange(1.0, 5.0), (1, 4, 1))
        >>> np.asarray(average_pool(x, (3,), (2,), "same", "channels_last"))[0, :, 0]
        array([2. , 3.5], dtype=float32)
    """
    if keras.backend.backend() != "torch" or padding == "valid":
        return ops.average_pool(x, pool_size, strides, padding, data_format)
    first = 1 if data_format == "channels_last" else 2
    grid = x.shape[first : first + len(pool_size)]
    pads = [(0, 0)] * len(x.shape)
    for axis, (size, window, stride) in enumerate(zip(grid, pool_size, strides, strict=True), start=first):
        total = max((-(-size // stride) - 1) * stride + window - size, 0)
        pads[axis] = (total // 2, total - total // 2)
    sums, counts = (ops.average_pool(ops.pad(y, pads), pool_size, strides, "valid", data_format)
                    for y in (x, ops.ones_like(x)))
    return sums / counts
