"""The legacy convolution: golden outputs and gradients, small images, initial values, the chain of convolutions."""

import numpy as np
import pytest
import tensorflow as tf
import tolerances
from compat.real_nvp.scripts import MODES, cases, golden_gradients, gradients_error, run, with_gradients
from golden_files import load
from laws import relative_error

from tfconvkit.compat.real_nvp import batch_norm, conv_layer, convnet

GOLDEN = cases("conv_layer")
CONVOLUTIONS = [name for name, case in GOLDEN.items() if "stride" in case.settings]


def layer_of(golden):
    settings, shape = golden.settings, golden.variables["c/weights"].shape
    return lambda x: conv_layer(
        x,
        list(shape[:2]),
        shape[2],
        shape[3],
        "c",
        strides=[1, settings["stride"], settings["stride"], 1],
        padding="VALID" if settings["valid"] else "SAME",
        nonlinearity=tf.nn.relu if settings["relu"] else None,
        **{name: settings[name] for name in ("bias", "weight_norm", "scale")},
    )


@pytest.mark.parametrize("mode", ["graph", "eager"])
@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_outputs_and_gradients_equal_the_legacy_ones(name, mode):
    golden = GOLDEN[name]
    expected = golden.results["f"]
    build = with_gradients(layer_of(golden), lambda y: tf.reduce_sum(y * expected["cotangent"]))
    (y, gradients), _ = run(mode, build, [golden.inputs["x"]], golden.variables)
    assert relative_error(y, expected["y"]) <= tolerances.GOLDEN_FLOW
    assert relative_error(gradients.pop("x"), expected["grad_x"]) <= tolerances.GOLDEN_FLOW
    assert set(gradients) == set(golden.variables)
    assert gradients_error(gradients, golden_gradients(expected)) <= tolerances.GOLDEN_FLOW


@pytest.mark.parametrize("mode", MODES)
def test_images_smaller_than_the_kernel_are_convolved(mode):
    golden = GOLDEN["small_2x2_k3"]
    y, _ = run(
        mode, lambda x: conv_layer(x, [3, 3], 3, 4, "c", weight_norm=True), [golden.inputs["x"]], golden.variables
    )
    assert relative_error(y, golden.results["f"]["y"]) <= tolerances.GOLDEN_FLOW


def test_initial_values_are_the_legacy_ones():
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        settings = {"stddev": 0.5, "bias": True, "weight_norm": True, "scale": True}
        conv_layer(tf.ones((1, 4, 4, 3)), [3, 3], 3, 4, "c", **settings)
        session.run(tf.compat.v1.global_variables_initializer())
        weights, magnitude, biases = session.run(tf.compat.v1.global_variables())
    assert np.abs(weights).max() <= 0.5 and np.abs(weights).max() > 0.4
    np.testing.assert_array_equal(biases, np.zeros(4))
    expected = load("conv_layer", area="flow")["init|magnitude_stddev0.5_3x3x3x4"]
    assert relative_error(magnitude, expected) <= tolerances.GOLDEN_FLOW


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("use_batch_norm", [True, False])
def test_a_chain_is_its_convolutions_one_after_the_other(use_batch_norm, mode):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(2, 5, 4, 3)).astype("float32")

    def chained(x):
        return convnet(x, 3, [4, 5], [[3, 3], [1, 1], [3, 1]], 2, "net", use_batch_norm=use_batch_norm)

    def by_hand(x):
        with tf.compat.v1.variable_scope("net"):
            for k, (size, dims) in enumerate((([3, 3], (3, 4)), ([1, 1], (4, 5)))):
                x = conv_layer(x, size, *dims, f"h_{k}", bias=not use_batch_norm)
                x = batch_norm(x, dims[1], f"bn_{k}", axes=[0, 1, 2]) if use_batch_norm else x
                x = tf.nn.relu(x)
            return conv_layer(x, [3, 1], 5, 2, "out")

    shapes = {"h_0/weights": (3, 3, 3, 4), "h_1/weights": (1, 1, 4, 5), "out/weights": (3, 1, 5, 2)}
    shapes |= {"h_0/biases": 4, "h_1/biases": 5} if not use_batch_norm else {
        f"bn_{k}/{name}": () if name == "step" else 4 + k
        for k in (0, 1) for name in ("var", "mean", "step", "gamma", "beta")
    }
    variables = {f"net/{name}": np.float32(rng.uniform(0.5, 1, size=shape)) for name, shape in shapes.items()}
    (y, after), (expected, _) = (run(mode, build, [x], variables) for build in (chained, by_hand))
    np.testing.assert_array_equal(y, expected)
    assert not use_batch_norm or after["net/bn_1/step"] == variables["net/bn_1/step"] + np.float32(1)


def test_a_wrong_number_of_sizes_is_answered():
    with tf.Graph().as_default(), pytest.raises(ValueError, match='convnet "net": .*Received 1 sizes for 1 hidden'):
        convnet(tf.ones((1, 4, 4, 3)), 3, [4], [[3, 3]], 2, "net")
