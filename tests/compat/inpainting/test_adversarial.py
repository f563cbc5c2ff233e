"""The losses and the gradient penalty of neuralgym: golden numbers, summaries, scopes."""

import numpy as np
import pytest
import tensorflow as tf
import tolerances
from compat.inpainting.scripts import MODES, run
from golden_files import load
from laws import relative_error

from tfconvkit.compat import inpainting

GOLDEN = load("losses", area="inpaint")
LOSSES = ("gan_hinge_loss", "gan_log_loss", "gan_ls_loss", "gan_wgan_loss")


@pytest.mark.parametrize("mode", (*MODES, "eager", "compiled"))
@pytest.mark.parametrize("name", LOSSES)
def test_losses_equal_the_legacy_ones(name, mode):
    function, inputs = getattr(inpainting, name), [GOLDEN["pos"], GOLDEN["neg"]]
    if mode in MODES:
        (losses,), _ = run(mode, function, inputs)
    else:
        losses = tf.function(function, jit_compile=True)(*inputs) if mode == "compiled" else function(*inputs)
    for loss, player in zip(losses, "gd", strict=True):
        assert relative_error(loss, GOLDEN[f"{name}_{player}"]) <= tolerances.GOLDEN


def test_gradients_of_the_hinge_loss_equal_the_legacy_ones():
    def build(pos, neg):
        return tf.compat.v1.gradients(inpainting.gan_hinge_loss(pos, neg)[1], [pos, neg])

    (gradients,), _ = run("graph", build, [GOLDEN["pos"], GOLDEN["neg"]])
    assert relative_error(gradients, [GOLDEN["hinge_d_grad_pos"], GOLDEN["hinge_d_grad_neg"]]) <= tolerances.GOLDEN


def test_the_target_of_least_squares_can_be_set():
    g, d = inpainting.gan_ls_loss(tf.constant([3.0]), tf.constant([1.0]), value=2.0)
    assert (float(g), float(d)) == (1.0, 1.0)


def penalty(x, y, alpha, w, mask=None):
    z = inpainting.random_interpolates(x, y, alpha)
    return z, inpainting.gradients_penalty(z, tf.reduce_sum(tf.tanh(z * w), axis=(1, 2, 3)), mask=mask)


@pytest.mark.parametrize("mode", (*MODES, "function"))
@pytest.mark.parametrize("key", ("gp_nomask", "gp_masked"))
def test_the_gradient_penalty_equals_the_legacy_one(key, mode):
    inputs = [GOLDEN[name] for name in ("itp_x", "itp_y", "itp_alpha", "gp_w")]
    mask = GOLDEN["gp_mask"] if key == "gp_masked" else None

    def build(*tensors):
        return penalty(*tensors, mask=mask)

    z, value = tf.function(build)(*inputs) if mode == "function" else run(mode, build, inputs)[0][0]
    assert relative_error(z, GOLDEN["itp_out"]) <= tolerances.GOLDEN
    assert relative_error(value, GOLDEN[key]) <= tolerances.GOLDEN


def test_interpolates_are_drawn_between_the_samples():
    x, y = tf.zeros((50, 4, 4, 1)), tf.ones((50, 4, 4, 1))
    drawn = inpainting.random_interpolates(x, y).numpy().reshape(50, -1)
    assert np.all(drawn == drawn[:, :1]) and drawn.min() >= 0 and drawn.max() < 1 and len(np.unique(drawn)) == 50


def test_losses_leave_their_summaries_in_the_graph():
    with tf.Graph().as_default():
        inpainting.gan_hinge_loss(tf.constant([0.5]), tf.constant([-2.0]))
        names = {each.op.name for each in tf.compat.v1.get_collection(tf.compat.v1.GraphKeys.SUMMARIES)}
    assert names == {f"gan_hinge_loss/{name}" for name in ("pos_hinge_avg", "neg_hinge_avg", "d_loss", "g_loss")}
