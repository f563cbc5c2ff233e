"""`tf.contrib.layers`: numbers against NumPy, names, collections, the order of bias, normaliser and activation."""

import numpy as np
import pytest
import tolerances
from compat.tf1 import reference
from compat.tf1.layers.test_normalization import expected_of
from compat.tf1.scripts import names, run
from laws import relative_error

import tfconvkit.compat.tf1 as tf

layers = tf.contrib.layers
LAW = tolerances.LAW["float64"]
X = np.random.default_rng(10).normal(size=(2, 6, 7, 4))
FLAT = np.random.default_rng(11).normal(size=(6, 5)).astype("float32")
ONES = ((1, 1), (1, 1), "same")


def test_convolution_has_a_bias_and_relu_by_default():
    y, variables, _ = run(lambda x: layers.conv2d(x, 3, 3, 2), X)
    expected = reference.convolution(X, variables["Conv/weights"], (2, 2), (1, 1), "same") + variables["Conv/biases"]
    assert relative_error(y, np.maximum(expected, 0)) <= LAW


def test_a_normaliser_takes_the_place_of_the_bias():
    def build(x):
        return layers.conv2d(x, 3, 3, normalizer_fn=layers.instance_norm, normalizer_params={"scale": False})

    y, variables, _ = run(build, X)
    planes = reference.convolution(X, variables["Conv/weights"], *ONES)
    mean, deviation = planes.mean((1, 2), keepdims=True), np.sqrt(planes.var((1, 2), keepdims=True) + 1e-6)
    expected = (planes - mean) / deviation + variables["Conv/InstanceNorm/beta"]
    assert relative_error(y, np.maximum(expected, 0)) <= LAW and len(variables) == 2


def test_transposed_and_separable_convolutions_and_dense():
    def build(x):
        return (layers.conv2d_transpose(x, 3, 3, 2, activation_fn=None), layers.separable_conv2d(x, 3, 3, 2, rate=2),
                layers.separable_conv2d(x, None, 3, activation_fn=None), layers.linear(x, 3),
                layers.conv2d_in_plane(x, 3, activation_fn=None))

    (up, separable, planes, dense, same), variables, _ = run(build, X)
    expected = reference.transpose(X, variables["Conv2d_transpose/weights"], (2, 2), "same", (12, 14))
    assert relative_error(up, expected + variables["Conv2d_transpose/biases"]) <= LAW
    expected = reference.depthwise(X, variables["SeparableConv2d/depthwise_weights"], (1, 1), (2, 2), "same")
    expected = expected @ variables["SeparableConv2d/pointwise_weights"][0, 0] + variables["SeparableConv2d/biases"]
    assert relative_error(separable, np.maximum(expected, 0)) <= LAW
    expected = reference.depthwise(X, variables["SeparableConv2d_1/depthwise_weights"], *ONES)
    assert relative_error(planes, expected + variables["SeparableConv2d_1/biases"]) <= LAW
    expected = X @ variables["fully_connected/weights"] + variables["fully_connected/biases"]
    assert relative_error(dense, expected) <= LAW
    kernel = np.tile(variables["ConvInPlane/weights"], (1, 1, 4, 1))
    assert relative_error(same, reference.depthwise(X, kernel, *ONES) + variables["ConvInPlane/biases"]) <= LAW


@pytest.mark.parametrize("x, has_bessel", [(FLAT, True), (X.astype("float32"), True), (X, False), (FLAT[None], False)])
def test_batch_norm_moves_averages_as_contrib_did(x, has_bessel):
    y, before, after = run(lambda x: layers.batch_norm(x, decay=0.9), x, after=["update_ops"])
    expected, moved = expected_of(x, before, "BatchNorm", momentum=0.9, has_bessel=has_bessel)
    law = tolerances.LAW[x.dtype.name]
    assert relative_error(y, expected) <= law and set(before) == {"BatchNorm/beta", *moved}
    assert max(relative_error(after[name], moved[name]) for name in moved) <= law


