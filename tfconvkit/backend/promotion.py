"""Operations of `keras.ops` that keep float64 on every backend.

Keras promotes dtypes by a table whose 64-bit entries stand for 32 bits on JAX and PyTorch
(`keras.src.backend.common.dtypes.result_type`); the operations that ask it compute float64 in float32. On JAX those
are `mean`, `tanh`, `floor` and a few more, on PyTorch `mean`, `matmul`, `maximum`, `cumsum` and others. Here they
compute in float64.
"""

import keras
from keras import ops


def matmul(a, b):
    """Multiplies matrices as `keras.ops.matmul` does.

    Example:
        >>> ops.dtype(matmul(ops.ones((2, 3), "float64"), ops.ones((3, 2), "float64")))
        'float64'
    """
    return _exact("matmul", a, b)


def maximum(a, b):
    """Takes the larger of two numbers each, as `keras.ops.maximum` does.

    Example:
        >>> ops.dtype(maximum(ops.ones(2, "float64"), 0.5))
        'float64'
    """
    return _exact("maximum", a, b)


def tanh(x):
    """Computes the hyperbolic tangent as `keras.ops.tanh` does.

    Example:
        >>> ops.dtype(tanh(ops.ones(2, "float64")))
        'float64'
    """
    return _exact("tanh", x)


def floor(x):
    """Rounds down to whole numbers as `keras.ops.floor` does.

    Example:
        >>> ops.dtype(floor(ops.ones(2, "float64")))
        'float64'
    """
    return _exact("floor", x)


def cumsum(x, axis):
    """Sums up along an axis as `keras.ops.cumsum` does.

    Example:
        >>> ops.dtype(cumsum(ops.ones(2, "float64"), axis=0))
        'float64'
    """
    return _exact("cumsum", x, axis=axis)


def prod(x):
    """Multiplies all numbers of a tensor as `keras.ops.prod` does.

    Example:
        >>> ops.dtype(prod(ops.ones(2, "float64")))
        'float64'
    """
    return _exact("prod", x)


def clip(x, low, high):
    """Moves numbers into an interval as `keras.ops.clip` does, which rounds its ends on PyTorch.

    Example:
        >>> np.asarray(clip(ops.convert_to_tensor([-1.0, 0.25, 2.0], "float64"), 0.0, 1.0))
        array([0.  , 0.25, 1.  ])
    """
    return _exact("clip", x, low, high)


def mean(x, axis=None):
    """Averages over all axes, or over those named, as `keras.ops.mean` does.

    Example:
        >>> float(mean(ops.convert_to_tensor([1.0, 2.0, 6.0], "float64")))
        3.0
    """
    return _exact("mean", x, axis=axis)


def _exact(name, *arguments, **options):
    """`keras.ops` by name; the backend's own function of that name for float64 where Keras would round."""
    backend = keras.backend.backend()
    is_rounded = backend in ("jax", "torch") and any("float64" in str(getattr(x, "dtype", "")) for x in arguments)
    if not is_rounded or any(isinstance(x, keras.KerasTensor) for x in arguments):
        return getattr(ops, name)(*arguments, **options)
    own = _own_functions()
    return getattr(own, name)(*(ops.convert_to_tensor(x, "float64") for x in arguments), **options)


def _own_functions():
    # Each branch imports its own backend: no other may be loaded, nor even be installed.
    if keras.backend.backend() == "jax":
        import jax

        return jax.numpy
    import torch

    return torch
