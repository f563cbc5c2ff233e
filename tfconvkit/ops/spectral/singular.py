"""Functions of the singular values of complex matrices, differentiable where some of them are equal, too.

Derivatives through the factors of a singular value decomposition divide by differences of singular values. Those of a
function of the matrix have quotients of differences instead, which have limits, and are written here by hand.
"""

from keras import ops

from tfconvkit import backend
from tfconvkit.ops.spectral.symbols import conjugate_transpose


def values(matrices):
    """Computes the singular values of each matrix, in descending order. Differentiable.

    Args:
        matrices: Complex tensor `(count, m, n)`.

    Returns:
        Real tensor `(count, min(m, n))`.

    Example:
        >>> values(symbol(2 * ops.ones((1, 1, 1, 1)), grid=(2, 2)).matrices)[0]
        <tf.Tensor: shape=(1,), dtype=float32, numpy=array([2.], dtype=float32)>
    """
    return backend.custom_vjp(_values_forward, _values_backward, [ops.real(matrices), ops.imag(matrices)])[0]


def reciprocal(matrices, rcond):
    """Computes `U diag(1 / s) V^H`, with 0 for every `1 / s` of `s <= rcond * (largest s of all matrices)`.

    Args:
        matrices: Complex tensor `(count, m, n)`, `U diag(s) V^H`.
        rcond: Number.

    Returns:
        Complex tensor `(count, m, n)`, the adjoint of the truncated pseudo-inverse.

    Example:
        >>> reciprocal(symbol(2 * ops.ones((1, 1, 1, 1)), grid=(2, 2)).matrices, rcond=0.1)[0, 0]
        <tf.Tensor: shape=(1,), dtype=complex64, numpy=array([0.5+0.j], dtype=complex64)>
    """

    def change(s):
        is_kept = ops.cast(s > rcond * ops.max(s), s.dtype)
        changed = is_kept / (s * is_kept + (1 - is_kept))
        # (1 / a - 1 / b) / (a - b) = -1 / (a b), and the limit of (1 / s) / s at an s that is dropped is 0.
        return is_kept, changed, -changed[..., :, None] * changed[..., None, :], changed * changed

    return _changed(matrices, change)


def clipped(matrices, maximum):
    """Computes `U diag(min(s, maximum)) V^H`.

    Args:
        matrices: Complex tensor `(count, m, n)`, `U diag(s) V^H`.
        maximum: Number.

    Returns:
        Complex tensor `(count, m, n)`.

    Example:
        >>> clipped(symbol(2 * ops.ones((1, 1, 1, 1)), grid=(2, 2)).matrices, maximum=1.0)[0, 0]
        <tf.Tensor: shape=(1,), dtype=complex64, numpy=array([1.+0.j], dtype=complex64)>
    """

    def change(s):
        is_cut = ops.cast(s > maximum, s.dtype)
        changed = s * (1 - is_cut) + maximum * is_cut
        ratios = 1 - is_cut + maximum * is_cut / (s * is_cut + (1 - is_cut))
        return is_cut, changed, (1 - is_cut)[..., None] * ops.ones_like(s)[..., None, :], ratios

    return _changed(matrices, change)


def _values_forward(real, imag):
    matrices = backend.working_form(backend.complex_from(real, imag))
    s = backend.singular_values(matrices)
    return [_with_nan(s if backend.is_complex(matrices) else s[..., ::2], real, imag)], [real, imag]


def _values_backward(kept, cotangents):
    matrices = backend.working_form(backend.complex_from(*kept))
    u, _, v = backend.svd(matrices)
    weights = cotangents[0] if backend.is_complex(matrices) else ops.repeat(cotangents[0], 2, axis=-1)
    return _parts(_scaled(u, weights[..., None, :]) @ conjugate_transpose(v))


def _changed(matrices, change):
    """Applies a function to the singular values.

    Args:
        matrices: Complex tensor `(count, m, n)`.
        change: Maps the singular values `s` to the side of its kink that each is on, the function `f(s)`, its
            quotients of differences between singular values on the same side, and `f(s) / s` with its limit at 0.
    """

    def forward(real, imag):
        u, s, v = backend.svd(backend.working_form(backend.complex_from(real, imag)))
        s = _with_nan(s, real, imag)
        y = _scaled(u, change(s)[1][..., None, :]) @ conjugate_transpose(v)
        return _parts(y), [u, s, v]

    def backward(kept, cotangents):
        return _parts(_derivative(*kept, change, cotangents))

    return backend.complex_from(*backend.custom_vjp(forward, backward, [ops.real(matrices), ops.imag(matrices)]))


def _derivative(u, s, v, change, cotangents):
    """The derivative of `U diag(f(s)) V^H`, which is its own adjoint, in the direction of the cotangents."""
    g = backend.working_form(backend.complex_from(*cotangents), is_block=not backend.is_complex(u))
    side, changed, slopes, ratios = change(s)
    across = ops.abs(_minus(side, side))
    hermitian = across * _minus(changed, changed) / (across * _minus(s, s) + (1 - across)) + (1 - across) * slopes
    is_zero = ops.cast(ops.equal(_minus(s, -s), 0), s.dtype)
    skew = _minus(changed, -changed) / (_minus(s, -s) + is_zero) + is_zero * ratios[..., None]
    inner = conjugate_transpose(u) @ g @ v
    mirrored = conjugate_transpose(inner)
    middle = _scaled(inner + mirrored, hermitian / 2) + _scaled(inner - mirrored, skew / 2)
    beside = _scaled(g @ v - u @ inner, ratios[..., None, :]) @ conjugate_transpose(v)
    above = _scaled(u, ratios[..., None, :]) @ (conjugate_transpose(u) @ g - inner @ conjugate_transpose(v))
    return u @ middle @ conjugate_transpose(v) + beside + above


def _with_nan(s, real, imag):
    """TensorFlow finds zeros as the singular values of matrices with NaN."""
    return s + 0 * ops.sum(real + imag, axis=(-2, -1))[..., None]


def _minus(first, second):
    """`difference[..., i, j] = first[..., i] - second[..., j]`."""
    return first[..., :, None] - second[..., None, :]


def _scaled(matrices, numbers):
    """Multiplies matrices, complex or real, by real numbers."""
    is_complex = backend.is_complex(matrices)
    return matrices * (backend.complex_from(numbers, ops.zeros_like(numbers)) if is_complex else numbers)


def _parts(matrices):
    matrices = backend.from_working_form(matrices)
    return [ops.real(matrices), ops.imag(matrices)]