@pytest.mark.parametrize("collections", [None, "mine"])
def test_updates_go_where_they_are_sent(collections):
    def build(x):
        y = layers.batch_norm(x, decay=0.9, updates_collections=collections)
        assert tf.get_collection(tf.GraphKeys.UPDATE_OPS) == []
        return y

    _, before, after = run(build, FLAT, after=[collections] if collections else [])
    _, moved = expected_of(FLAT, before, "BatchNorm", momentum=0.9, has_bessel=True)
    assert max(relative_error(after[name], moved[name]) for name in moved) <= tolerances.LAW["float32"]


@pytest.mark.parametrize("layer, axes, epsilon, groups", [
    (lambda x: layers.layer_norm(x), (1, 2, 3), 1e-12, None),
    (lambda x: layers.layer_norm(x, begin_norm_axis=-1), (3,), 1e-12, None),
    (lambda x: layers.instance_norm(x), (1, 2), 1e-6, None),
    (lambda x: tf.transpose(layers.instance_norm(tf.transpose(x, (0, 3, 1, 2)), data_format="NCHW"), (0, 2, 3, 1)),
     (1, 2), 1e-6, None),
    (lambda x: layers.group_norm(x, groups=2), (1, 2, 4), 1e-6, 2),
    (lambda x: tf.transpose(layers.group_norm(tf.transpose(x, (0, 3, 1, 2)), groups=2, channels_axis=1,
                                              reduction_axes=(2, 3)), (0, 2, 3, 1)), (1, 2, 4), 1e-6, 2),
])
def test_normalisations_over_their_axes(layer, axes, epsilon, groups):
    y, variables, _ = run(layer, X)
    beta, gamma = (next(value for name, value in variables.items() if name.endswith(end)) for end in ("beta", "gamma"))
    x = X.reshape(2, 6, 7, groups, -1) if groups else X
    mean, deviation = x.mean(axes, keepdims=True), np.sqrt(x.var(axes, keepdims=True) + epsilon)
    assert relative_error(y, ((x - mean) / deviation).reshape(X.shape) * gamma + beta) <= LAW


def test_names_and_scopes_are_those_of_contrib():
    def build(x):
        with tf.variable_scope("net"):
            y = layers.conv2d(x, 3, 3, normalizer_fn=layers.batch_norm, normalizer_params={"scale": True})
            y = layers.repeat(y, 2, layers.conv2d, 3, 1, biases_initializer=None, scope="deep")
            layers.stack(layers.flatten(y), layers.fully_connected, [5, (2,)], biases_initializer=None)
        layers.conv2d(x, 3, 3, scope="net/Conv", reuse=True, normalizer_fn=None, biases_initializer=None)

    assert names(build, (2, 6, 7, 4)) == [
        "net/Conv/weights", "net/Conv/BatchNorm/gamma", "net/Conv/BatchNorm/beta", "net/Conv/BatchNorm/moving_mean",
        "net/Conv/BatchNorm/moving_variance", "net/deep/deep_1/weights", "net/deep/deep_2/weights",
        "net/Stack/fully_connected_1/weights", "net/Stack/fully_connected_2/weights",
    ]


def test_variables_and_outputs_are_collected():
    with tf.Graph().as_default():
        y = layers.conv2d(X, 3, 3, scope="c", variables_collections={"weights": ["w"], "biases": ["b", "w"]},
                          outputs_collections="ends", weights_regularizer=layers.l2_regularizer(0.1))
        layers.batch_norm(y, scope="n", variables_collections=["n"], trainable=False)
        found = {key: [each.op.name for each in tf.get_collection(key)] for key in
                 ("w", "b", "n", tf.GraphKeys.MODEL_VARIABLES, tf.GraphKeys.TRAINABLE_VARIABLES)}
        assert found == {
            "w": ["c/weights", "c/biases"], "b": ["c/biases"],
            "n": ["n/beta", "n/moving_mean", "n/moving_variance"], "trainable_variables": ["c/weights", "c/biases"],
            "model_variables": ["c/weights", "c/biases", "n/beta", "n/moving_mean", "n/moving_variance"],
        }
        assert tf.contrib.slim.utils.convert_collection_to_dict("ends") == {"c": y}
        assert len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == 1


