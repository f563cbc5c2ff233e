import keras
import numpy as np
import pytest
import tolerances
from golden_files import load
from hypothesis import given
from hypothesis import strategies as st
from keras import ops
from laws import relative_error
from machine import convolves_channels_first

from tfconvkit import backend, layers

GOLDEN = {
    "genconv_elu_s1": dict(filters=4, kernel_size=3),
    "genconv_relu_s1": dict(filters=3, kernel_size=3, activation="relu"),
    "genconv_elu_k5s1": dict(filters=4, kernel_size=5),
    "genconv_elu_k3s2": dict(filters=4, kernel_size=3, strides=2),
    "genconv_elu_k3_rate2": dict(filters=4, kernel_size=3, dilation_rate=2),
    "genconv_elu_k3_rate4": dict(filters=2, kernel_size=3, dilation_rate=4),
    "genconv_symmetric": dict(filters=4, kernel_size=3, padding="symmetric"),
    "genconv_symmetric_s2_rate1": dict(filters=4, kernel_size=5, strides=2, padding="symmetric"),
    "genconv_cnum3_elu_ungated": dict(filters=3, kernel_size=3, gate="legacy"),
    "genconv_linear_cnum3": dict(filters=3, kernel_size=3, gate="legacy", activation=None),
    "v1_genconv_elu": dict(filters=8, kernel_size=3, gate="never", dilation_rate=2),
    "gendeconv": dict(filters=4),
}


def sample(*shape):
    return np.random.default_rng(0).normal(size=shape)


def plain(x, layer, **settings):
    """The convolution inside, by Keras."""
    return ops.conv(ops.convert_to_tensor(x), ops.convert_to_tensor(layer.kernel), **settings) + layer.bias


@pytest.mark.parametrize("name", GOLDEN)
def test_outputs_and_gradients_are_those_of_the_legacy_code(name):
    golden = load(name, area="inpaint")
    layer = (layers.GatedConvUp2D if name == "gendeconv" else layers.GatedConv2D)(**GOLDEN[name])
    kernel, bias = (next(golden[key] for key in golden if key.endswith(end) and "grad" not in key)
                    for end in ("__kernel", "__bias"))
    layer.build(golden["x"].shape)

    def function(x, kernel, bias):
        values = [kernel, bias]
        return layer.stateless_call(values, [], x)[0]

    inputs = [golden["x"], kernel, bias]
    assert relative_error(function(*inputs), golden["y"]) <= tolerances.GOLDEN
    expected = [golden["grad_x"], *(golden[key] for key in golden if key.startswith("grad_") and "__" in key)]
    assert relative_error(backend.vjp(function, inputs, golden["grad_seed"]), expected) <= tolerances.GOLDEN


@given(
    size=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    strides=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    dilation=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    grid=st.tuples(st.integers(1, 8), st.integers(1, 8)),
)
def test_same_windows_are_those_of_tensorflow_where_strides_meet_dilation(size, strides, dilation, grid):
    """Against the convolution with the zeros of the dilation written into the kernel."""
    layer = layers.GatedConv2D(2, size, strides=strides, dilation_rate=dilation, gate="never", activation=None,
                               dtype="float64")
    x = sample(1, *grid, 3)
    y = layer(x)
    extents = [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]
    spread = np.zeros((*extents, 3, 2))
    spread[:: dilation[0], :: dilation[1]] = layer.kernel
    expected = ops.conv(ops.convert_to_tensor(x), ops.convert_to_tensor(spread), strides=strides, padding="same")
    assert relative_error(y, expected) <= tolerances.LAW["float64"]
    assert layer.compute_output_shape(x.shape) == tuple(y.shape)


@pytest.mark.parametrize("padding", ("symmetric", "reflect"))
@pytest.mark.parametrize("size, strides, dilation", [(3, 1, 1), (4, 2, 1), ((2, 5), 1, 2), (3, 2, 2)])
def test_mirrored_borders_are_those_of_numpy(padding, size, strides, dilation):
    layer = layers.GatedConv2D(2, size, strides, padding, dilation_rate=dilation, gate="never", activation=None,
                               bias_initializer="normal", dtype="float64")
    x = sample(2, 7, 9, 3)
    y = layer(x)
    pads = [int(dilation * (k - 1) / 2) for k in layer.kernel_size]
    padded = np.pad(x, [(0, 0), (pads[0],) * 2, (pads[1],) * 2, (0, 0)], mode=padding)
    expected = plain(padded, layer, padding="valid", dilation_rate=dilation)[:, ::strides, ::strides]
    assert relative_error(y, expected) <= tolerances.LAW["float64"]
    assert layer.compute_output_shape(x.shape) == tuple(y.shape)


