"""Convolutions: against the definition, golden numbers, collapsing, gradients, bad input."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from golden_files import load
from keras import ops
from laws import gradient_error, relative_error
from operators import cases

from tfconvkit.operators import Convolution, Identity, borders
from tfconvkit.ops import spectral

GOLDEN = ("same_k35_c2", "same_s2_c3", "same_wide_4to2", "valid_s2_c3", "valid_tall_2to4", "full_c2")
MODES = {"zeros": "constant", "wrap": "wrap", "reflect": "reflect"}


def by_definition(x, operator):
    """Correlates the array that NumPy pads, for kernels without groups."""
    x = np.pad(x, [(0, 0), *operator.pads, (0, 0)], mode=MODES[operator.pad_mode])
    kernel, (s, t), (d, e) = operator.kernel, operator.strides, operator.dilation_rate
    y = np.zeros((len(x), *operator.range_shape))
    for i, j in np.ndindex(y.shape[1:3]):
        cut = x[:, s * i : s * i + d * len(kernel) : d, t * j : t * j + e * kernel.shape[1] : e]
        y[:, i, j] = np.einsum("nuvc,uvco->no", cut, kernel)
    return y


@pytest.mark.parametrize("name", [name for name in cases.CONVOLUTIONS if "group" not in name and "depth" not in name])
def test_it_is_the_correlation_with_the_padded_map(name):
    operator = cases.convolution(name)
    x, _ = cases.samples(operator)
    assert relative_error(operator.matvec(x), by_definition(x, operator)) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_outputs(name):
    golden = load(f"pinv_{name}", area="linear")
    arguments = {} if name.startswith("same") else {"padding": name.partition("_")[0]}
    operator = Convolution(golden["kernel_hwio"], golden["in_hw"].tolist(), strides=int(golden["stride"]), **arguments)
    assert relative_error(operator.matvec(golden["x"][None])[0], golden["y"]) <= tolerances.GOLDEN_FLOAT64


@pytest.mark.parametrize("arguments", [
    dict(padding="same", strides=2), dict(padding="valid", dilation_rate=2), dict(padding="valid", groups=2),
])
def test_it_is_the_keras_layer_without_bias(arguments):
    layer = keras.layers.Conv2D(4, 3, use_bias=False, dtype="float64", **arguments)
    x = cases.numbers(2, 6, 7, 2)
    expected = layer(x)
    operator = Convolution(layer.kernel, (6, 7), **arguments)
    assert relative_error(operator.matvec(x), expected) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("depth_padding", ("same", "valid"))
def test_it_is_the_depthwise_layer(depth_padding):
    layer = keras.layers.DepthwiseConv2D(3, 2, depth_padding, depth_multiplier=2, use_bias=False, dtype="float64")
    x = cases.numbers(2, 6, 7, 2)
    expected = layer(x)
    operator = Convolution(layer.kernel, (6, 7), depth_padding, strides=2, depthwise=True)
    assert relative_error(operator.matvec(x), expected) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("name", ("wrap", "wrap, strides", "wrap, dilation", "wrap, depthwise, strides and dilation"))
def test_its_symbol_does_the_same(name):
    operator = cases.convolution(name)
    x, _ = cases.samples(operator)
    by_frequency = spectral.apply(operator.symbol(operator.tensors), x)
    assert relative_error(by_frequency, operator.matvec(x)) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("mode", MODES)
def test_padding_is_numpys(mode):
    x, pads = cases.numbers(2, 4, 5, 3), [(1, 3), (2, 0)]
    expected = np.pad(x, [(0, 0), *pads, (0, 0)], mode=MODES[mode])
    assert np.array_equal(borders.pad(ops.convert_to_tensor(x), pads, mode), expected)


def conv(size, channels, filters, grid, **arguments):
    return Convolution(cases.numbers(*size, channels, filters), grid, **arguments)


COLLAPSING = {
    "valid": (conv((3, 2), 2, 3, (12, 12), padding="valid", strides=(2, 1)),
              conv((2, 3), 3, 1, (5, 11), padding="valid")),
    "valid after same": (conv((3, 3), 2, 2, (8, 8)), conv((1, 1), 2, 3, (8, 8), padding="valid", strides=1)),
    "full": (conv((3, 2), 2, 3, (6, 6), padding="full"), conv((2, 3), 3, 1, (8, 7), padding="full")),
    "wrap": (conv((3, 2), 2, 3, (8, 8), pad_mode="wrap"), conv((2, 4), 3, 1, (8, 8), pad_mode="wrap")),
    "wrap, strides": (conv((3, 3), 2, 3, (8, 12), pad_mode="wrap", strides=2),
                      conv((2, 3), 3, 1, (4, 6), pad_mode="wrap", strides=(1, 3))),
    "same after 1x1": (conv((1, 1), 2, 3, (7, 8)), conv((3, 4), 3, 1, (7, 8), strides=2)),
    "reflect after 1x1": (conv((1, 1), 2, 3, (7, 8)), conv((3, 3), 3, 1, (7, 8), pad_mode="reflect")),
}


@pytest.mark.parametrize("name", COLLAPSING)
def test_products_collapse_to_one_convolution(name):
    inner, outer = COLLAPSING[name]
    product = outer @ inner
    x, _ = cases.samples(product)
    collapsed = product.collapse()
    assert isinstance(collapsed, Convolution)
    assert relative_error(collapsed.matvec(x), product.matvec(x)) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("inner, outer, message", [
    (conv((3, 3), 2, 3, (8, 8)), conv((3, 3), 3, 1, (8, 8)), r"their borders differ. Only \"valid\" after anything"),
    (conv((3, 3), 2, 3, (8, 8)), conv((3, 3), 3, 1, (8, 8), pad_mode="wrap"), r"their borders differ"),
    (conv((3, 3), 2, 3, (8, 8)), conv((3, 3), 3, 1, (8, 8), padding="valid"), r"One convolution would read a grid"),
    (Identity((8, 8, 3), "float64"), conv((3, 3), 3, 1, (8, 8)), r"Only products of Convolution collapse. Received"),
    (conv((3, 3), 2, 3, (8, 8)), Identity((8, 8, 3), "float64"), r"Only products of Convolution collapse. Received Id"),
])
def test_products_that_are_no_convolution_say_why(inner, outer, message):
    with pytest.raises(ValueError, match=message):
        (outer @ inner).collapse()


@pytest.mark.parametrize("name", ("same", "reflect, strides", "wrap, dilation", "same, groups"))
def test_gradients_reach_the_map_and_the_kernel(name):
    def function(kernel, x, y):
        operator = Convolution(kernel, cases.GRID, **cases.CONVOLUTIONS[name])
        return ops.concatenate([ops.reshape(p, (-1,)) for p in (operator.matvec(x), operator.rmatvec(y))], axis=0)

    operator = cases.convolution(name)
    inputs = [ops.convert_to_tensor(t) for t in (cases.KERNEL, *cases.samples(operator))]
    rng = np.random.default_rng(0)
    assert gradient_error(function, inputs, rng) <= tolerances.FINITE_DIFFERENCE


ONES = np.ones((3, 3, 2, 4))


@pytest.mark.parametrize("kernel, grid, arguments, message", [
    (ONES, (2, 8), {}, r"the kernel, \(3, 3\) with its dilation, must not be larger than the grid. Received grid="),
    (ONES, (4, 8), dict(dilation_rate=2), r"the kernel, \(5, 5\) with its dilation"),
    (ONES, (7, 8), dict(pad_mode="wrap", strides=2), r"strides that divide the grid. Received strides=\(2, 2\), grid="),
    (ONES * np.nan, (8, 8), {}, r"kernel must be finite. Received 72 NaN and 0 infinite of 72 numbers"),
    (np.full((3, 3, 2, 4), np.inf), (8, 8), {}, r"Received 0 NaN and 72 infinite"),
    (ONES, (8, 8), dict(padding="causal"), r"Received padding='causal', pad_mode='zeros'"),
    (ONES, (8, 8), dict(pad_mode="constant"), r"Received padding='same', pad_mode='constant'"),
    (ONES, (8, 8), dict(padding="valid", pad_mode="wrap"), r'pad_mode="wrap" expects padding="same"'),
    (ONES, (8, 8), dict(groups=3), r"groups must divide the filters. Received groups=3 and a kernel \(3, 3, 2, 4\)"),
    (ONES, (8, 8, 8), {}, r"grid must be a positive integer or 2 of them. Received grid=\(8, 8, 8\)"),
    (ONES, (8, 8), dict(strides=0), r"strides must be a positive integer or 2 of them. Received strides=0"),
    (ONES[0, 0], (8, 8), {}, r"kernel must be \(\*kernel_size, channels, filters\).*Received shape \(2, 4\)"),
])
def test_bad_arguments_are_named(kernel, grid, arguments, message):
    with pytest.raises(ValueError, match=message):
        Convolution(kernel, grid, **arguments)


@pytest.mark.tensorflow("graphs")
def test_kernels_in_a_graph_are_not_looked_at():
    def function(kernel):
        return Convolution(kernel, (8, 8)).matvec(tf.ones((1, 8, 8, 2), tf.float64))

    assert np.isnan(tf.function(function)(tf.constant(ONES * np.nan))).all()
