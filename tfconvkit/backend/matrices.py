"""Linear algebra of stacks of complex matrices.

XLA on TensorFlow knows it for real matrices only. There, a complex matrix `a + ib` is computed as the real one
`[[a, -b], [b, a]]`, which is correct and slow.
"""

import keras
from keras import ops

from tfconvkit.backend.context import is_tensorflow_xla
from tfconvkit.backend.fourier import complex_from


def inverse(a):
    """Computes the inverses of complex matrices by LU factors.

    Args:
        a: Complex tensor `(..., n, n)`. A singular matrix raises an error on TensorFlow and PyTorch, and gives
            numbers that are not finite elsewhere.

    Example:
        >>> inverse(complex_from(2 * ops.ones((3, 1, 1)), ops.zeros((3, 1, 1))))[0]
        <tf.Tensor: shape=(1, 1), dtype=complex64, numpy=array([[0.5+0.j]], dtype=complex64)>
    """
    if is_tensorflow_xla():
        return from_working_form(_linalg().inv(working_form(a)))
    return _linalg().inv(a)


def solve_rows(a, rows):
    """Solves `z a = rows` for complex matrices by LU factors.

    Args:
        a: Complex tensor `(..., n, n)`, with singular matrices as in `inverse`.
        rows: Complex tensor `(..., m, n)`.

    Returns:
        Complex tensor of the shape of `rows`.

    Example:
        >>> a = complex_from(2 * ops.ones((3, 1, 1)), ops.zeros((3, 1, 1)))
        >>> np.asarray(ops.real(solve_rows(a, a)))[0]
        array([[1.]], dtype=float32)
    """
    if keras.backend.backend() == "tensorflow":
        a, rows = working_form(a), working_form(rows)
        # z a = rows is a^H z^H = rows^H; the adjoint of `a`, the large one of the two, is taken inside the solver.
        columns = _linalg().solve(a, _linalg().adjoint(rows), adjoint=True)
        return from_working_form(_linalg().adjoint(columns))
    return ops.swapaxes(_linalg().solve(ops.swapaxes(a, -2, -1), ops.swapaxes(rows, -2, -1)), -2, -1)


def svd(a):
    """Computes reduced singular value decompositions `a = u diag(s) v^H`; not to be differentiated.

    PyTorch refuses NaN and infinity: there they count as zeros. A caller that wants them in its result puts them there.

    Args:
        a: Tensor `(..., m, n)`, complex or real; inside XLA on TensorFlow only real, see `working_form`.

    Returns:
        Three tensors: `u` `(..., m, r)`, real `s` `(..., r)` in descending order, `v` `(..., n, r)`, with
        `r = min(m, n)`.

    Example:
        >>> a = complex_from(ops.zeros((3, 2, 5)), ops.ones((3, 2, 5)))
        >>> [t.shape.as_list() for t in svd(a)]
        [[3, 2, 2], [3, 2], [3, 5, 2]]
    """
    if keras.backend.backend() == "tensorflow":
        s, u, v = _linalg().svd(a)
        return u, s, v
    u, s, v = _linalg().svd(_accepted(a), full_matrices=False)
    return u, s, ops.conj(ops.swapaxes(v, -2, -1))


def singular_values(a):
    """Computes the singular values of a matrix of `working_form` alone, in descending order; as in `svd`.

    Example:
        >>> np.asarray(singular_values(ops.ones((1, 3, 3))))[0, 0].round(6)
        np.float32(3.0)
    """
    if keras.backend.backend() == "tensorflow":
        return _linalg().svd(a, compute_uv=False)
    torch = keras.backend.backend() == "torch"
    return _linalg().svdvals(_accepted(a)) if torch else _linalg().svd(a, compute_uv=False)


def _accepted(a):
    return ops.where(ops.isfinite(a), a, ops.zeros_like(a)) if keras.backend.backend() == "torch" else a


def log_abs_det(a):
    """Computes the logarithms of the absolute determinants of complex matrices; not to be differentiated.

    Args:
        a: Complex tensor `(..., n, n)`.

    Returns:
        Real tensor `(...)`, minus infinity for a singular matrix.

    Example:
        >>> np.asarray(log_abs_det(complex_from(ops.zeros((2, 1, 1)), ops.ones((2, 1, 1)))))
        array([0., 0.], dtype=float32)
    """
    if is_tensorflow_xla():
        triangular = _linalg().qr(working_form(a))[1]
        return ops.sum(ops.log(ops.abs(ops.diagonal(triangular, axis1=-2, axis2=-1))), axis=-1) / 2
    return ops.real(_linalg().slogdet(a)[1])


