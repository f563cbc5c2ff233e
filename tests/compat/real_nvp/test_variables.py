"""Weights by their legacy names outside graphs: found again, started from values, saved, traced once."""

import numpy as np
import pytest
import tensorflow as tf

from tfconvkit.compat.real_nvp import VariableStore, batch_norm, conv_layer, variable_on_cpu


def convolved(x, dim_out=4):
    return conv_layer(x, [3, 3], 3, dim_out, "h", bias=True)


def test_weights_are_found_again_in_the_next_call():
    store, x = VariableStore(), tf.ones((1, 4, 4, 3))
    results = []
    for _ in range(2):
        with store.scope("model"):
            results.append(convolved(x))
    np.testing.assert_array_equal(*results)
    assert list(store.weights) == ["model/h/weights", "model/h/biases"]
    assert [variable.name for variable in store.weights.values()] == ["model/h/weights:0", "model/h/biases:0"]


def test_values_start_the_weights_in_scopes_within_scopes():
    values = {"a/b/h/weights": np.ones((3, 3, 3, 4)), "a/b/h/biases": np.arange(4.0), "unused": 0.0}
    store = VariableStore(values)
    with tf.compat.v1.variable_scope("a"), store.scope("b"):
        y = convolved(tf.ones((1, 3, 3, 3)))
    np.testing.assert_array_equal(y[0, 1, 1], 27 + np.arange(4))
    assert "unused" not in store.weights


def test_moving_statistics_are_not_trainable():
    store = VariableStore()
    with store.scope():
        batch_norm(tf.constant([[1.0], [3.0]]), 1, "bn")
    assert sorted(variable.name for variable in store.trainable_variables) == ["bn/beta:0", "bn/gamma:0"]
    assert len(store.variables) == 5 and store.weights["bn/step"] == 1


def test_a_function_traced_anew_keeps_its_weights():
    store = VariableStore()

    @tf.function
    def call(x):
        with store.scope():
            return convolved(x)

    for size in (4, 5):
        first, second = call(tf.ones((1, size, size, 3))), call(tf.ones((1, size, size, 3)))
        np.testing.assert_array_equal(first, second)
    assert len(store.variables) == 2


def test_a_compiled_function_computes_the_same():
    store, x = VariableStore(), tf.random.stateless_normal((2, 4, 4, 3), (1, 2))

    def call(x):
        with store.scope():
            return convolved(x)

    np.testing.assert_allclose(tf.function(call, jit_compile=True)(x), call(x), atol=1e-6)


def test_the_store_is_saved_and_restored_by_tensorflow(tmp_path):
    stores, results = [VariableStore(), VariableStore()], []
    for store in stores:
        with store.scope():
            convolved(tf.ones((1, 4, 4, 3)))
    path = tf.train.Checkpoint(store=stores[0]).save(tmp_path / "checkpoint")
    tf.train.Checkpoint(store=stores[1]).restore(path).assert_consumed()
    for store in stores:
        with store.scope():
            results.append(convolved(tf.ones((1, 4, 4, 3))))
    np.testing.assert_array_equal(*results)


def test_a_checkpoint_of_an_old_script_starts_a_store(tmp_path):
    x = np.random.default_rng(0).normal(size=(1, 4, 4, 3)).astype("float32")
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        with tf.compat.v1.variable_scope("model"):
            y = convolved(tf.constant(x))
        session.run(tf.compat.v1.global_variables_initializer())
        path = tf.compat.v1.train.Saver().save(session, str(tmp_path / "model"))
        expected = session.run(y)
    reader = tf.train.load_checkpoint(path)
    with VariableStore({name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}).scope("model"):
        np.testing.assert_allclose(convolved(x), expected, atol=1e-6)


def test_a_graph_makes_its_variables_itself():
    with tf.Graph().as_default():
        variable = variable_on_cpu("count", [2], tf.compat.v1.constant_initializer(3.0), trainable=False)
        assert tf.compat.v1.global_variables() == [variable] and not tf.compat.v1.trainable_variables()
        assert (variable.op.name, variable.shape, variable.dtype) == ("count", (2,), tf.float32)


def test_an_eager_call_that_would_lose_its_weights_is_refused():
    with pytest.raises(RuntimeError, match='weight "h/weights".*Received an eager call'):
        convolved(tf.ones((1, 4, 4, 3)))


@pytest.mark.parametrize("values", [{}, {"h/weights": np.ones((3, 3, 3, 4))}])
def test_a_weight_of_another_shape_is_answered(values):
    store = VariableStore(values)
    with store.scope():
        if not values:
            convolved(tf.ones((1, 4, 4, 3)))
        with pytest.raises(ValueError, match=r'"h/weights" of shape \(3, 3, 3, 5\). Received shape \(3, 3, 3, 4\)'):
            convolved(tf.ones((1, 4, 4, 3)), dim_out=5)
