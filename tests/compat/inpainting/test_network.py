"""The whole network of version 2, written as an old script would write it: golden stages, variable names, Saver."""

import numpy as np
import pytest
import tensorflow as tf
import tolerances
from compat.inpainting.scripts import MODES, run
from golden_files import GOLDEN, load
from laws import relative_error

from tfconvkit.compat.inpainting import (
    contextual_attention,
    dis_conv,
    flatten,
    gen_conv,
    gen_deconv,
    resize_mask_like,
)

DISCRIMINATOR = "discriminator/sn_patch_gan"


@pytest.fixture(scope="module")
def variables():
    stored = load("deepfillv2_64x64_cnum8_vars", area="inpaint")
    return {name.replace("|", "/"): value for name, value in stored.items()}


@pytest.fixture(scope="module")
def numbers():
    return load("deepfillv2_64x64_cnum8_io", area="inpaint")


def encoder(x, prefix, widths, activation=tf.nn.elu):
    x = gen_conv(x, widths[0], 5, 1, name=f"{prefix}1")
    x = gen_conv(x, widths[1], 3, 2, name=f"{prefix}2_downsample")
    x = gen_conv(x, widths[2], 3, 1, name=f"{prefix}3")
    x = gen_conv(x, widths[3], 3, 2, name=f"{prefix}4_downsample")
    x = gen_conv(x, widths[4], 3, 1, name=f"{prefix}5")
    return gen_conv(x, widths[5], 3, 1, name=f"{prefix}6", activation=activation)


def dilated(x, cnum, prefix):
    for number, rate in ((7, 2), (8, 4), (9, 8), (10, 16)):
        x = gen_conv(x, cnum, 3, rate=rate, name=f"{prefix}{number}_atrous")
    return x


def decoder(x, cnum, prefix):
    x = gen_conv(x, 4 * cnum, 3, 1, name=f"{prefix}11")
    x = gen_conv(x, 4 * cnum, 3, 1, name=f"{prefix}12")
    x = gen_deconv(x, 2 * cnum, name=f"{prefix}13_upsample")
    x = gen_conv(x, 2 * cnum, 3, 1, name=f"{prefix}14")
    x = gen_deconv(x, cnum, name=f"{prefix}15_upsample")
    x = gen_conv(x, cnum // 2, 3, 1, name=f"{prefix}16")
    return tf.nn.tanh(gen_conv(x, 3, 3, 1, activation=None, name=f"{prefix}17"))


def inpaint_net(x, mask, cnum=8, reuse=False, training=True):
    xin = x
    ones = tf.ones_like(x)[:, :, :, 0:1]
    x = tf.concat([x, ones, ones * mask], axis=3)
    with tf.compat.v1.variable_scope("inpaint_net", reuse=reuse):
        x = encoder(x, "conv", [cnum, 2 * cnum, 2 * cnum, 4 * cnum, 4 * cnum, 4 * cnum])
        mask_s = resize_mask_like(mask, x)
        x_stage1 = decoder(dilated(x, 4 * cnum, "conv"), cnum, "conv")
        xnow = x_stage1 * mask + xin * (1 - mask)
        x_hallu = encoder(xnow, "xconv", [cnum, cnum, 2 * cnum, 2 * cnum, 4 * cnum, 4 * cnum])
        x_hallu = dilated(x_hallu, 4 * cnum, "xconv")
        x = encoder(xnow, "pmconv", [cnum, cnum, 2 * cnum, 4 * cnum, 4 * cnum, 4 * cnum], tf.nn.relu)
        x, flow = contextual_attention(x, x, mask_s, 3, 1, rate=2)
        x = gen_conv(x, 4 * cnum, 3, 1, name="pmconv9")
        pm = gen_conv(x, 4 * cnum, 3, 1, name="pmconv10")
        x_stage2 = decoder(tf.concat([x_hallu, pm], axis=3), cnum, "allconv")
    return x_stage1, x_stage2, flow


def sn_patch_gan(x, cnum=4, reuse=False):
    with tf.compat.v1.variable_scope("discriminator", reuse=reuse), tf.compat.v1.variable_scope("sn_patch_gan"):
        for number, times in enumerate((1, 2, 4, 4, 4, 4), 1):
            x = dis_conv(x, times * cnum, name=f"conv{number}")
        return flatten(x, name="flatten")


def of(variables, scope):
    return {name: value for name, value in variables.items() if name.startswith(scope)}


def check_stages(numbers, x_stage1, x_stage2, flow):
    assert relative_error([x_stage1, x_stage2], [numbers["x_stage1"], numbers["x_stage2"]]) <= tolerances.GOLDEN
    assert np.abs(flow - numbers["flow"]).max() <= 0.01


@pytest.mark.parametrize("mode", MODES)
def test_the_generator_gives_the_golden_stages(mode, variables, numbers):
    inputs = [numbers["incomplete"], numbers["mask"]]
    (stages,), _ = run(mode, inpaint_net, inputs, of(variables, "inpaint_net"))
    check_stages(numbers, *stages)
    complete = stages[1] * inputs[1] + inputs[0] * (1 - inputs[1])
    assert relative_error(complete, numbers["complete"]) <= tolerances.GOLDEN
    shown = np.clip((complete + 1) * np.float32(127.5), 0, 255).astype("uint8")[..., ::-1]
    # Truncation: a number just below a whole one may land on either side.
    assert np.abs(shown.astype(int) - numbers["output_u8_reversed"]).max() <= 1


def test_the_discriminator_gives_the_golden_scores_and_keeps_its_iteration(variables, numbers):
    (scores,), after = run("graph", sn_patch_gan, [numbers["disc_in"]], of(variables, DISCRIMINATOR))
    assert relative_error(scores, numbers["disc_out"]) <= tolerances.GOLDEN
    for name, value in of(variables, "after1call/").items():
        assert relative_error(after[name.removeprefix("after1call/")], value) <= tolerances.GOLDEN


def test_the_saver_restores_the_legacy_checkpoint(numbers):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        stages = inpaint_net(tf.constant(numbers["incomplete"]), tf.constant(numbers["mask"]))
        scores = sn_patch_gan(tf.constant(numbers["disc_in"]))
        tf.compat.v1.train.Saver().restore(session, str(GOLDEN / "inpaint" / "ckpt" / "snap-0"))
        *stages, scores = session.run([*stages, scores])
    check_stages(numbers, *stages)
    assert relative_error(scores, numbers["disc_out"]) <= tolerances.GOLDEN
