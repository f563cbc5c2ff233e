"""`tf.layers` of convolutions against loops in NumPy, in float64, and their variables."""

import numpy as np
import pytest
import tensorflow
import tolerances
from compat.tf1 import reference
from compat.tf1.scripts import names, run
from laws import relative_error

import tfconvkit.compat.tf1 as tf

LAW = tolerances.LAW["float64"]
SHAPES = {1: (2, 9, 3), 2: (2, 8, 7, 3), 3: (2, 5, 6, 4, 3)}
CASES = [(1, 3, 2, 1, "same"), (1, 3, 1, 2, "valid"), (2, (3, 2), (2, 1), 1, "same"), (2, 3, 1, (2, 1), "valid"),
         (2, 4, 1, 2, "SAME"), (3, 2, 1, 1, "valid"), (3, (3, 2, 1), 2, 1, "same")]


def data(rank):
    return np.random.default_rng(3).normal(size=SHAPES[rank])


def first(x):
    """Moves the channels of an array to the front."""
    return np.moveaxis(x, -1, 1)


@pytest.mark.parametrize("rank, kernel_size, strides, dilation, padding", CASES)
def test_convolution_is_the_sum_over_its_taps(rank, kernel_size, strides, dilation, padding):
    layer = {1: tf.layers.conv1d, 2: tf.layers.conv2d, 3: tf.layers.conv3d}[rank]

    def build(x):
        return layer(x, 4, kernel_size, strides, padding, dilation_rate=dilation, name="c")

    x = data(rank)
    y, variables, _ = run(build, x)
    expected = reference.convolution(x, variables["c/kernel"], reference.sizes(strides, rank),
                                     reference.sizes(dilation, rank), padding.lower())
    assert y.dtype == "float64" and relative_error(y, expected + variables["c/bias"]) <= LAW


def test_causal_convolution_looks_back_only():
    x = data(1)
    y, variables, _ = run(lambda x: tf.layers.conv1d(x, 4, 3, padding="causal", dilation_rate=2, name="c"), x)
    expected = reference.convolution(np.pad(x, ((0, 0), (4, 0), (0, 0))), variables["c/kernel"], (1,), (2,), "valid")
    assert relative_error(y, expected + variables["c/bias"]) <= LAW


@pytest.mark.parametrize("rank, kernel_size, strides, padding", [
    (2, 3, 2, "same"), (2, (2, 3), (3, 1), "valid"), (2, 1, 2, "valid"), (3, 3, 2, "same"),
])
def test_transposed_convolution_is_the_adjoint(rank, kernel_size, strides, padding):
    layer = {2: tf.layers.conv2d_transpose, 3: tf.layers.conv3d_transpose}[rank]
    x = data(rank)
    y, variables, _ = run(lambda x: layer(x, 4, kernel_size, strides, padding, name="c"), x)
    expected = reference.transpose(x, variables["c/kernel"], reference.sizes(strides, rank), padding, y.shape[1:-1])
    assert relative_error(y, expected + variables["c/bias"]) <= LAW
    pairs = zip(x.shape[1:], reference.sizes(strides, rank), reference.sizes(kernel_size, rank), strict=False)
    sizes = [n * s + (max(k - s, 0) if padding == "valid" else 0) for n, s, k in pairs]
    assert y.shape == (2, *sizes, 4)


@pytest.mark.parametrize("rank, kernel_size, strides, dilation, padding", [
    (1, 3, 2, 1, "same"), (1, 2, 1, 3, "valid"), (2, (3, 2), 2, 1, "same"), (2, 3, 1, (2, 1), "same"),
])
def test_separable_convolution_mixes_after_each_channel(rank, kernel_size, strides, dilation, padding):
    layer = {1: tf.layers.separable_conv1d, 2: tf.layers.separable_conv2d}[rank]

    def build(x):
        return layer(x, 4, kernel_size, strides, padding, dilation_rate=dilation, depth_multiplier=2, name="s")

    x = data(rank)
    y, variables, _ = run(build, x)
    planes = reference.depthwise(x, variables["s/depthwise_kernel"], reference.sizes(strides, rank),
                                 reference.sizes(dilation, rank), padding)
    pointwise = variables["s/pointwise_kernel"].reshape(6, 4)
    assert relative_error(y, planes @ pointwise + variables["s/bias"]) <= LAW


@pytest.mark.parametrize("layer", ["conv2d", "conv2d_transpose", "separable_conv2d"])
def test_channels_first_moves_the_channels_only(layer):
    function, x = getattr(tf.layers, layer), data(2)
    settings = {"strides": 2, "padding": "same", "name": "c", "activation": lambda y: y - tf.reduce_max(y, -1, True)}

    def build(x):
        activated = function(x, 4, 3, data_format="channels_first", **settings)
        return activated, function(tf.transpose(x, (0, 2, 3, 1)), 4, 3, reuse=True, **{**settings, "activation": None})

    (one, other), _, _ = run(build, first(x))
    expected = first(other)
    assert relative_error(one, expected - expected.max(-1, keepdims=True)) <= LAW


