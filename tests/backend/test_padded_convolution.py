"""The convolution of a padded grid against the padding and the convolution one by one, values and gradients."""

import numpy as np
import pytest
import tolerances
from backends import running
from keras import ops
from laws import gradient_error, gradients, relative_error

from tfconvkit import backend

# Grid, size of the kernel, pads (before, behind).
CASES = (
    ((7,), (4,), [(2, 1)]),
    ((6, 5), (2, 2), [(1, 1), (1, 1)]),
    ((6, 5), (4, 4), [(2, 2), (2, 2)]),
    ((6, 5), (3, 2), [(0, 2), (1, 0)]),
    ((5, 4, 6), (3, 2, 4), [(1, 1), (1, 1), (2, 0)]),
)


def one_by_one(x, kernel, pads, bias):
    y = ops.conv(ops.pad(x, [(0, 0), *pads, (0, 0)]), kernel, padding="valid", data_format="channels_last")
    return y + bias


def drawn(grid, size, seed=0, batch=2, dtype="float64"):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype(dtype) for shape in ((batch, *grid, 3), (*size, 3, 4), (4,))]


@pytest.mark.parametrize("is_compiled", (False, True))
@pytest.mark.parametrize(("grid", "size", "pads"), CASES, ids=str)
def test_it_is_the_padding_and_the_convolution(grid, size, pads, is_compiled):
    x, kernel, bias = drawn(grid, size)
    function = running.graph(lambda x: backend.padded_conv(x, kernel, pads, bias), is_compiled)
    expected = one_by_one(x, kernel, pads, bias)
    assert relative_error(function(x), expected) <= tolerances.LAW["float64"]
    assert relative_error(backend.padded_conv(x, kernel, pads), expected - bias) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("with_bias", (True, False))
@pytest.mark.parametrize(("grid", "size", "pads"), CASES, ids=str)
def test_gradients_are_those_of_one_by_one(grid, size, pads, with_bias):
    x, kernel, bias = drawn(grid, size)
    inputs = [x, kernel, bias] if with_bias else [x, kernel]
    v = np.random.default_rng(1).normal(size=one_by_one(x, kernel, pads, bias).shape)
    slopes = running.vjp(lambda x, k, *b: backend.padded_conv(x, k, pads, *b), inputs, v)
    expected = running.vjp(lambda x, k, b: one_by_one(x, k, pads, b), [x, kernel, bias], v)
    assert relative_error(slopes, expected[: len(inputs)]) <= tolerances.LAW["float64"]


def test_gradients_have_gradients():
    grid, size, pads = CASES[2]
    x, kernel, bias = drawn(grid, size)
    v = np.random.default_rng(1).normal(size=(2, *x.shape[1:3], 3))

    def slope(x, kernel):
        y = backend.padded_conv(x, kernel, pads, bias)
        return backend.vjp(lambda x: backend.padded_conv(x, kernel, pads, bias), [x], y * y)[0]

    assert v.shape == x.shape
    assert gradient_error(slope, [x, kernel], np.random.default_rng(2)) <= tolerances.FINITE_DIFFERENCE


@pytest.mark.parametrize("options", ({"dilation_rate": 2}, {"data_format": "channels_first"}, {}), ids=str)
def test_dilated_kernels_channels_first_and_no_images(options):
    x, kernel, bias = drawn((6, 5), (2, 2), batch=2 if options else 0)
    pads = [(1, 1), (1, 1)]
    is_last = "data_format" not in options
    # TensorFlow's own convolutions know channels first on a GPU only.
    function = running.graph(lambda x: backend.padded_conv(x, kernel, pads, bias, **options), is_compiled=not is_last)
    y = function(x if is_last else np.moveaxis(x, -1, 1))
    y = np.asarray(y) if is_last else np.moveaxis(np.asarray(y), 1, -1)
    if not len(x):
        assert y.shape == (0, 7, 6, 4)
        return
    d = options.get("dilation_rate", 1)
    dilated = np.zeros((1 + d, 1 + d, 3, 4))
    dilated[::d, ::d] = kernel
    assert relative_error(y, one_by_one(x, dilated, pads, bias)) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("dtype", ("float16", "float32"))
def test_gradients_keep_the_dtype(dtype):
    grid, size, pads = CASES[1]
    inputs = drawn(grid, size, dtype=dtype)
    y = backend.padded_conv(inputs[0], inputs[1], pads, inputs[2])
    assert {str(ops.dtype(g)) for g in backend.vjp(lambda *i: backend.padded_conv(*i[:2], pads, i[2]), inputs, y)} == {
        dtype
    }


def test_a_number_of_it_has_gradients_for_all_inputs():
    grid, size, pads = CASES[4]
    slopes = gradients(lambda *i: ops.sum(backend.padded_conv(*i[:2], pads, i[2]) ** 2), drawn(grid, size))
    assert all(np.abs(slope).max() > 0 for slope in slopes)


@pytest.mark.tensorflow("tape and graphs")
@pytest.mark.parametrize(("grid", "size", "pads"), CASES[1:], ids=str)
def test_jacobians_and_forward_mode_agree(grid, size, pads):
    import tensorflow as tf

    x, kernel, bias = map(tf.constant, drawn(grid, size, batch=1))
    direction = tf.constant(np.random.default_rng(1).normal(size=x.shape))
    with tf.autodiff.ForwardAccumulator(x, direction) as accumulator:
        forward = accumulator.jvp(backend.padded_conv(x, kernel, pads, bias))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = backend.padded_conv(x, kernel, pads, bias)
    jacobian = tf.reshape(tape.jacobian(y, x), (-1, tf.size(x)))
    product = tf.reshape(tf.linalg.matvec(jacobian, tf.reshape(direction, (-1,))), y.shape)
    assert relative_error(forward, product) <= tolerances.LAW["float64"]
    assert relative_error(forward, one_by_one(direction, kernel, pads, 0)) <= tolerances.LAW["float64"]
