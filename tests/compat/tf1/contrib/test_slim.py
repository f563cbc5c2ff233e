"""`tf.contrib.slim`: a training script with argument scopes, losses in the old order."""

import numpy as np
import pytest
import tolerances
from laws import relative_error

import tfconvkit.compat.tf1 as tf
from tfconvkit.compat.tf1.contrib import slim

X = np.random.default_rng(12).normal(size=(8, 8, 8, 2)).astype("float32")


def network(images, is_training):
    with slim.arg_scope([slim.conv2d, slim.fully_connected], weights_regularizer=slim.l2_regularizer(1e-3),
                        normalizer_fn=slim.batch_norm, normalizer_params={"is_training": is_training, "decay": 0.9}):
        net = slim.repeat(images, 2, slim.conv2d, 4, [3, 3], scope="conv1")
        net = slim.flatten(slim.max_pool2d(net, [2, 2], scope="pool1"))
        return slim.fully_connected(net, 2, activation_fn=None, normalizer_fn=None, scope="logits")


def test_a_training_script_learns():
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(20)
        labels = tf.constant((X.mean((1, 2, 3)) > 0).astype(int))
        logits = network(tf.constant(X), True)
        slim.losses.softmax_cross_entropy(logits, slim.one_hot_encoding(labels, 2))
        total = slim.losses.get_total_loss()
        train = slim.learning.create_train_op(total, tf.train.AdamOptimizer(0.01), clip_gradient_norm=1.0)
        session.run(tf.global_variables_initializer())
        losses = [session.run(train) for _ in range(20)]
        means = session.run(slim.get_variables_by_suffix("moving_mean"))
        assert losses[-1] < 0.5 * losses[0] and all(np.abs(mean).max() > 0 for mean in means)
        assert session.run(tf.train.get_global_step()) == 20 and len(slim.losses.get_regularization_losses()) == 3


def test_losses_take_predictions_first():
    with tf.Graph().as_default(), tf.Session() as session:
        values = session.run([
            slim.losses.mean_squared_error([1.0, 2.0], [1.0, 4.0], weights=[1.0, 0.5]),
            slim.losses.absolute_difference([1.0, 2.0], [1.0, 4.0]),
            slim.losses.log_loss([0.5, 0.25], [1.0, 0.0]),
            slim.losses.sparse_softmax_cross_entropy([[0.0, np.log(3.0)]], [0]),
            slim.losses.sigmoid_cross_entropy([[0.0]], [[1.0]]),
        ])
        expected = [1.0, 1.0, -(np.log(0.5) + np.log(0.75)) / 2, np.log(4.0), np.log(2.0)]
        assert relative_error(np.array(values), np.array(expected)) <= tolerances.LAW["float32"]
        assert len(slim.losses.get_losses()) == 5


def test_gradients_are_multiplied_by_variable():
    with tf.Graph().as_default(), tf.Session() as session:
        one, other = tf.get_variable("a", initializer=1.0), tf.get_variable("b", initializer=1.0)
        slim.learning.create_train_op(one + other, tf.train.GradientDescentOptimizer(1.0),
                                      gradient_multipliers={one: 0.5, "b": 2.0})
        session.run(tf.global_variables_initializer())
        session.run(tf.get_collection(tf.GraphKeys.TRAIN_OP))
        assert session.run([one, other]) == [0.5, -1.0]


def test_an_infinite_loss_is_an_error():
    with tf.Graph().as_default(), tf.Session() as session:
        train = slim.learning.create_train_op(tf.get_variable("a", initializer=np.inf) * 1.0,
                                              tf.train.GradientDescentOptimizer(1.0), global_step=None)
        session.run(tf.global_variables_initializer())
        with pytest.raises(tf.errors.InvalidArgumentError, match="The loss is infinite or no number"):
            session.run(train)
