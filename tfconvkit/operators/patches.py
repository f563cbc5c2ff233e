"""Operators of one line: the identity, masks and weights, windows."""

import numpy as np
from keras import ops

from tfconvkit.operators.base import LinearOperator
from tfconvkit.operators.maps import shape_of, tensor_of
from tfconvkit.ops import arguments, patches


class Identity(LinearOperator):
    """Is the map that changes nothing.

    Args:
        shape: Shape of a sample.
        dtype: `"float32"` or `"float64"`.

    Example:
        >>> Identity((2, 3)).matvec(np.ones((4, 2, 3), "float32")).shape
        TensorShape([4, 2, 3])
    """

    def __init__(self, shape, dtype="float32"):
        super().__init__(shape, shape, dtype)

    def apply(self, tensors, x):
        return x

    def apply_adjoint(self, tensors, y):
        return y


class Mask(LinearOperator):
    """Multiplies every entry by its own number: 0 and 1 for a hole, or weights. Differentiable in them.

    Args:
        mask: Array or tensor that broadcasts to `shape`, booleans or real numbers. Its dtype is that of the operator;
            float32 for half precision, integers and booleans.
        shape: Shape of a sample; by default that of the mask.

    Raises:
        ValueError: for a mask that does not broadcast to the shape.

    Example:
        >>> np.asarray(Mask(np.array([[1.0], [0.0]]), shape=(2, 2)).matvec(np.ones((1, 2, 2))))[0]
        array([[1., 1.],
               [0., 0.]])
    """

    def __init__(self, mask, shape=None):
        if not any(kind in arguments.dtype_name(mask) for kind in arguments.REAL):
            raise ValueError(f"Mask: mask must hold booleans or real numbers. Received mask={mask!r}.")
        self.mask = mask
        sizes = tuple(np.shape(mask))
        shape = sizes if shape is None else shape_of(self, shape)
        fits = len(sizes) <= len(shape) and all(
            a in (1, b) for a, b in zip(sizes[::-1], shape[::-1], strict=False)
        )
        if not fits:
            raise ValueError(f"Mask: mask must broadcast to shape={shape}. Received a mask of shape {sizes}. A mask "
                             f"(height, width) needs a last axis: mask[..., None].")
        super().__init__(shape, shape, ops.dtype(self.tensors[0]))

    @property
    def tensors(self):
        return [tensor_of(self.mask)]

    def apply(self, tensors, x):
        return tensors[0] * x

    def apply_adjoint(self, tensors, y):
        return tensors[0] * y


class Unfold(LinearOperator):
    """Cuts a feature map into windows, `ops.patches.unfold`; the adjoint adds them up, `ops.patches.fold`.

    Args:
        grid: Sizes of the feature map.
        channels: Its channels.
        size, strides, dilation_rate, padding: As in `ops.patches.unfold`.
        dtype: `"float32"` or `"float64"`.

    Example:
        >>> Unfold((8, 9), channels=2, size=3, strides=2, padding="same").range_shape
        (4, 5, 18)
    """

    def __init__(self, grid, channels, size, strides=1, dilation_rate=1, padding="valid", dtype="float32"):
        self._window = {"size": size, "strides": strides, "dilation_rate": dilation_rate, "padding": padding}
        shape = shape_of(self, (*shape_of(self, grid), channels))
        arguments.one_of("Unfold", "dtype", dtype, ("float32", "float64"))
        sample = patches.unfold(np.zeros((1, *shape), dtype), **self._window)
        super().__init__(shape, sample.shape[1:], dtype)

    def apply(self, tensors, x):
        return patches.unfold(x, **self._window)

    def apply_adjoint(self, tensors, y):
        return patches.fold(y, self.domain_shape[:-1], **self._window)
