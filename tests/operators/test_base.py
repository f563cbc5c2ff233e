"""Sums, products, multiples and stacks; norms; what they refuse."""

import numpy as np
import pytest
import tolerances
from laws import relative_error
from operators import cases

from tfconvkit import operators
from tfconvkit.operators import Convolution, Identity, Mask


def dense(operator):
    return np.array(operator.to_dense())


A, B = Convolution(cases.numbers(3, 3, 2, 3), (4, 4)), Convolution(cases.numbers(2, 2, 2, 3, seed=1), (4, 4))


@pytest.mark.parametrize("made, expected", [
    (A.H, lambda a, b: a.T),
    (A.H @ B, lambda a, b: a.T @ b),
    (A + B, lambda a, b: a + b),
    (A - B, lambda a, b: a - b),
    (-A * 2.0, lambda a, b: -2 * a),
    (0.5 * (A.H @ (A - B)).H, lambda a, b: 0.5 * (a - b).T @ a),
    (operators.vstack([A, B, A]), lambda a, b: np.concatenate([a, b, a])),
    (operators.hstack([A, B]), lambda a, b: np.concatenate([a, b], axis=1)),
])
def test_the_algebra_is_that_of_matrices(made, expected):
    assert relative_error(dense(made), expected(dense(A), dense(B))) <= tolerances.LAW["float64"]
    assert made.H.H is made or relative_error(dense(made.H.H), dense(made)) == 0


@pytest.mark.parametrize("name", ("same", "valid", "wrap", "wrap, strides", "mask"))
def test_norm_and_condition_are_those_of_the_matrix(name):
    operator = cases.operator(name)
    values = np.linalg.svd(dense(operator), compute_uv=False)
    assert relative_error(operators.singular_values(operator), values) <= tolerances.LAW["float64"]
    assert operator.norm() == pytest.approx(values[0], rel=tolerances.LAW["float64"])
    assert operator.condition() == pytest.approx(values[0] / values[-1], rel=1e-9)


def test_large_operators_have_a_norm_by_lanczos_steps():
    kernel = cases.numbers(3, 3, 1, 1)
    large, small = Convolution(kernel, (33, 32)), operators.estimates._lanczos
    values = np.linalg.svd(dense(large), compute_uv=False)
    assert large.norm() == pytest.approx(values[0], rel=1e-6) and small(large, 1e-2, 5) < values[0]
    with pytest.raises(ValueError, match=r"need a circular operator, or at most 1024 entries.*Use norm\(\)"):
        large.condition()


def test_singular_operators_have_an_infinite_condition():
    assert Mask(np.array([1.0, 0.0])).condition() == float("inf")


@pytest.mark.parametrize("make, error, message", [
    (lambda: A + Identity((4, 4, 2), "float64"), ValueError, r"A sum expects operators of the same shapes"),
    (lambda: A @ B, ValueError, r"expects that A takes what B gives"),
    (lambda: A @ np.ones(3), TypeError, r"Convolution @ expects another operator. Received ndarray. Apply an operator"),
    (lambda: A - 1.0, TypeError, r"Convolution - expects another operator. Received float"),
    (lambda: A * B, TypeError, r"expects a real number or a scalar tensor.*Products of operators are A @ B"),
    (lambda: A * np.ones(3), TypeError, r"weights per pixel are a Mask"),
    (lambda: A + Convolution(cases.numbers(3, 3, 2, 3).astype("float32"), (4, 4)), TypeError, r"of one dtype"),
    (lambda: operators.vstack([A, A.H]), ValueError, r"vstack expects operators of one domain"),
    (lambda: operators.vstack([]), ValueError, r"vstack expects operators of one domain. Received \[\]"),
    (lambda: A.symbol(A.tensors), ValueError, r"is not circular and has no matrix per frequency. Use the solver Dense"),
])
def test_what_does_not_fit_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
