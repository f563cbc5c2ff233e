import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from golden_files import load
from laws import relative_error

from tfconvkit import losses

GOLDEN = load("losses", area="inpaint")


def critic(x):
    return keras.ops.sum(keras.ops.tanh(x * GOLDEN["gp_w"]), axis=(1, 2, 3))


@pytest.mark.parametrize("name, mask", [("gp_nomask", None), ("gp_masked", GOLDEN["gp_mask"])])
def test_values_are_those_of_the_legacy_code(name, mask):
    assert relative_error(losses.gradient_penalty(critic, GOLDEN["itp_out"], mask), GOLDEN[name]) <= tolerances.GOLDEN


@pytest.mark.parametrize("jit_compile", (False, True))
def test_the_penalty_reaches_the_weights_of_the_critic(jit_compile):
    """`(2 ||w|| / 3 - 1)^2` for the critic `2 w x / 3` has the gradient `4 (2 ||w|| / 3 - 1) w / (3 ||w||)`."""
    dense = keras.layers.Dense(1, use_bias=False)
    dense.build((None, 4))

    @tf.function(jit_compile=jit_compile)
    def gradient(x):
        with tf.GradientTape() as tape:
            penalty = losses.gradient_penalty(lambda value: 2 / 3 * dense(value), x)
        return tape.gradient(penalty, dense.kernel.value)

    w = keras.ops.convert_to_numpy(dense.kernel)
    norm = np.linalg.norm(w)
    expected = 4 / 3 * (2 / 3 * norm - 1) * w / norm
    assert relative_error(gradient(np.ones((3, 4), "float32")), expected) <= tolerances.LAW["float32"]


def test_a_flat_critic_has_penalty_1_and_finite_gradients():
    dense = keras.layers.Dense(1, kernel_initializer="zeros")
    x = np.ones((3, 4), "float32")
    with tf.GradientTape() as tape:
        penalty = losses.gradient_penalty(dense, x)
    assert abs(float(penalty) - 1) <= 1e-5
    assert np.isfinite(tape.gradient(penalty, dense.kernel.value)).all()
