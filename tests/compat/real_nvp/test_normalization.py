"""The legacy batch normalisations: golden numbers in training and evaluation, moving statistics, NaN."""

import numpy as np
import pytest
import tensorflow as tf
import tolerances
from compat.real_nvp.scripts import MODES, cases, changed, run, with_gradients
from laws import relative_error

from tfconvkit.compat.real_nvp import VariableStore, batch_norm, batch_norm_log_diff, stable_var

GOLDEN = cases("batch_norm")
AXES = [0, 1, 2]


def settings_of(golden):
    names = "scale", "bn_lag", "epsilon", "decay"
    return {"axes": AXES, **{name: golden.settings[name] for name in names if name in golden.settings}}


def assert_after(after, golden, group):
    expected = golden.after.get(group, {})
    assert changed(after, golden.variables) == set(expected)
    for name, value in expected.items():
        assert relative_error(after[name], value) <= tolerances.GOLDEN_FLOW


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", [name for name in GOLDEN if name.startswith("bn")])
def test_training_equals_the_legacy_code_with_gradient_and_moving_statistics(name, mode):
    golden = GOLDEN[name]
    expected = golden.results["train"]
    build = with_gradients(
        lambda x: batch_norm(x, 6, "bn", **settings_of(golden)),
        lambda y: tf.reduce_sum(y * expected["cotangent"]),
    )
    (y, gradients), after = run(mode, build, [golden.inputs["x"]], golden.variables)
    assert relative_error(y, expected["y"]) <= tolerances.GOLDEN_FLOW
    assert relative_error(gradients["x"], expected["grad_x"]) <= tolerances.GOLDEN_FLOW
    assert_after(after, golden, "train")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", [name for name in GOLDEN if name.startswith("bn")])
def test_evaluation_equals_the_legacy_code_and_updates_nothing(name, mode):
    golden = GOLDEN[name]
    y, after = run(
        mode, lambda x: batch_norm(x, 6, "bn", train=False, **settings_of(golden)), [golden.inputs["x"]],
        golden.variables,
    )
    assert relative_error(y, golden.results["eval"]["y"]) <= tolerances.GOLDEN_FLOW
    assert_after(after, golden, "eval")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("name", [name for name in GOLDEN if name.startswith("logdiff")])
def test_the_moments_for_couplings_equal_the_legacy_ones(name, train, mode):
    golden, group = GOLDEN[name], "train" if train else "eval"

    def moments(x, train=train):
        return batch_norm_log_diff(x, 6, "bn", train=train, **settings_of(golden))

    (mean, variance), after = run(mode, moments, [golden.inputs["x"]], golden.variables,
                                  prepare=None if train else lambda x: moments(x, train=True))
    expected = golden.results[group]
    assert relative_error(mean, expected["mean"]) <= tolerances.GOLDEN_FLOW
    assert relative_error(variance, expected["var"]) <= tolerances.GOLDEN_FLOW
    assert_after(after, golden, group)
    if train:
        y = (golden.inputs["x"] - mean) / np.sqrt(variance)
        assert relative_error(y, expected["y"]) <= tolerances.GOLDEN_FLOW
        assert relative_error(-0.5 * np.log(variance), expected["log_diff_channel"]) <= tolerances.GOLDEN_FLOW


def test_evaluation_before_training_is_refused_in_a_graph():
    with tf.Graph().as_default(), pytest.raises(ValueError, match="bn/var does not exist"):
        batch_norm_log_diff(tf.ones((2, 4)), 4, "bn", train=False)


def test_moving_statistics_that_would_become_nan_stop_the_run():
    store = VariableStore()
    with store.scope(), pytest.raises(tf.errors.InvalidArgumentError, match="NaN in moving mean"):
        batch_norm(tf.constant([[1.0], [np.nan]]), 1, "bn")
    assert store.weights["bn/mean"] == 0


def test_the_stable_variance_survives_squares_beyond_the_range_of_the_sum():
    x = np.random.default_rng(4).normal(size=(7, 3)).astype("float32")
    assert relative_error(stable_var(x), x.var(0)) <= tolerances.GOLDEN_FLOW
    assert relative_error(stable_var(x * 1e18) / 1e36, x.var(0)) <= tolerances.GOLDEN_FLOW
    np.testing.assert_array_equal(stable_var(np.ones((4, 2), "float32")), np.zeros(2))


def test_float64_stays_float64():
    x = np.random.default_rng(5).normal(size=(9, 2))
    store = VariableStore()
    with store.scope():
        y = batch_norm(x, 2, "bn", epsilon=0.0)
    assert relative_error(y, (x - x.mean(0)) / x.std(0)) <= tolerances.LAW["float64"]
