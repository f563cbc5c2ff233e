import functools

import numpy as np
import tolerances
from hypothesis import given
from hypothesis import strategies as st
from laws import gradient_error, relative_error

from tfconvkit.ops import splines


@given(bins=st.integers(1, 9), scale=st.floats(0.0, 3.0), bound=st.floats(0.5, 10.0), seed=st.integers(0, 1000))
def test_the_inverse_undoes_the_spline(bins, scale, bound, seed):
    rng = np.random.default_rng(seed)
    x, parameters = rng.uniform(-1.5 * bound, 1.5 * bound, size=20), rng.normal(scale=scale, size=(20, 3 * bins - 1))
    y, log_slope = splines.rational_quadratic(x, parameters, bound)
    back, inverse_log_slope = splines.rational_quadratic(y, parameters, bound, inverse=True)
    assert relative_error(back, x) <= tolerances.SPLINE
    assert np.abs(np.asarray(log_slope) + np.asarray(inverse_log_slope)).max() <= 100 * tolerances.SPLINE


def test_splines_rise_and_are_the_identity_outside():
    x = np.linspace(-4, 4, 801)
    parameters = np.broadcast_to(np.random.default_rng(0).normal(scale=2, size=11), (801, 11))
    y, log_slope = (np.asarray(value) for value in splines.rational_quadratic(x, parameters, bound=2.0))
    assert (np.diff(y) > 0).all()
    outside = np.abs(x) > 2
    np.testing.assert_array_equal(y[outside], x[outside])
    assert not log_slope[outside].any()


def test_the_slope_is_the_derivative():
    rng = np.random.default_rng(0)
    x, parameters = rng.uniform(-2.9, 2.9, size=50), rng.normal(size=(50, 23))
    step = 1e-6
    above, below = (np.asarray(splines.rational_quadratic(x + h, parameters)[0]) for h in (step, -step))
    log_slope = np.asarray(splines.rational_quadratic(x, parameters)[1])
    np.testing.assert_allclose(np.exp(log_slope), (above - below) / (2 * step), rtol=1e-6)


def test_gradients_are_those_of_finite_differences():
    rng = np.random.default_rng(0)
    inputs = [rng.uniform(-2.9, 2.9, size=6), rng.normal(size=(6, 11))]
    for inverse in (False, True):
        function = functools.partial(splines.rational_quadratic, inverse=inverse)
        assert gradient_error(lambda x, p, f=function: f(x, p)[0], inputs, rng) <= tolerances.FINITE_DIFFERENCE