def test_the_second_half_of_the_channels_gates_the_first():
    layer = layers.GatedConv2D(2, 3, activation="tanh", gate_activation="relu", bias_initializer="normal")
    x = sample(1, 5, 6, 3).astype("float32")
    y = layer(x)
    features, gates = ops.split(plain(x, layer, padding="same"), 2, axis=-1)
    assert relative_error(y, ops.tanh(features) * ops.relu(gates)) <= tolerances.LAW["float32"]
    assert layer.is_gated and layer.count_params() == (3 * 3 * 3 + 1) * 4


@pytest.mark.parametrize("filters, activation, gate, is_gated", [
    (3, "elu", "always", True), (3, "elu", "legacy", False), (4, "elu", "legacy", True),
    (4, None, "legacy", False), (4, None, "always", True), (4, "elu", "never", False),
])
def test_the_gate_follows_its_rule(filters, activation, gate, is_gated):
    layer = layers.GatedConv2D(filters, 1, activation=activation, gate=gate)
    y = layer(np.full((1, 2, 2, 5), -10.0, "float32"))
    assert layer.is_gated == is_gated and y.shape == (1, 2, 2, filters)
    assert layer.kernel.shape[-1] == filters * (2 if is_gated else 1)


def test_the_bare_convolution_of_the_legacy_rule_ignores_its_activation():
    layer = layers.GatedConv2D(3, 1, activation="elu", gate="legacy", kernel_initializer="ones")
    assert (ops.convert_to_numpy(layer(np.full((1, 1, 1, 2), -4.0, "float32"))) == -8).all()


@pytest.mark.parametrize("size", (2, (3, 1)))
def test_upsampling_repeats_pixels_before_the_convolution(size):
    layer = layers.GatedConvUp2D(2, 3, size=size, dtype="float64")
    x = sample(2, 3, 4, 5)
    finer = np.repeat(np.repeat(x, layer.size[0], axis=1), layer.size[1], axis=2)
    y = layer(x)
    flat = layers.GatedConv2D(2, 3, dtype="float64")
    flat.build(finer.shape)
    flat.set_weights(layer.get_weights())
    assert relative_error(y, flat(finer)) == 0


@convolves_channels_first
@pytest.mark.parametrize("make", (
    lambda **kwargs: layers.GatedConv2D(2, 3, strides=2, dilation_rate=2, **kwargs),
    lambda **kwargs: layers.GatedConv2D(2, 3, padding="reflect", **kwargs),
    lambda **kwargs: layers.GatedConvUp2D(2, **kwargs),
))
def test_channels_may_stand_first(make):
    last, first = make(), make(data_format="channels_first")
    x = sample(2, 6, 7, 3).astype("float32")
    y = last(x)
    first.build((None, 3, None, None))
    first.set_weights(last.get_weights())
    moved = first(np.moveaxis(x, -1, 1))
    assert first.compute_output_shape((2, 3, 6, 7)) == tuple(moved.shape)
    assert relative_error(np.moveaxis(np.asarray(moved), 1, -1), y) <= tolerances.LAW["float32"]


def test_keras_arguments_reach_the_weights():
    layer = layers.GatedConv2D(2, 3, kernel_regularizer="l2", bias_regularizer="l1", kernel_constraint="max_norm",
                               kernel_initializer="he_normal", activity_regularizer="l2")
    layer(sample(1, 4, 4, 3).astype("float32"))
    assert len(layer.losses) == 3 and isinstance(layer.kernel.constraint, keras.constraints.MaxNorm)


@pytest.mark.parametrize("arguments, message", [
    (dict(filters=0), r"filters must be a positive integer. Received filters=0"),
    (dict(kernel_size=(3, 0)), r"kernel_size must be a positive integer or a tuple of 2"),
    (dict(strides=1.5), r"strides must be .* Received strides=1.5"),
    (dict(padding="mirror"), r'padding must be "same" or "valid" or "symmetric" or "reflect"'),
    (dict(gate=None), r'gate must be "always" or "never" or "legacy"'),
])
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=f'GatedConv2D "c": {message}'):
        layers.GatedConv2D(**{"filters": 2, "kernel_size": 3, **arguments}, name="c")


@pytest.mark.parametrize("arguments, shape, message", [
    (dict(), (1, 8, 3), r"expects an input of rank 4"),
    (dict(), (1, 8, 8, None), r"needs a known number of channels"),
    (dict(padding="valid"), (1, 2, 8, 3), r"the grid \(2, 8\) is too small"),
    (dict(padding="reflect"), (1, 1, 8, 3), r"mirrors \(1, 1\) pixels, which needs a grid of at least \(2, 2\)"),
    (dict(padding="symmetric", dilation_rate=3), (1, 2, 8, 3), r"needs a grid of at least \(3, 3\). Received \(2, 8"),
])
def test_bad_shapes_are_named(arguments, shape, message):
    for layer in (layers.GatedConv2D(2, 3, **arguments), layers.GatedConvUp2D(2, 3, size=1, **arguments)):
        with pytest.raises(ValueError, match=message):
            layer.build(shape)