@pytest.mark.parametrize("layer, made", [
    (lambda x: tf.layers.conv2d(x, 4, 3), {"conv2d/kernel": (3, 3, 3, 4), "conv2d/bias": (4,)}),
    (lambda x: tf.layers.conv2d_transpose(x, 4, 3, use_bias=False), {"conv2d_transpose/kernel": (3, 3, 4, 3)}),
    (lambda x: tf.layers.separable_conv2d(x, 4, 3, depth_multiplier=2), {
        "separable_conv2d/depthwise_kernel": (3, 3, 3, 2), "separable_conv2d/pointwise_kernel": (1, 1, 6, 4),
        "separable_conv2d/bias": (4,)}),
])
def test_variables_have_their_old_names_and_shapes(layer, made):
    with tf.Graph().as_default():
        layer(tf.placeholder("float32", (None, None, None, 3)))
        found = {variable.op.name: tuple(variable.shape) for variable in tf.trainable_variables()}
        assert found == made


def test_operations_have_their_old_names():
    with tf.Graph().as_default():
        y = tf.layers.conv2d(tf.ones((1, 8, 8, 3)), 4, 3, activation=tf.nn.relu)
        found = [operation.name for operation in tf.get_default_graph().get_operations()]
        assert y.name == "conv2d/Relu:0" and {"conv2d/Conv2D", "conv2d/BiasAdd"} <= set(found)


def test_open_sizes_stay_open():
    with tf.Graph().as_default():
        x = tf.placeholder("float32", (None, None, 8, 3))
        assert tf.layers.conv2d(x, 4, 3, 2, "same").shape.as_list() == [None, None, 4, 4]
        assert tf.layers.conv2d_transpose(x, 4, 3, 2, "same").shape.as_list() == [None, None, 16, 4]


def test_kernel_starts_uniform_within_glorots_limit():
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(20)
        tf.layers.conv2d(tf.ones((1, 8, 8, 32)), 32, 3)
        session.run(tf.global_variables_initializer())
        kernel, bias = session.run(tf.global_variables())
    limit = np.sqrt(6 / (2 * 9 * 32))
    assert np.abs(kernel).max() <= limit and np.abs(kernel).max() >= 0.99 * limit and not bias.any()
    assert abs(kernel.std() * np.sqrt(3) / limit - 1) <= tolerances.SAMPLED_DEVIATION


def test_gradients_of_a_dilated_convolution_exist():
    with tf.Graph().as_default(), tf.Session() as session:
        y = tf.layers.conv2d(tf.ones((1, 8, 8, 3)), 4, 3, dilation_rate=2)
        kernel = tf.gradients(y, tf.trainable_variables())[0]
        session.run(tf.global_variables_initializer())
        assert session.run(kernel).max() == 16


def test_layers_without_a_name_are_numbered_per_scope():
    def build(x):
        with tf.variable_scope("net"):
            tf.layers.conv2d(x, 3, 1, use_bias=False), tf.layers.conv2d(x, 3, 1, use_bias=False)
        tf.layers.conv2d(x, 3, 1, use_bias=False)

    assert names(build, (1, 8, 8, 3)) == ["net/conv2d/kernel", "net/conv2d_1/kernel", "conv2d/kernel"]


@pytest.mark.parametrize("call, message", [
    (lambda x: tf.layers.conv2d(x, 4, 0), "Conv2D: expected kernel_size.*Received kernel_size=0"),
    (lambda x: tf.layers.conv2d(x, 4, (3, 3, 3)), r"positive integer or 2 of them. Received kernel_size=\(3, 3, 3\)"),
    (lambda x: tf.layers.conv2d(x, 4, 3, padding="causal"), "padding to be one of.*Received padding='causal'"),
    (lambda x: tf.layers.conv2d(x, 4, 3, data_format="NCHW"), "channels_first.*data_format='NCHW'"),
    (lambda x: tf.layers.conv2d(x, 4, 3, 2, dilation_rate=2), "strides=1 or dilation_rate=1"),
    (lambda x: tf.layers.conv1d(x, 4, 3), "expected an input of rank 3. Received shape"),
    (lambda x: tf.layers.conv2d(x[..., :tf.placeholder("int32", ())], 4, 3), "known size of axis 3"),
    (lambda x: tf.layers.separable_conv2d(x, 4, 3, (2, 1)), r"equal strides. Received strides=\(2, 1\)"),
])
def test_bad_input_is_answered(call, message):
    with tf.Graph().as_default(), pytest.raises(ValueError, match=message):
        call(tf.placeholder("float32", (1, 8, 8, 3)))


def test_an_unknown_argument_is_refused():
    with tf.Graph().as_default(), pytest.raises(TypeError, match="unexpected keyword argument 'kernel_initialiser'"):
        tf.layers.conv2d(tf.ones((1, 8, 8, 3)), 4, 3, kernel_initialiser=None)
    with pytest.raises(TypeError, match=r"Conv2D: expected the arguments.*Received \['axis'\]"):
        tf.layers.Conv2D(4, 3, axis=1)


def test_tensorflow_itself_is_what_lacks_these_layers():
    with pytest.raises(AttributeError, match="not available with Keras 3"):
        tensorflow.compat.v1.layers.conv2d  # noqa: B018
