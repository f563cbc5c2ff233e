"""The largest singular value of a linear map, and its ratio to the smallest."""

import numpy as np
from keras import ops

from tfconvkit.operators.maps import check_operators
from tfconvkit.ops import arguments, spectral

DENSE_LIMIT = 1024


def is_small(operator):
    """Says whether the matrix of an operator is small enough to be written out."""
    return max(operator.domain_size, operator.range_size) <= DENSE_LIMIT


def singular_values(operator):
    """Computes all `min(range_size, domain_size)` singular values, the largest first, as a NumPy array.

    By frequencies for a circular operator, from the matrix for a small one.

    Args:
        operator: A `LinearOperator`.

    Raises:
        ValueError: for a large operator that is not circular.

    Example:
        >>> singular_values(Mask(np.array([1.0, 3.0])))
        array([3., 1.])
    """
    check_operators("singular_values", operator)
    if operator.is_circular:
        values = spectral.singular_values(operator.symbol(operator.tensors))
        return np.sort(ops.convert_to_numpy(values), axis=None)[::-1]
    if not is_small(operator):
        raise ValueError(
            f"All singular values need a circular operator, or at most {DENSE_LIMIT} entries on either side. Received "
            f"{operator!r}. Use norm() for the largest, a smaller grid, or scipy.sparse.linalg.svds(to_scipy())."
        )
    return np.linalg.svd(ops.convert_to_numpy(operator.to_dense()), compute_uv=False)


def norm(operator, tolerance=1e-6, max_steps=200):
    """Computes the largest singular value `max |A x| / |x|`, as a float.

    Exactly for circular and for small operators; else by Lanczos steps on `A^H A` with a fixed start, until the bound
    of the error is below the tolerance.

    Args:
        operator: A `LinearOperator`.
        tolerance: Relative, for the Lanczos steps.
        max_steps: Their largest number.

    Reference:
        Golub and Kahan, Calculating the singular values and pseudo-inverse of a matrix, 1965.

    Example:
        >>> norm(Mask(np.array([1.0, 3.0])))
        3.0
    """
    check_operators("norm", operator)
    tolerance = arguments.positive("norm", "tolerance", tolerance)
    max_steps = arguments.integer("norm", "max_steps", max_steps, least=1)
    if operator.is_circular or is_small(operator):
        return float(singular_values(operator)[0])
    return _lanczos(operator, tolerance, max_steps)


def condition(operator):
    """Computes the largest singular value divided by the smallest, as a float; inf for a singular operator.

    Args:
        operator: A `LinearOperator`, circular or small.

    Raises:
        ValueError: for a large operator that is not circular.

    Example:
        >>> condition(Mask(np.array([1.0, 4.0])))
        4.0
    """
    values = singular_values(operator)
    return float(values[0] / values[-1]) if values[-1] > 0 else float("inf")


def _lanczos(operator, tolerance, max_steps):
    """Runs `A^H A Q = Q T + beta q e^T` with full orthogonalisation.

    An eigenvalue of T is off by at most beta times the last entry of its vector.
    """
    q = np.random.default_rng(0).normal(size=operator.domain_size)
    basis, diagonal, beside = [q / np.linalg.norm(q)], [], []
    for _ in range(min(max_steps, operator.domain_size)):
        x = basis[-1].astype(operator.dtype).reshape(1, *operator.domain_shape)
        v = ops.convert_to_numpy(operator.rmatvec(operator.matvec(x))).astype("float64").ravel()
        diagonal.append(v @ basis[-1])
        for _ in range(2):
            v -= np.stack(basis).T @ (np.stack(basis) @ v)
        beside.append(np.linalg.norm(v))
        values, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1))
        if beside[-1] * abs(vectors[-1, -1]) <= 2 * tolerance * values[-1]:
            break
        basis.append(v / beside[-1])
    return float(np.sqrt(max(values[-1], 0.0)))
