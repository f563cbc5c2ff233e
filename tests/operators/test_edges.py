"""Numbers of any size, operators without an inverse, arguments that do not fit."""

import numpy as np
import pytest
import tolerances
from keras import ops
from laws import relative_error
from operators import cases

from tfconvkit import backend, layers
from tfconvkit.operators import GMRES, ConjugateGradient, Convolution, Dense, Spectral

NEAR = np.eye(2)[None, None] * np.eye(3)[1][:, None, None, None] * np.eye(3)[1][None, :, None, None]
KERNEL = (NEAR + 0.1 * cases.numbers(3, 3, 2, 2)).astype("float32")
STEPS = {"steps": ConjugateGradient(), "damped": ConjugateGradient(damping=0.1), "minimal": GMRES()}


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("factor", (1e-25, 1e25))
def test_solutions_scale_with_the_data(name, factor):
    A, y = Convolution(KERNEL, (6, 7)), cases.numbers(2, 6, 7, 2).astype("float32")
    plain, scaled = (A.solve(each, STEPS[name]) for each in (y, np.float32(factor) * y))
    assert relative_error(scaled.value / np.float32(factor), plain.value) <= tolerances.SAME_LAYER
    assert np.all(np.array(scaled.converged)) and np.array_equal(scaled.steps, plain.steps)


def test_gradients_scale_with_the_cotangent():
    A, y = Convolution(KERNEL, (6, 7)), cases.numbers(2, 6, 7, 2).astype("float32")
    gradients = []
    for factor in (1.0, 1e-20):
        (gradient,) = backend.vjp(lambda y: ops.sum(A.solve(y, ConjugateGradient()).value * y), [y], factor)
        gradients.append(gradient / factor)
    assert relative_error(gradients[1], gradients[0]) <= tolerances.SAME_LAYER


@pytest.mark.parametrize("size", ((3, 9), (2, 8)))
def test_the_default_of_a_singular_circular_operator_is_the_pseudo_inverse(size):
    taps, grid = size
    A = Convolution(np.ones((taps, taps, 1, 1)) / taps**2, (grid, grid), pad_mode="wrap")
    inverse = A.pinv()
    expected = np.linalg.pinv(A.to_dense(), rcond=1e-10)
    assert "singular" in repr(inverse)
    assert relative_error(inverse.to_dense(), expected) <= tolerances.PSEUDO_INVERSE
    if taps == 2:
        with pytest.raises(ValueError, match="singular at some frequency. Use Spectral.rcond=2e-15"):
            A.pinv(Spectral())


def test_the_default_of_an_ill_conditioned_circular_operator_stays_its_inverse():
    """Cutting off by the number of pixels instead of channels would lose what float32 still holds."""
    kernel = np.random.default_rng(0).normal(size=(3, 3, 16, 16)).astype("float32") / 12
    A = Convolution(kernel, (64, 64), pad_mode="wrap")
    x = cases.numbers(1, 64, 64, 16).astype("float32")
    inverse = A.pinv()
    assert inverse.solver.rcond is None and A.condition() > 1e3
    assert relative_error(inverse.matvec(A.matvec(x)), x) <= tolerances.ILL_CONDITIONED


def test_a_kernel_of_zeros_gives_zeros():
    A = Convolution(np.zeros((3, 3, 1, 1), "float32"), (6, 7))
    solution = A.solve(np.ones((1, 6, 7, 1), "float32"), ConjugateGradient())
    assert not np.any(np.array(solution.value)) and float(solution.residual[0]) == 1 and not bool(solution.converged[0])
    layer = layers.ConvPseudoInverse2D(2, 3, kernel_initializer="zeros")
    assert not np.any(np.array(layer(np.ones((1, 6, 7, 2), "float32"))))


def test_arguments_that_do_not_fit_are_refused():
    A = Convolution(KERNEL, (6, 7))
    with pytest.raises(ValueError, match="has its solver. Received solver=Dense.*Use A.solve"):
        A.pinv().solve(np.ones((1, 6, 7, 2), "float32"), Dense())
    with pytest.raises(TypeError, match="pinv expects a solver, such as Dense"):
        A.pinv("cg")
    with pytest.raises(ValueError, match="max_steps must be a positive integer"):
        ConjugateGradient(max_steps=2.5)
    with pytest.raises(TypeError, match="kernel must hold real numbers. Received complex"):
        Convolution(KERNEL * 1j, (6, 7))
    with pytest.raises(ValueError, match="Received depthwise=True and groups=4"):
        Convolution(KERNEL, (6, 7), groups=4, depthwise=True)