def det_sign(a):
    """Computes the signs of the determinants of real matrices.

    Args:
        a: Real tensor `(count, n, n)`.

    Returns:
        Tensor `(count,)` of -1, 0 and 1.

    Example:
        >>> np.asarray(det_sign(ops.convert_to_tensor([[[0.0, 1.0], [1.0, 0.0]]])))
        array([-1.], dtype=float32)
    """
    if is_tensorflow_xla():
        return _det_sign_by_elimination(a)
    sign = _linalg().slogdet(a)[0]
    # PyTorch finds a sign for matrices with NaN.
    return sign + 0 * ops.sum(a, axis=(-2, -1)) if keras.backend.backend() == "torch" else sign


def _det_sign_by_elimination(a):
    """Gauss with the largest pivot of each column, which XLA compiles; it does not compile LU factors."""
    places = ops.arange(a.shape[-1])

    def step(place, state):
        a, sign = state
        is_place = ops.cast(ops.equal(places, place), a.dtype)[None]
        is_below = ops.cast(places > place, a.dtype)[None]
        column = ops.sum(a * is_place[:, None], axis=-1)
        chosen = ops.argmax((ops.abs(column) + 1) * (is_place + is_below), axis=-1)
        is_chosen = ops.cast(ops.equal(places[None], ops.cast(chosen, places.dtype)[:, None]), a.dtype)
        pivot = ops.sum(column * is_chosen, axis=-1)
        is_kept = ops.sum(is_chosen * is_place, axis=-1)
        swap = (is_place - is_chosen)[..., None]
        a = a - swap * ops.sum(a * swap, axis=1, keepdims=True)
        pivot_row = ops.sum(a * is_place[..., None], axis=1, keepdims=True)
        is_zero = ops.cast(ops.equal(pivot, 0), a.dtype)
        factors = ops.sum(a * is_place[:, None], axis=-1) * is_below / (pivot + is_zero)[:, None]
        return a - factors[..., None] * pivot_row, sign * ops.sign(pivot) * (2 * is_kept - 1)

    return ops.fori_loop(0, a.shape[-1], step, (a, ops.ones_like(a[:, 0, 0])))[1]


def working_form(a, is_block=None):
    """Writes complex matrices in the form that the backend's linear algebra works on.

    That is the complex matrix itself, and inside XLA on TensorFlow `[[real, -imag], [imag, real]]`. Sums, products and
    adjoints of the one are those of the other; singular values stand twice in the latter.

    Args:
        a: Complex tensor `(..., m, n)`.
        is_block: Whether to take the second form. Default: inside XLA on TensorFlow.

    Returns:
        Complex tensor `(..., m, n)` or real tensor `(..., 2 m, 2 n)`.

    Example:
        >>> a = complex_from(ops.zeros((1, 1, 1)), ops.ones((1, 1, 1)))
        >>> np.asarray(working_form(a, is_block=True))[0].tolist()
        [[0.0, -1.0], [1.0, 0.0]]
    """
    if not (is_tensorflow_xla() if is_block is None else is_block):
        return a
    real, imag = ops.real(a), ops.imag(a)
    rows = [ops.concatenate(pair, axis=-1) for pair in ((real, -imag), (imag, real))]
    return ops.concatenate(rows, axis=-2)


def from_working_form(a):
    """Reads complex matrices from their `working_form`; of a real matrix, the nearest one of that form.

    Example:
        >>> from_working_form(ops.eye(6)).shape
        TensorShape([3, 3])
    """
    if is_complex(a):
        return a
    rows, columns = (size // 2 for size in ops.shape(a)[-2:])
    upper, lower = a[..., :rows, :], a[..., rows:, :]
    real = (upper[..., :columns] + lower[..., columns:]) / 2
    return complex_from(real, (lower[..., :columns] - upper[..., columns:]) / 2)


def is_complex(a):
    """Says whether a tensor holds complex numbers."""
    return "complex" in str(a.dtype)


def _linalg():
    # Each branch imports its own backend: no other may be loaded, nor even be installed.
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.linalg
    if keras.backend.backend() == "jax":
        import jax

        return jax.numpy.linalg
    if keras.backend.backend() == "torch":
        import torch

        return torch.linalg
    raise NotImplementedError(
        f"Backend {keras.backend.backend()!r} has no complex linear algebra here. Use tensorflow, jax or torch."
    )
