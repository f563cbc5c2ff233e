"""The multi-scale architecture: golden numbers of all recursion types, one step of training, the script's flag."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
import tolerances
from compat.real_nvp.scripts import cases, changed, golden_gradients, gradients_error, run
from laws import relative_error
from marks import slow_but

from tfconvkit.compat.real_nvp import (
    VariableStore,
    decoder,
    encoder,
    get_default_hparams,
    rec_masked_conv_coupling,
    standard_normal_ll,
)

v1 = tf.compat.v1
NAMES = ["8x8_s2", "8x8_s2_nobn", "8x8_s2_additive", "8x8_s1_step", "8x8_s2_rec1", "8x8_s2_rec3", "8x8_s2_rec4",
         "16x16_s3"]
FAST = ("8x8_s2", "8x8_s1_step", "8x8_s2_rec3")


def golden_of(name):
    return cases(f"multiscale_{name}")["m"]


def arguments_of(golden):
    hps = SimpleNamespace(**golden.settings)
    return {"hps": hps, "n_scale": hps.n_scale, "use_batch_norm": hps.use_batch_norm}


def per_sample(x):
    return tf.reduce_sum(x, (1, 2, 3))


def assert_after(after, golden, group):
    expected = golden.after.get(group, {})
    assert changed(after, golden.variables) == set(expected)
    for name, value in expected.items():
        assert relative_error(after[name], value) <= tolerances.GOLDEN_FLOW


def assert_group(mode, build, inputs, golden, group):
    """Compares all that a build returns, by name, and the variables that it changed."""
    prepare = None if group == "train_forward" else lambda x: encoder(x, **arguments_of(golden))
    results, after = run(mode, build, [inputs], golden.variables, prepare=prepare)
    for name, result in results.items():
        assert relative_error(result, golden.results[group][name]) <= tolerances.GOLDEN_FLOW
    assert_after(after, golden, group)


@pytest.mark.parametrize("name, mode", slow_but(FAST, [*((name, "eager") for name in NAMES), ("8x8_s2", "graph")]))
def test_the_encoder_equals_the_legacy_one(name, mode):
    golden = golden_of(name)

    def encoded(x, train):
        z, log_diff = encoder(x, train=train, **arguments_of(golden))
        log_diff_sum, prior_ll = per_sample(log_diff), per_sample(standard_normal_ll(z))
        return {"z": z, "log_diff": log_diff, "log_diff_sum": log_diff_sum, "prior_ll": prior_ll,
                "cost": -tf.reduce_mean(prior_ll + log_diff_sum)}

    for train, group in ((True, "train_forward"), (False, "eval_forward")):
        def build(x, train=train, group=group):
            return {key: value for key, value in encoded(x, train).items() if key in golden.results[group]}

        assert_group(mode, build, golden.inputs["x"], golden, group)


@pytest.mark.parametrize("name, mode", slow_but(FAST, [*((name, "eager") for name in NAMES), ("8x8_s1_step", "graph")]))
def test_the_decoder_equals_the_legacy_one(name, mode):
    golden = golden_of(name)
    codes = {
        "eval_decode_of_eval_z": (False, golden.results["eval_forward"]["z"]),
        "eval_decode_of_zs": (False, golden.inputs["zs"]),
        "train_decode_of_zs": (True, golden.inputs["zs"]),
    }
    for group, (train, z) in codes.items():
        def build(z, train=train, group=group):
            x, log_diff = decoder(z, train=train, **arguments_of(golden))
            results = {"x": x, "log_diff": log_diff, "log_diff_sum": per_sample(log_diff)}
            return {key: value for key, value in results.items() if key in golden.results[group]}

        assert_group(mode, build, z, golden, group)


def test_one_step_of_training_equals_the_legacy_one():
    golden = golden_of("8x8_s1_step")
    settings = golden.settings

    def build(x):
        z, log_diff = encoder(x, **arguments_of(golden))
        cost = -tf.reduce_mean(per_sample(standard_normal_ll(z)) + per_sample(log_diff))
        variables = v1.trainable_variables()
        penalised = [each for each in variables if "magnitude" in each.name or "rescaling_scale" in each.name]
        l2_reg = sum(tf.reduce_sum(tf.square(variable)) for variable in penalised)
        optimizer = v1.train.AdamOptimizer(settings["learning_rate"], beta1=0.9, beta2=0.999, epsilon=1e-8)
        gradients = v1.gradients(cost + settings["l2_coeff"] * l2_reg, variables)
        clipped, grad_norm = tf.clip_by_global_norm(gradients, settings["clip_norm"])
        by_name = {variable.op.name: value for variable, value in zip(variables, gradients, strict=True)}
        step = optimizer.apply_gradients(zip(clipped, variables, strict=True))
        return {"grad_norm": grad_norm, "l2_reg": l2_reg, "cost": cost}, by_name, step

    (scalars, gradients, _), after = run("graph", build, [golden.inputs["x"]], golden.variables)
    for name, value in scalars.items():
        assert relative_error(value, golden.results["train_forward"][name]) <= tolerances.GOLDEN_FLOW
    assert gradients_error(gradients, golden_gradients(golden.results["train_forward"])) <= tolerances.GOLDEN_FLOW
    assert_stepped(after, golden)


def assert_stepped(after, golden):
    """Adam divides by the gradient's size: where that is rounding error, so is the step's direction."""
    gradients = golden_gradients(golden.results["train_forward"])
    largest = max(np.abs(gradient).max() for gradient in gradients.values())
    for name, value in golden.after["adam_step"].items():
        vanishing = np.abs(gradients.get(name, largest)) < 1e-6 * largest
        assert np.abs(after[name] - value)[vanishing].max(initial=0) <= 2 * golden.settings["learning_rate"]
        difference = np.where(vanishing, 0, after[name] - value)
        assert np.abs(difference).max() <= tolerances.GOLDEN_FLOW * np.abs(value).max()


def test_training_goes_on_eagerly_with_the_variables_of_the_store():
    store, hps = VariableStore(), get_default_hparams().update_config("base_dim=4,residual_blocks=0")
    x = tf.random.stateless_normal((4, 4, 4, 2), (8, 9))
    optimizer = tf.keras.optimizers.Adam(1e-2)

    @tf.function
    def step(x):
        with store.scope("model"), tf.GradientTape() as tape:
            z, log_diff = encoder(x, hps, n_scale=1)
            cost = -tf.reduce_mean(per_sample(standard_normal_ll(z)) + per_sample(log_diff))
        return cost, tape.gradient(cost, store.trainable_variables)

    costs = []
    for _ in range(5):
        cost, gradients = step(x)
        optimizer.apply_gradients(zip(gradients, store.trainable_variables, strict=True))
        costs.append(float(cost))
    assert costs[-1] < costs[0]
    assert store.weights["model/scale_0/coupling_3/bn_out/step"] == 5


@pytest.mark.parametrize("recursion_type, factor", [(1, 4), (2, 2), (3, 1), (4, 1)])
def test_the_recursion_type_comes_from_the_flag_of_the_script(recursion_type, factor, monkeypatch):
    flag = SimpleNamespace(value=recursion_type)
    monkeypatch.setattr(v1.flags, "FLAGS", {"recursion_type": flag})
    hps = get_default_hparams().update_config("base_dim=2,residual_blocks=0")
    with tf.Graph().as_default():
        rec_masked_conv_coupling(tf.ones((2, 4, 4, 3)), hps, 0, n_scale=2)
        shapes = {each.op.name: each.shape for each in v1.global_variables()}
    assert shapes["scale_1/coupling_0/bn_in/beta"] == 3 * factor
    width = 2 if recursion_type == 4 else 4
    assert shapes["scale_1/coupling_0/resnet/h_0/weights"] == (3, 3, 2 * 3 * factor + 1, width)


def test_an_unknown_recursion_type_is_answered():
    hps = get_default_hparams()
    hps["recursion_type"] = 5
    with tf.Graph().as_default(), pytest.raises(ValueError, match=r"one of \(1, 2, 3, 4\). Received 5. Set it"):
        encoder(tf.ones((1, 4, 4, 3)), hps, n_scale=2)


def test_an_odd_size_is_answered():
    hps = get_default_hparams().update_config("base_dim=2,residual_blocks=0")
    with tf.Graph().as_default(), pytest.raises(ValueError, match=r"divisible by 2. Received shape \(1, 6, 5, 3\)"):
        encoder(tf.ones((1, 6, 5, 3)), hps, n_scale=2)
