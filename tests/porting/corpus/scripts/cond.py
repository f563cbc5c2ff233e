"""tf.cond, tf.case and assignments in a branch."""
import sys
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [])
is_training = tf.placeholder(tf.bool, [])
calls = tf.get_variable("calls", [], tf.float32, tf.zeros_initializer(), trainable=False)


def train():
    with tf.control_dependencies([tf.assign_add(calls, 1.0)]):
        return tf.square(x)


y = tf.cond(is_training, train, lambda: -x)
kind = tf.case({tf.less(x, 0.0): lambda: tf.constant(-1), tf.greater(x, 10.0): lambda: tf.constant(1)},
               default=lambda: tf.constant(0), exclusive=True)
gradient = tf.gradients(y, x)[0]
with tf.Session() as sess:
    tf.global_variables_initializer().run()
    results = [sess.run([y, gradient, kind], {x: value, is_training: flag})
               for value, flag in [(3.0, True), (3.0, False), (-4.0, True), (11.0, False)]]
    print results
    np.savez(sys.argv[1], results=np.array(results), calls=sess.run(calls))
