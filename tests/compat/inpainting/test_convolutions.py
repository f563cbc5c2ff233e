"""The legacy convolutions: golden outputs and gradients, variable names, bad input."""

import numpy as np
import pytest
import tensorflow as tf
import tolerances
from compat.inpainting.scripts import MODES, output_and_gradients, run
from golden_files import load
from laws import relative_error

from tfconvkit.compat.inpainting import conv2d_spectral_norm, dis_conv, gen_conv, gen_deconv, kernel_spectral_norm, v1

CONVOLUTIONS = {
    "genconv_elu_s1": lambda x: gen_conv(x, 8, 3, name="c"),
    "genconv_elu_k5s1": lambda x: gen_conv(x, 8, 5, 1, name="c"),
    "genconv_elu_k3s2": lambda x: gen_conv(x, 8, 3, 2, name="c"),
    "genconv_elu_k3_rate2": lambda x: gen_conv(x, 8, 3, rate=2, name="c"),
    "genconv_elu_k3_rate4": lambda x: gen_conv(x, 4, 3, rate=4, name="c"),
    "genconv_relu_s1": lambda x: gen_conv(x, 6, 3, name="c", activation=tf.nn.relu),
    "genconv_cnum3_elu_ungated": lambda x: gen_conv(x, 3, 3, name="c"),
    "genconv_linear_cnum3": lambda x: gen_conv(x, 3, 3, name="c", activation=None),
    "genconv_symmetric": lambda x: gen_conv(x, 8, 3, name="c", padding="SYMMETRIC"),
    "genconv_symmetric_s2_rate1": lambda x: gen_conv(x, 8, 5, 2, name="c", padding="SYMMETRIC"),
    "gendeconv": lambda x: gen_deconv(x, 8, name="d"),
    "v1_genconv_elu": lambda x: v1.gen_conv(x, 8, 3, rate=2, name="c"),
    "snconv_k5s2_leaky": lambda x: dis_conv(x, 6, name="sn"),
}


def variables_of(golden):
    names = [key for key in golden if key.endswith(("__kernel", "__bias", "__u")) and not key.startswith("grad_")]
    return {name.replace("__", "/"): golden[name] for name in names}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_outputs_and_gradients_equal_the_legacy_ones(name, mode):
    golden = load(name, area="inpaint")
    build = output_and_gradients(CONVOLUTIONS[name], golden["grad_seed"])
    (result,), _ = run(mode, build, [golden["x"]], variables_of(golden))
    y, gradients = result
    assert relative_error(y, golden["y"]) <= tolerances.GOLDEN
    for variable, gradient in gradients.items():
        assert relative_error(gradient, golden[f"grad_{variable.replace('/', '__')}"]) <= tolerances.GOLDEN


@pytest.mark.parametrize("mode", MODES)
def test_the_power_iteration_goes_on_in_every_call(mode):
    golden = load("snconv_k5s2_leaky", area="inpaint")
    for calls in (1, 2):
        results, after = run(mode, lambda x: dis_conv(x, 6, name="sn"), [golden["x"]], variables_of(golden), calls)
        assert relative_error(after["sn/kernel_sn/u"], golden[f"u_after{calls}"]) <= tolerances.GOLDEN
    assert relative_error(results[1], golden["y_call2"]) <= tolerances.GOLDEN


def test_the_normalised_kernel_tends_to_largest_singular_value_one():
    golden = load("snconv_k5s2_leaky", area="inpaint")
    x = np.zeros((1, 25, 4, 1), "float32")

    def build(_):
        kernel = tf.compat.v1.get_variable("kernel", golden["sn__kernel"].shape)
        return kernel_spectral_norm(kernel)

    variables = {"kernel": golden["sn__kernel"], "kernel_sn/u": golden["sn__kernel_sn__u"]}
    results, _ = run("graph", build, [x], variables, calls=200)
    largest = np.linalg.svd(results[-1].reshape(-1, 6), compute_uv=False)[0]
    assert abs(largest - 1) <= tolerances.GOLDEN


