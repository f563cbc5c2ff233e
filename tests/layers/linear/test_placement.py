"""Where windows stand, and the bands that compute them."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
import tolerances
from backends.examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import gradient_error, relative_error

from tfconvkit.layers.linear import placement
from tfconvkit.ops.kernels import Stage

RNG = np.random.default_rng(0)


def by_taps(x, kernel, strides):
    """The definition, tap by tap."""
    rows, columns = ((n - k) // s + 1 for n, k, s in zip(x.shape[1:3], kernel.shape, strides, strict=True))
    y = np.zeros((x.shape[0], rows, columns, x.shape[-1]))
    for u, v in itertools.product(*map(range, kernel.shape)):
        y += kernel[u, v] * x[:, u :: strides[0], v :: strides[1]][:, :rows, :columns]
    return y


def planes(x, kernel, strides):
    return placement.convolve_planes(x, Stage(kernel[..., None, None], strides=strides))


@settings(max_examples=examples(60))
@given(
    size=st.tuples(st.integers(1, 6), st.integers(1, 40)),
    strides=st.tuples(st.integers(1, 4), st.integers(1, 5)),
    more=st.tuples(st.integers(0, 5), st.integers(0, 110)),
)
def test_bands_are_the_sum_over_taps(size, strides, more):
    x = RNG.normal(size=(2, size[0] + more[0], size[1] + more[1], 3))
    kernel = RNG.normal(size=size)
    assert relative_error(planes(x, kernel, strides), by_taps(x, kernel, strides)) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("strides", [(1, 1), (2, 3)])
def test_bands_have_gradients(strides):
    x, kernel = RNG.normal(size=(2, 5, 75, 2)), RNG.normal(size=(3, 7))
    error = gradient_error(lambda x, kernel: planes(x, kernel, strides), [x, kernel], RNG)
    assert error <= tolerances.FINITE_DIFFERENCE


@pytest.mark.tensorflow("graphs")
@pytest.mark.parametrize("jit_compile", (False, True))
def test_bands_of_sizes_known_at_run_time_are_traced_once(jit_compile):
    kernel, traces = RNG.normal(size=(3, 7)), []

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 2), "float64")], jit_compile=jit_compile)
    def function(x):
        traces.append(x)
        return planes(x, kernel, (2, 3))

    for shape in ((1, 4, 7, 2), (3, 5, 200, 2)):
        x = RNG.normal(size=shape)
        assert relative_error(function(x), by_taps(x, kernel, (2, 3))) <= tolerances.LAW["float64"]
    assert len(traces) == 1
