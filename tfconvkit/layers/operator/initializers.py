"""Starts of kernels that are to be inverted."""

import keras
from keras import ops

from tfconvkit.ops.kernels.taps import per_axis


@keras.saving.register_keras_serializable(package="tfconvkit")
class OrthogonalTaps(keras.initializers.Initializer):
    """Makes kernels whose circular convolution is orthogonal, as far as its filters reach: perfectly conditioned.

    The `strides` middle taps per axis, as many as there are pixels to a window, hold a random orthogonal matrix
    `(prod(strides) * channels, filters)`, the others zeros. With more rows than columns, or fewer, the columns or the
    rows are orthonormal. A kernel smaller than its strides leaves pixels out and uses its own size for them.

    Args:
        strides: Integer or one per axis.
        seed: As in `keras.initializers.Orthogonal`.

    Example:
        >>> kernel = OrthogonalTaps(strides=1, seed=0)((3, 3, 4, 4))
        >>> round(float(ops.sum(kernel**2)), 5), float(ops.sum(kernel[0] ** 2))
        (4.0, 0.0)
    """

    def __init__(self, strides=1, seed=None):
        self.strides = tuple(strides) if isinstance(strides, list | tuple) else strides
        self.matrix = keras.initializers.Orthogonal(seed=seed)

    def __call__(self, shape, dtype=None):
        *size, channels, filters = shape
        block = [min(k, s) for k, s in zip(size, per_axis(self.strides, len(size)), strict=True)]
        values = self.matrix((*block, channels, filters), dtype=dtype)
        before = [(k - s) // 2 for k, s in zip(size, block, strict=True)]
        behind = [k - s - p for k, s, p in zip(size, block, before, strict=True)]
        return ops.pad(values, [*zip(before, behind, strict=True), (0, 0), (0, 0)])

    def get_config(self):
        return {"strides": self.strides, "seed": self.matrix.get_config()["seed"]}
