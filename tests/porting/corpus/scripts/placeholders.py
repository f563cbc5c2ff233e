"""Placeholders, feeds and Python 2 printing."""
import sys
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 3], name="x")
scale = tf.placeholder_with_default(2.0, [], name="scale")
w = tf.Variable(np.arange(6).reshape(3, 2) / 10.0, dtype=tf.float32, name="w")
y = tf.matmul(x, w) * scale

with tf.Session() as sess:
    sess.run(tf.initialize_all_variables())
    data = np.random.RandomState(0).normal(size=(4, 3))
    first = sess.run(y, feed_dict={x: data})
    second, by_name = sess.run([y, "w:0"], {"x:0": data, scale: 0.5})
    print "shapes:", first.shape, second.shape
np.savez(sys.argv[1], first=first, second=second, by_name=by_name)
