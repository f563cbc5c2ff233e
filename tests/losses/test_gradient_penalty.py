import keras
import numpy as np
import pytest
import tolerances
from backends.running import graph
from golden_files import load
from laws import gradients, relative_error

from tfconvkit import losses

GOLDEN = load("losses", area="inpaint")


def critic(x):
    return keras.ops.sum(keras.ops.tanh(x * keras.ops.convert_to_tensor(GOLDEN["gp_w"])), axis=(1, 2, 3))


@pytest.mark.parametrize("name, mask", [("gp_nomask", None), ("gp_masked", GOLDEN["gp_mask"])])
def test_values_are_those_of_the_legacy_code(name, mask):
    assert relative_error(losses.gradient_penalty(critic, GOLDEN["itp_out"], mask), GOLDEN[name]) <= tolerances.GOLDEN


@pytest.mark.parametrize("jit_compile", (False, True))
def test_the_penalty_reaches_the_weights_of_the_critic(jit_compile):
    """`(2 ||w|| / 3 - 1)^2` for the critic `2 w x / 3` has the gradient `4 (2 ||w|| / 3 - 1) w / (3 ||w||)`."""
    dense = keras.layers.Dense(1, use_bias=False)
    dense.build((None, 4))

    def gradient(x):
        return gradients(lambda: losses.gradient_penalty(lambda v: 2 / 3 * dense(v), x), (), [dense.kernel])[0]

    w = keras.ops.convert_to_numpy(dense.kernel)
    norm = np.linalg.norm(w)
    expected = 4 / 3 * (2 / 3 * norm - 1) * w / norm
    found = graph(gradient, jit_compile)(np.ones((3, 4), "float32"))
    assert relative_error(found, expected) <= tolerances.LAW["float32"]


def test_a_flat_critic_has_penalty_1_and_finite_gradients():
    dense = keras.layers.Dense(1, kernel_initializer="zeros")
    x = np.ones((3, 4), "float32")
    assert abs(float(losses.gradient_penalty(dense, x)) - 1) <= 1e-5
    (gradient,) = gradients(lambda: losses.gradient_penalty(dense, x), (), [dense.kernel])
    assert np.isfinite(keras.ops.convert_to_numpy(gradient)).all()
