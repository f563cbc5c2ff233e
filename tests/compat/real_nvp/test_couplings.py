"""The legacy couplings: golden numbers in all directions, gradients, moving statistics, laws, bad input."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
import tolerances
from compat.real_nvp.scripts import MODES, cases, changed, golden_gradients, gradients_error, run, with_gradients
from laws import relative_error

from tfconvkit.compat.real_nvp import (
    VariableStore,
    conv_ch_add_coupling,
    conv_ch_aff_coupling,
    conv_ch_coupling,
    masked_conv_add_coupling,
    masked_conv_aff_coupling,
    masked_conv_coupling,
)

GOLDEN = {**cases("coupling_masked"), **cases("coupling_channel")}
FUNCTIONS = {
    (True, True): masked_conv_aff_coupling,
    (True, False): masked_conv_add_coupling,
    (False, True): conv_ch_aff_coupling,
    (False, False): conv_ch_add_coupling,
}


# Every case in a graph and eagerly, one of the two being a slow test; two cases in all modes.
TRAINED = [(name, mode) for k, name in enumerate(GOLDEN) for mode in (MODES if k in (0, 10) else ("graph", "eager"))]
IN_TURN = {name: ("graph", "eager")[k % 2] for k, name in enumerate(GOLDEN)}


def slow_unless_in_turn(rows):
    return [pytest.param(*row, marks=() if IN_TURN[row[0]] == row[1] else pytest.mark.slow) for row in rows]


def coupling_of(golden, **direction):
    settings = dict(golden.settings)
    function = FUNCTIONS["mask_in" in settings, settings.pop("affine")]
    return lambda x: function(x, name="c", **settings, **direction)


def prepare(golden):
    return coupling_of(golden, train=True)


def assert_after(after, golden, group):
    expected = golden.after.get(group, {})
    assert changed(after, golden.variables) == set(expected)
    for name, value in expected.items():
        assert relative_error(after[name], value) <= tolerances.GOLDEN_FLOW


@pytest.mark.parametrize("name, mode", slow_unless_in_turn(TRAINED))
def test_training_equals_the_legacy_code_with_gradients_and_moving_statistics(name, mode):
    golden = GOLDEN[name]
    expected = golden.results["train_forward"]
    build = with_gradients(
        coupling_of(golden, train=True),
        lambda outputs: tf.reduce_sum(outputs[0] * expected["cotangent_y"]) - tf.reduce_sum(outputs[1]),
    )
    ((y, log_diff), gradients), after = run(mode, build, [golden.inputs["x"]], golden.variables)
    assert relative_error(y, expected["y"]) <= tolerances.GOLDEN_FLOW
    assert relative_error(log_diff, expected["log_diff"]) <= tolerances.GOLDEN_FLOW
    assert relative_error(gradients.pop("x"), expected["grad_x"]) <= tolerances.GOLDEN_FLOW
    assert gradients_error(gradients, golden_gradients(expected)) <= tolerances.GOLDEN_FLOW
    assert_after(after, golden, "train_forward")


@pytest.mark.parametrize("name, mode", slow_unless_in_turn(itertools.product(GOLDEN, ("graph", "eager"))))
def test_evaluation_and_both_reversals_equal_the_legacy_code(name, mode):
    golden = GOLDEN[name]
    x, forward = golden.inputs["x"], golden.results["eval_forward"]
    directions = {
        "eval_forward": ({"train": False}, x),
        "eval_inverse_of_eval_forward": ({"train": False, "reverse": True}, forward["y"]),
        "train_reverse_of_x": ({"train": True, "reverse": True}, x),
    }
    for group, (direction, inputs) in directions.items():
        expected = golden.results[group]
        (result, log_diff), after = run(
            mode, coupling_of(golden, **direction), [inputs], golden.variables, prepare=prepare(golden)
        )
        assert relative_error(result, expected["y" if "y" in expected else "x"]) <= tolerances.GOLDEN_FLOW
        assert relative_error(log_diff, expected["log_diff"]) <= tolerances.GOLDEN_FLOW
        assert_after(after, golden, group)


@pytest.mark.parametrize("name", GOLDEN)
def test_evaluation_reversed_undoes_evaluation_in_float64(name):
    golden = GOLDEN[name]
    store = VariableStore(golden.variables)
    x = golden.inputs["x"].astype("float64")
    with store.scope():
        y, log_diff = coupling_of(golden, train=False)(x)
        back, negative = coupling_of(golden, train=False, reverse=True)(y)
    assert relative_error(back, x) <= tolerances.LAW["float64"]
    np.testing.assert_allclose(-negative, log_diff, atol=tolerances.LAW["float64"])


@pytest.mark.parametrize("name", ["aff_bn1_maskin1_uw1_uh1_mch1", "aff_bn0_changebottom1"])
def test_the_logarithms_of_the_derivatives_add_up_to_that_of_the_jacobian(name):
    golden = GOLDEN[name]
    x = tf.constant(golden.inputs["x"][:1].astype("float64"))
    with VariableStore(golden.variables).scope(), tf.GradientTape() as tape:
        tape.watch(x)
        y, log_diff = coupling_of(golden, train=False)(x)
        y = tf.reshape(y, [-1])
    jacobian = np.reshape(tape.jacobian(y, x), (x.shape.num_elements(), -1))
    assert abs(np.linalg.slogdet(jacobian)[1] - np.sum(log_diff)) <= tolerances.LOG_DET


@pytest.mark.parametrize("use_aff", [True, False])
def test_the_general_names_choose_the_coupling(use_aff):
    x = np.random.default_rng(6).normal(size=(2, 4, 4, 4)).astype("float32")
    settings = {"dim": 4, "name": "c", "residual_blocks": 1}
    pairs = [
        (masked_conv_coupling, FUNCTIONS[True, use_aff], {"mask_in": 1.0, "use_width": 0.0, **settings}),
        (conv_ch_coupling, FUNCTIONS[False, use_aff], {"change_bottom": False, **settings}),
    ]
    for general, special, arguments in pairs:
        store = VariableStore()
        with store.scope():
            results = general(x, use_aff=use_aff, **arguments), special(x, **arguments)
        np.testing.assert_array_equal(*(y for y, _ in results))
        assert ("c/rescaling_scale" in store.weights or "c/scale" in store.weights) == use_aff


def test_a_mask_may_differ_from_sample_to_sample():
    x = np.random.default_rng(7).normal(size=(2, 4, 4, 3)).astype("float32")
    mask_in = np.stack([np.zeros((4, 4)), np.ones((4, 4))])

    def coupling(x, mask_in):
        return masked_conv_coupling(x, mask_in, 4, "c", use_batch_norm=False, residual_blocks=1)[0]

    with VariableStore({"c/scale_shift": 0.5}).scope():
        both = coupling(x, mask_in)
        one_by_one = tf.concat([coupling(x[:1], 0.0), coupling(x[1:], 1.0)], 0)
    assert relative_error(both, one_by_one) <= tolerances.SAME_LAYER
    assert np.all((both == x).numpy().sum((1, 2)) == 8)


@pytest.mark.parametrize("arguments", [{"train": False}, {"reverse": True}])
def test_evaluation_before_training_is_refused_in_a_graph(arguments):
    with tf.Graph().as_default(), pytest.raises(ValueError, match="c/bn_in/var does not exist"):
        masked_conv_coupling(tf.ones((1, 4, 4, 3)), 1.0, 4, "c", **arguments)


def test_an_odd_number_of_channels_is_answered():
    with tf.Graph().as_default(), pytest.raises(ValueError, match=r'"c": .*even.*\(1, 4, 4, 3\). Squeeze first'):
        conv_ch_coupling(tf.ones((1, 4, 4, 3)), 4, "c")
