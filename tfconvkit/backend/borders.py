"""Padding by mirrored borders."""

import keras
import numpy as np
from keras import ops


def pad(x, widths, mode):
    """Pads as `keras.ops.pad` does, by mirrored borders also on PyTorch.

    There Keras repeats the edge for `"symmetric"`, and mirrors without the edge only the axes behind the second.

    Args:
        x: Tensor; axes that are mirrored have known sizes on PyTorch, as all have there.
        widths: Pairs of integers, an axis each.
        mode: `"constant"` for zeros, `"symmetric"` for mirrored cells with the edge, `"reflect"` without it, or
            `"wrap"` where the backend has it.

    Example:
        >>> np.asarray(pad(ops.convert_to_tensor([1, 2, 3]), [(2, 1)], "symmetric"))
        array([2, 1, 1, 2, 3, 3], dtype=int32)
    """
    if keras.backend.backend() != "torch" or mode == "constant":
        return ops.pad(x, widths, mode=mode)
    for axis, width in enumerate(widths):
        if tuple(width) != (0, 0):
            x = ops.take(x, np.pad(np.arange(x.shape[axis]), width, mode), axis=axis)
    return x
