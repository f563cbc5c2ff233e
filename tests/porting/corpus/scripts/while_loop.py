"""A loop in the graph, and its gradient."""
import sys
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [])
i0 = tf.constant(0)
total = tf.TensorArray(tf.float32, size=4)


def condition(i, value, array):
    return tf.less(i, 4)


def body(i, value, array):
    value = tf.mul(value, x) + 1.0
    return [i + 1, value, array.write(i, value)]


i, last, array = tf.while_loop(condition, body, [i0, tf.ones([]), total])
gradient, = tf.gradients(last, x)
with tf.Session() as sess:
    count, last, steps, gradient = sess.run([i, last, array.stack(), gradient], {x: 1.5})
print count, last
np.savez(sys.argv[1], count=count, last=last, steps=steps, gradient=gradient)