def test_a_second_call_under_reuse_shares_the_weights():
    with tf.Graph().as_default():
        x = tf.ones((1, 8, 8, 3))
        with tf.compat.v1.variable_scope("net"):
            gen_conv(x, 4, 3, name="conv1"), dis_conv(x, 4)
        with tf.compat.v1.variable_scope("net", reuse=True):
            gen_conv(x, 4, 3, name="conv1"), dis_conv(x, 4)
        names = [variable.op.name for variable in tf.compat.v1.global_variables()]
        assert names == ["net/conv1/kernel", "net/conv1/bias", "net/conv/kernel", "net/conv/bias",
                         "net/conv/kernel_sn/u"]
        assert len(tf.compat.v1.trainable_variables()) == 4
        with pytest.raises(ValueError, match="already exists"), tf.compat.v1.variable_scope("net"):
            gen_conv(x, 4, 3, name="conv1")


def test_the_settings_of_the_normalised_convolution_are_those_of_tf_layers():
    with tf.Graph().as_default():
        x, collections = tf.ones((1, 8, 8, 3)), tf.compat.v1.GraphKeys
        y = conv2d_spectral_norm(
            x, 4, (3, 5), 2, "same", activation=tf.nn.relu, use_bias=False, trainable=False, dilation_rate=1,
            kernel_initializer=tf.compat.v1.ones_initializer(), kernel_regularizer=tf.reduce_sum,
            activity_regularizer=tf.reduce_mean, name="conv",
        )
        kernel, u = tf.compat.v1.global_variables()
        losses = tf.compat.v1.get_collection(collections.REGULARIZATION_LOSSES)
        assert (y.shape, kernel.shape, u.shape) == ((1, 4, 4, 4), (3, 5, 3, 4), (1, 4))
        assert (len(losses), tf.compat.v1.trainable_variables()) == (2, [])
        with tf.compat.v1.Session() as session:
            session.run(tf.compat.v1.global_variables_initializer())
            assert session.run(losses[0]) == 180 and (session.run(y) >= 0).all()
            assert np.abs(session.run(y)).max() > 0


def test_eager_calls_keep_their_weights_through_a_custom_getter():
    kept = {}

    def keep(getter, name, *args, **kwargs):
        if name not in kept:
            kept[name] = getter(name, *args, **kwargs)
        return kept[name]

    def call():
        with tf.compat.v1.variable_scope("net", custom_getter=keep):
            return dis_conv(gen_conv(tf.ones((1, 8, 8, 3)), 4, 3), 4, name="dis")

    first, u = call(), kept.get("net/dis/kernel_sn/u").numpy()
    second = call()
    assert len(kept) == 5 and np.any(kept["net/dis/kernel_sn/u"] != u) and np.any(first != second)


@pytest.mark.parametrize("call", [lambda x: gen_conv(x, 4, 3), lambda x: dis_conv(x, 4)])
def test_an_eager_call_that_would_lose_its_weights_is_refused(call):
    with pytest.raises(RuntimeError, match='weight "conv/kernel".*Received an eager call.*wrap_function'):
        call(tf.ones((1, 8, 8, 3)))


@pytest.mark.parametrize("call, message", [
    (lambda x: gen_conv(x, 4, 3, padding="VALID"), '"SAME" or "SYMMETRIC" or "REFLECT". Received padding=\'VALID\''),
    (lambda x: gen_conv(x, 5, 3, name="c1"), 'gen_conv "c1": cnum must be even.*Received cnum=5. Double'),
    (lambda x: gen_deconv(x, 7, name="up"), 'gen_conv "up_conv": cnum must be even'),
])
def test_bad_input_is_answered(call, message):
    with tf.Graph().as_default(), pytest.raises(ValueError, match=message):
        call(tf.ones((1, 8, 8, 3)))


def test_channels_first_is_refused_with_the_remedy():
    with tf.Graph().as_default(), pytest.raises(NotImplementedError, match="'channels_first'. Transpose"):
        conv2d_spectral_norm(tf.ones((1, 3, 8, 8)), 4, 3, data_format="channels_first")
