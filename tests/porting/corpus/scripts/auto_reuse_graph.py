"""One set of weights under AUTO_REUSE and under reuse=True, in a graph."""
import sys
import numpy as np
import tensorflow as tf


def tower(x, reuse):
    with tf.variable_scope("tower", reuse=reuse) as scope:
        w = tf.get_variable("w", shape=[2, 2], initializer=tf.constant_initializer([[1., 2.], [3., 4.]]))
        b = tf.get_variable("b", [2], initializer=tf.zeros_initializer())
    return tf.nn.xw_plus_b(x, w, b), scope.name


x = tf.placeholder(tf.float32, (None, 2))
first, name = tower(x, tf.AUTO_REUSE)
second, _ = tower(2 * x, tf.AUTO_REUSE)
third, _ = tower(-x, True)
assert name == "tower"
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    feed = {x: [[1., -1.], [0.5, 2.]]}
    results = sess.run([first, second, third], feed)
    print "%d variables" % len(tf.global_variables())
np.savez(sys.argv[1], results=results, count=len(tf.global_variables()))
