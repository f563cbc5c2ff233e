"""Variables of `tf.layers`: reuse, scopes, collections, losses; in graphs, in tf.function and eagerly."""

import numpy as np
import pytest
import tensorflow
import tolerances
from compat.tf1.scripts import names
from laws import relative_error

import tfconvkit.compat.tf1 as tf
from tfconvkit.compat.real_nvp.variables import VariableStore

X = np.random.default_rng(4).normal(size=(2, 5)).astype("float32")


class Scale(tf.layers.Layer):
    """A layer as old scripts write them."""

    def build(self, input_shape):
        self.scale = self.add_variable("scale", shape=[input_shape[-1]], initializer=tf.ones_initializer())
        self.built = True

    def call(self, inputs):
        return self.scale * inputs


@pytest.mark.parametrize("reuse", [True, tf.AUTO_REUSE])
def test_reuse_finds_the_variables_of_a_name(reuse):
    with tf.Graph().as_default(), tf.Session() as session:
        one = tf.layers.dense(X, 3, name="d")
        other = tf.layers.dense(X, 3, name="d", reuse=reuse)
        session.run(tf.global_variables_initializer())
        assert len(tf.global_variables()) == 2 and np.array_equal(*session.run([one, other]))


def test_a_name_that_is_taken_is_refused_without_reuse():
    with tf.Graph().as_default():
        tf.layers.dense(X, 3, name="d")
        with pytest.raises(ValueError, match="d/kernel already exists"):
            tf.layers.dense(X, 3, name="d")
        with pytest.raises(ValueError, match="e/kernel does not exist"):
            tf.layers.dense(X, 3, name="e", reuse=True)


def test_a_scope_under_reuse_finds_its_unnamed_layers():
    def build(x):
        for reuse in (None, True):
            with tf.variable_scope("net", reuse=reuse):
                tf.layers.dense(tf.layers.dense(x, 5, use_bias=False), 5, use_bias=False)

    assert names(build, (2, 5)) == ["net/dense/kernel", "net/dense_1/kernel"]


def test_a_layer_object_shares_its_variables_and_numbers_its_scope():
    with tf.Graph().as_default():
        layer, other = tf.layers.Dense(3, name="d"), tf.layers.Dense(3, name="d")
        with pytest.raises(ValueError, match='Layer "d": expected a call before scope_name'):
            layer.scope_name  # noqa: B018
        layer(X), layer(X), other(X)
        assert [variable.op.name for variable in tf.global_variables()] == [
            "d/kernel", "d/bias", "d_1/kernel", "d_1/bias"]
        assert (layer.scope_name, other.name, layer.count_params()) == ("d", "d_1", 18)
        assert layer.variables == layer.trainable_weights == [layer.kernel, layer.bias]


def test_variables_that_are_not_trainable_are_in_no_trainable_collection():
    with tf.Graph().as_default():
        layer = tf.layers.Dense(3, trainable=False)
        layer(X)
        assert tf.trainable_variables() == layer.trainable_variables == []
        assert len(layer.non_trainable_variables) == len(tf.global_variables()) == 2


def test_a_layer_of_a_script_works():
    with tf.Graph().as_default(), tf.Session() as session:
        y = Scale(name="s")(X)
        session.run(tf.global_variables_initializer())
        assert np.array_equal(session.run(y), X) and tf.global_variables()[0].op.name == "s/scale"


def test_a_layer_that_asks_for_a_variable_in_every_call_shares_it():
    class Shift(tf.layers.Layer):
        def call(self, inputs):
            return inputs + tf.get_variable("shift", inputs.shape[1:])

    with tf.Graph().as_default():
        layer = Shift()
        layer(X), layer(X), Shift()(X)
        assert [variable.op.name for variable in tf.global_variables()] == ["shift/shift", "shift_1/shift"]


def test_regularizers_count_each_variable_once_and_outputs_each_time():
    with tf.Graph().as_default(), tf.Session() as session:
        settings = {"kernel_regularizer": tf.contrib.layers.l2_regularizer(0.5), "name": "d", "reuse": tf.AUTO_REUSE,
                    "activity_regularizer": lambda y: tf.reduce_sum(tf.abs(y))}
        y = tf.layers.dense(X, 3, **settings)
        tf.layers.dense(X, 3, **settings)
        losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
        assert [loss.op.name for loss in losses][:1] == ["d/kernel/Regularizer/l2_regularizer"] and len(losses) == 3
        session.run(tf.global_variables_initializer())
        kernel, output, *values = session.run([tf.global_variables()[0], y, *losses])
        expected = [np.sum(kernel**2) / 4, np.abs(output).sum() / 2, np.abs(output).sum() / 2]
        assert relative_error(np.array(values), np.array(expected)) <= tolerances.LAW["float32"]
        assert relative_error(session.run(tf.losses.get_regularization_loss()), sum(values)) <= (
            tolerances.LAW["float32"])


def test_constraints_hold_after_a_step():
    with tf.Graph().as_default(), tf.Session() as session:
        y = tf.layers.dense(X, 3, kernel_constraint=lambda w: tf.clip_by_value(w, -0.1, 0.1))
        step = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(y))
        session.run(tf.global_variables_initializer())
        session.run(step)
        assert np.abs(session.run(tf.trainable_variables()[0])).max() == np.float32(0.1)


