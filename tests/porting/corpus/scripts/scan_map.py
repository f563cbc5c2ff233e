"""tf.scan, tf.map_fn, tf.foldl."""
import sys
import numpy as np
import tensorflow as tf

data = np.random.RandomState(14).normal(size=(5, 3))
x = tf.placeholder(tf.float64, [None, 3])
sums = tf.scan(lambda a, v: a * 0.5 + v, x)
both = tf.scan(lambda a, v: (a[0] + 1, tf.maximum(a[1], v)), x, initializer=(0, tf.zeros(3, tf.float64)))
squares = tf.map_fn(lambda row: tf.reduce_sum(row * row), x, parallel_iterations=2)
flags = tf.map_fn(lambda row: row[0] > 0, x, dtype=tf.bool)
folded = tf.foldl(lambda a, v: a - v, x)
with tf.Session() as sess:
    sums, both, squares, flags, folded = sess.run([sums, both, squares, flags, folded], feed_dict={x: data})
print sums.shape, squares
np.savez(sys.argv[1], sums=sums, counts=both[0], largest=both[1], squares=squares, flags=flags, folded=folded)
