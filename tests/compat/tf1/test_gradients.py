"""`tf.gradients`: order, duplicates, None, sums over ys, weights; the golden numbers of the placeholder question."""

import numpy as np
import pytest
import tolerances
from golden_files import load
from laws import relative_error

import tfconvkit.compat.tf1 as tf

GOLDEN = load("tf_gradients", area="linear")


def asked(x, y, w, b, unused):
    """Returns what the golden file asks of `sum((x w + b - y)^2) / 2n`, by the names of its arrays."""
    prediction = x * w + b
    cost = tf.reduce_sum(tf.square(prediction - y)) / (2.0 * len(GOLDEN["X"]))
    connected = tf.gradients(cost, [w, unused, b])
    return {
        "grad_b_W": tf.gradients(cost, [b, w]), "grad_W_b_W": tf.gradients(cost, [w, b, w]),
        "grad_W_unused_b_without_none": [each for each in connected if each is not None],
        "grad_all_vars_zero": tf.gradients(cost, [w, unused], unconnected_gradients=tf.UnconnectedGradients.ZERO),
        "grad_sum_cost_2cost_W": tf.gradients([cost, 2.0 * cost], [w]),
        "grad_pred_W_grad_ys_Y": tf.gradients(prediction, [w], grad_ys=[y]),
        "grad_X": tf.gradients(cost, x)[0], "grad_Y": tf.gradients(cost, y)[0], "cost": cost,
    }, [each is None for each in connected]


@pytest.fixture(scope="module")
def answers():
    with tf.Graph().as_default(), tf.Session() as session:
        x, y = tf.placeholder(tf.float32, (17,)), tf.placeholder(tf.float32, (17,))
        w, b, unused = (tf.get_variable(name, (), initializer=tf.constant_initializer(value)) for name, value in
                        (("W", GOLDEN["W"]), ("b", GOLDEN["b"]), ("unused", 1.0)))
        fetches, is_none = asked(x, y, w, b, unused)
        session.run(tf.global_variables_initializer())
        values = session.run(fetches, {x: GOLDEN["X"], y: GOLDEN["Y"]})
        return {**values, "none_mask_W_unused_b": is_none}


@pytest.mark.parametrize("name", sorted(set(GOLDEN) - set("XYWbn") - {"none_mask_W_unused_b"}))
def test_gradients_are_the_golden_ones(answers, name):
    assert relative_error(np.array(answers[name]), GOLDEN[name]) <= tolerances.GOLDEN


def test_only_what_is_unconnected_is_none(answers):
    assert answers["none_mask_W_unused_b"] == GOLDEN["none_mask_W_unused_b"].tolist()


def test_global_variables_hold_no_placeholders():
    with tf.Graph().as_default():
        tf.placeholder(tf.float32, ()), tf.get_variable("v", ())
        assert [variable.op.name for variable in tf.global_variables()] == ["v"]
