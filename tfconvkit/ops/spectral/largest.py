"""The largest singular value of matrices by products of matrices alone, which XLA compiles and runs fast."""

from keras import ops

from tfconvkit import backend
from tfconvkit.ops.spectral.symbols import conjugate_transpose

# After so many squarings singular values within the precision count as equal, and no others.
SQUARINGS = {"float32": 22, "float64": 50}


def largest(matrices):
    """Computes the largest singular value of each matrix by repeated squaring. Differentiable.

    With `P = (A^H A)^q / tr (A^H A)^q` for a large power q, `s^2 = tr(A^H A P)`, and the gradient is `A P / s`, a
    mean of `u v^H` over equal singular values.

    Args:
        matrices: Complex tensor `(count, m, n)`.

    Returns:
        Real tensor `(count,)`.

    Reference:
        Delattre et al., Efficient Bound of Lipschitz Constant for Convolutional Layers by Gram Iteration, 2023
        (https://arxiv.org/abs/2305.16173).

    Example:
        >>> largest(symbol(2 * ops.ones((1, 1, 1, 1)), grid=(2, 2)).matrices)[0]
        <tf.Tensor: shape=(), dtype=float32, numpy=2.0>
    """
    # Of a matrix and its adjoint, the one with the smaller Gram matrix.
    matrices = conjugate_transpose(matrices) if matrices.shape[-2] < matrices.shape[-1] else matrices
    return backend.custom_vjp(_forward, _backward, [ops.real(matrices), ops.imag(matrices)])[0]


def _forward(real, imag):
    """Returns the values, and keeps their gradients; in block form, where each value stands twice."""
    a = backend.working_form(backend.complex_from(real, imag), is_block=True)
    gram = backend.matmul(ops.swapaxes(a, -2, -1), a)
    p = ops.fori_loop(0, SQUARINGS[ops.dtype(a)], lambda _, p: _of_trace_one(backend.matmul(p, p)), _of_trace_one(gram))
    s = ops.sqrt(ops.sum(gram * p, axis=(-2, -1)))
    slope = 2 * backend.matmul(a, p) / (s + ops.cast(ops.equal(s, 0), s.dtype))[..., None, None]
    slope = backend.from_working_form(slope)
    return [s], [ops.real(slope), ops.imag(slope)]


def _of_trace_one(p):
    # What rounding leaves of another form doubles with each squaring.
    p = backend.from_working_form((p + ops.swapaxes(p, -2, -1)) / 2)
    p = backend.working_form(p, is_block=True)
    trace = ops.trace(p, axis1=-2, axis2=-1)
    return p / (trace + ops.cast(ops.equal(trace, 0), trace.dtype))[..., None, None]


def _backward(kept, cotangents):
    return [part * cotangents[0][..., None, None] for part in kept]
