"""Losses, regularizers and their collections."""
import sys
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(15)
values, labels = rng.normal(size=(6, 3)).astype("float32"), rng.randint(0, 3, size=6)
logits = tf.constant(values)
with tf.variable_scope("net", regularizer=tf.contrib.layers.l2_regularizer(0.1)):
    w = tf.get_variable("w", initializer=tf.constant([[1.0, -2.0], [3.0, 0.5]]))
with tf.variable_scope("sparse"):
    v = tf.get_variable("v", [4], initializer=tf.constant_initializer(-0.5),
                        regularizer=tf.contrib.layers.l1_regularizer(0.2))
cross = tf.losses.sparse_softmax_cross_entropy(labels, logits)
square = tf.losses.mean_squared_error(tf.one_hot(labels, 3), logits, weights=2.0)
absolute = tf.contrib.losses.absolute_difference(logits, tf.one_hot(labels, 3))
by_name = tf.nn.softmax_cross_entropy_with_logits(labels=tf.one_hot(labels, 3), logits=logits)
penalties = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
total = tf.losses.get_total_loss()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    results = sess.run([cross, square, absolute, tf.reduce_mean(by_name), tf.add_n(penalties), total])
print "losses", results
np.savez(sys.argv[1], results=results, penalties=len(penalties))
