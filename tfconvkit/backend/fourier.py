"""Complex tensors and the Fourier transform of real ones; `keras.ops` has pairs of real tensors, and no `rfftn`."""

import math

import keras
from keras import ops


def complex_from(real, imag):
    """Joins two tensors of float32 or float64 to a tensor of complex numbers.

    Args:
        real, imag: Tensors of one shape and dtype.

    Example:
        >>> np.asarray(complex_from(ops.ones(2), ops.zeros(2)))
        array([1.+0.j, 1.+0.j], dtype=complex64)
    """
    # Each branch imports its own backend: no other may be loaded, nor even be installed.
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.complex(real, imag)
    if keras.backend.backend() == "jax":
        import jax

        return jax.lax.complex(real, imag)
    if keras.backend.backend() == "torch":
        import torch

        return torch.complex(real, imag)
    raise _no_transform()


def rfftn(x, rank):
    """Computes the Fourier transform of real numbers over the last axes, half of the last one.

    `y[f] = sum over p of x[p] exp(-2 pi i (f1 p1 / n1 + ...))` for `0 <= f < n`, on the last axis `0 <= f <= n // 2`.

    Args:
        x: Real tensor; its last `rank` axes have known sizes `n`.
        rank: 1, 2 or 3.

    Returns:
        Complex tensor, its last axis `n // 2 + 1`.

    Raises:
        NotImplementedError: on a backend that is not TensorFlow, JAX or PyTorch.

    Example:
        >>> rfftn(ops.ones((5, 8, 6)), rank=2).shape
        TensorShape([5, 8, 4])
    """
    if keras.backend.backend() == "tensorflow":
        return _rfftn_tensorflow(ops.convert_to_tensor(x), rank)
    if keras.backend.backend() == "jax":
        import jax

        return jax.numpy.fft.rfftn(x, axes=tuple(range(-rank, 0)))
    if keras.backend.backend() == "torch":
        import torch

        return torch.fft.rfftn(x, dim=tuple(range(-rank, 0)))
    raise _no_transform()


def irfftn(y, sizes):
    """Computes the inverse of `rfftn`: real numbers from half their Fourier transform.

    Args:
        y: Complex tensor.
        sizes: One to three integers, the sizes of the last axes of the result; the last one may be even or odd, which
            `y` does not tell.

    Returns:
        Real tensor.

    Raises:
        NotImplementedError: on a backend that is not TensorFlow, JAX or PyTorch.

    Example:
        >>> irfftn(rfftn(ops.ones((5, 8, 7)), rank=2), (8, 7)).shape
        TensorShape([5, 8, 7])
    """
    rank = len(sizes)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        y = ops.swapaxes(tf.signal.ifft(ops.swapaxes(y, -3, -1)), -3, -1) if rank == 3 else y
        return (tf.signal.irfft if rank == 1 else tf.signal.irfft2d)(y, list(sizes[-2:]))
    if keras.backend.backend() == "jax":
        import jax

        return jax.numpy.fft.irfftn(y, s=tuple(sizes), axes=tuple(range(-rank, 0)))
    if keras.backend.backend() == "torch":
        import torch

        return torch.fft.irfftn(y, s=tuple(sizes), dim=tuple(range(-rank, 0)))
    raise _no_transform()


def _rfftn_tensorflow(x, rank):
    import tensorflow as tf

    @tf.custom_gradient
    def transform(x):
        y = tf.signal.rfft(x) if rank == 1 else tf.signal.rfft2d(x)
        y = ops.swapaxes(tf.signal.fft(ops.swapaxes(y, -3, -1)), -3, -1) if rank == 3 else y
        return y, lambda cotangent: _rfftn_adjoint(cotangent, ops.shape(x)[-rank:])

    # TensorFlow's own gradient multiplies by a matrix of the size of a plane, and rfft3d has none.
    return transform(x)


def _rfftn_adjoint(y, sizes):
    """`x[p] = Re sum over the kept f of y[f] exp(2 pi i f p / n)`; `irfftn` counts all but two columns twice."""
    last = ops.arange(sizes[-1] // 2 + 1)
    is_single = ops.logical_or(ops.equal(last, 0), ops.equal(2 * last, sizes[-1]))
    weights = (1 + ops.cast(is_single, ops.real(y).dtype)) * ops.cast(math.prod(sizes), ops.real(y).dtype) / 2
    return irfftn(y * complex_from(weights, ops.zeros_like(weights)), sizes)


def _no_transform():
    return NotImplementedError(
        f"Backend {keras.backend.backend()!r} has no Fourier transform here. Use tensorflow, jax or torch."
    )