def test_defaults_of_the_scope_hold():
    with tf.Graph().as_default(), tf.Session() as session:
        with tf.variable_scope("s", initializer=tf.constant_initializer(2.0)):
            tf.layers.dense(X, 3)
        session.run(tf.global_variables_initializer())
        kernel, bias = session.run(tf.global_variables())
        assert (kernel == 2).all() and (bias == 0).all()


def network(x):
    hidden = tf.layers.dense(x, 4, activation=tf.nn.relu)
    return tf.layers.dense(hidden, 3, name="out")


def test_a_store_keeps_the_variables_of_eager_calls_and_of_functions():
    store = VariableStore()

    def call(x):
        with store.scope("net"):
            return network(x)

    eager, again, traced = call(X), call(X), tensorflow.function(call)(X)
    assert list(store.weights) == ["net/dense/kernel", "net/dense/bias", "net/out/kernel", "net/out/bias"]
    assert np.array_equal(eager, again) and relative_error(traced, eager) <= tolerances.SAME_LAYER


def test_wrapped_functions_keep_their_variables():
    function = tf.wrap_function(network, [tensorflow.TensorSpec((None, 5), "float32")])
    assert len(function.variables) == 4 and np.array_equal(function(tf.constant(X)), function(tf.constant(X)))


def test_eager_layer_objects_own_their_variables():
    layer = tf.layers.Dense(3, kernel_regularizer=tf.contrib.layers.l2_regularizer(2.0))
    first = layer(X)
    assert np.array_equal(first, layer(X)) and len(layer.variables) == 2
    layer.kernel.assign(tf.ones_like(layer.kernel))
    assert float(layer.losses[0]) == 15
    assert relative_error(layer(X) - layer.bias, X.sum(-1, keepdims=True) * np.ones(3)) <= tolerances.LAW["float32"]


@pytest.mark.parametrize("call, name", [
    (lambda: tf.layers.dense(X, 3, name="d"), "d/kernel"),
    (lambda: tf.get_variable("v", ()), "v"),
    (lambda: tf.contrib.layers.fully_connected(X, 3), "weights"),
])
def test_eager_calls_that_would_lose_their_variables_are_refused(call, name):
    message = f'make "[^"]*{name}" in. Received an eager call.*tracks_variables.*custom_getter'
    with pytest.raises(RuntimeError, match=message):
        call()


def test_a_function_that_would_lose_its_variables_is_refused():
    def call(x):
        return tf.layers.dense(x, 3)

    with pytest.raises(RuntimeError, match=r'make "dense\w*/kernel" in. Received a tf.function.*custom_getter'):
        tensorflow.function(call)(X)


def test_a_function_keeps_named_variables_under_auto_reuse_and_those_of_layer_objects():
    def named(x):
        with tf.variable_scope("kept_by_the_process", reuse=tf.AUTO_REUSE):
            return tf.layers.dense(x, 3, name="d")

    for call in (named, tf.layers.Dense(3)):
        function = tensorflow.function(call)
        assert np.array_equal(function(X), function(X))
        assert relative_error(function(X[:1]), function(X)[:1]) <= tolerances.SAME_LAYER


def test_branches_of_the_graph_share_their_variables():
    with tf.Graph().as_default(), tf.Session() as session:
        is_training = tf.placeholder_with_default(True, ())
        y = tf.cond(is_training, lambda: tf.layers.dense(X, 3, name="d"),
                    lambda: -tf.layers.dense(X, 3, name="d", reuse=True))
        session.run(tf.global_variables_initializer())
        assert [variable.op.name for variable in tf.global_variables()] == ["d/kernel", "d/bias"]
        assert np.array_equal(session.run(y), -session.run(y, {is_training: False}))


@pytest.mark.parametrize("initializer, expected", [("ones", 1), (tf.zeros_initializer, 0), ("Zeros", 0)])
def test_names_and_classes_stand_for_their_functions(initializer, expected):
    with tf.Graph().as_default(), tf.Session() as session:
        y = tf.layers.dense(X, 3, "relu", kernel_initializer=initializer, kernel_regularizer="l2")
        session.run(tf.global_variables_initializer())
        kernel, output, loss = session.run([tf.global_variables()[0], y, tf.losses.get_regularization_loss()])
        assert (kernel == expected).all() and output.min() >= 0
        assert relative_error(loss, 0.15 * expected) <= tolerances.LAW["float32"]


def test_integers_have_no_weights_to_learn():
    with tf.Graph().as_default():
        for layer in (tf.layers.Dense(5), tf.layers.BatchNormalization(axis=[-1])):
            with pytest.raises(TypeError, match="expected inputs of floating point numbers. Received dtype int32"):
                layer(tf.ones((2, 3), tf.int32))
        assert tf.layers.BatchNormalization(axis=[3])(tf.ones((2, 4, 4, 3))).shape == (2, 4, 4, 3)
        with pytest.raises(ValueError, match=r"expected one axis. Received axis=\[1, 2\]"):
            tf.layers.BatchNormalization(axis=[1, 2])
        assert tf.contrib.slim.utils.last_dimension(tf.ones((2, 3)).shape, min_rank=2) == 3
        with pytest.raises(ValueError, match="expected at least 4 axes"):
            tf.contrib.slim.utils.last_dimension(tf.ones((2, 3)).shape, min_rank=4)