def test_layers_without_weights():
    def build(x):
        return (layers.max_pool2d(x, 3), layers.avg_pool2d(x, (2, 3), 1, "SAME"), layers.flatten(x),
                layers.dropout(x, is_training=False), layers.one_hot_encoding([2, 0], 3), layers.unit_norm(x, 3),
                layers.maxout(x, 2), layers.softmax(x), layers.bias_add(x, scope="b"),
                tf.gradients(layers.scale_gradient(x, 3.0), x)[0])

    values, variables, _ = run(build, X)
    exponentials = np.exp(X)
    expected = [
        reference.pooled(X, (3, 3), (2, 2), "valid", "max"), reference.pooled(X, (2, 3), (1, 1), "same", "average"),
        X.reshape(2, -1), X, np.eye(3)[[2, 0]], X / np.sqrt(1e-7 + (X**2).sum(3, keepdims=True)),
        X.reshape(2, 6, 7, 2, 2).max(-1), exponentials / exponentials.sum(-1, keepdims=True), X + variables["b/biases"],
        np.full_like(X, 3.0),
    ]
    assert relative_error(list(values), expected) <= LAW


@pytest.mark.parametrize("settings, n, limit", [
    ({"mode": "FAN_IN", "uniform": True}, 9 * 80, lambda n: np.sqrt(6 / n)),
    ({"mode": "FAN_OUT", "factor": 1.0}, 9 * 320, lambda n: 2 * np.sqrt(1.3 / n)),
    ({"mode": "FAN_AVG"}, 9 * 200, lambda n: 2 * np.sqrt(2.6 / n)),
])
def test_initialisers_have_contribs_limits(settings, n, limit):
    value = np.abs(layers.variance_scaling_initializer(seed=1, **settings)((3, 3, 80, 320)))
    assert 0.999 * limit(n) <= value.max() <= limit(n)


def test_regularisers_sum_what_they_say():
    x = np.array([1.0, -3.0])
    values = [regularizer(tf.constant(x)) for regularizer in (
        layers.l1_regularizer(0.5), layers.l2_regularizer(0.5), layers.l1_l2_regularizer(1.0, 2.0),
        layers.sum_regularizer([layers.l1_regularizer(1.0), None, layers.l2_regularizer(0.0)]))]
    assert [float(value) for value in values] == [2.0, 2.5, 14.0, 4.0]
    assert layers.l2_regularizer(0.0)(x) is None and layers.sum_regularizer([None]) is None


@pytest.mark.parametrize("call, error, message", [
    (lambda x: layers.conv1d(x, 3, 3), ValueError, "convolution1d: expected an input of rank 3. Received shape"),
    (lambda x: layers.conv2d(x, 3, 3, data_format="HWC"), ValueError, "Received data_format='HWC'"),
    (lambda x: layers.conv2d(x, 3, 3, weight_decay=1), TypeError, "convolution: got an unexpected.*'weight_decay'"),
    (lambda x: layers.batch_norm(x, zero_debias_moving_mean=True), NotImplementedError, "zero_debias_moving_mean=True"),
    (lambda x: layers.group_norm(x, groups=3), ValueError, "to divide the 4 channels. Received groups=3"),
    (lambda x: layers.maxout(x, 3), ValueError, "Received num_units=3 and 4 channels"),
    (lambda x: layers.layer_norm(x, begin_norm_axis=4), ValueError, "below the rank 4. Received 4"),
    (lambda x: layers.l2_regularizer(1), ValueError, "l2_regularizer: expected a real scale.*Received scale=1"),
    (lambda x: layers.l1_regularizer(-1.0), ValueError, "Received scale=-1.0"),
    (lambda x: layers.variance_scaling_initializer(mode="fan_in"), ValueError, "Received mode='fan_in'"),
    (lambda x: layers.xavier_initializer(dtype="int32"), TypeError, "Received dtype='int32'"),
    (lambda x: layers.stack(x, layers.conv2d, 3), TypeError, "stack_args as a list. Received 3"),
    (lambda x: layers.apply_regularization(layers.l2_regularizer(1.0)), ValueError, "weights to regularise. Received"),
])
def test_bad_input_is_answered(call, error, message):
    with tf.Graph().as_default(), pytest.raises(error, match=message):
        call(tf.constant(X))
