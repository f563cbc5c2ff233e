"""NumPy inside the graph."""
import sys
import numpy as np
import tensorflow as tf


def median_of_rows(values):
    return np.median(values, axis=1).astype(np.float32), np.int64(len(values))


x = tf.placeholder(tf.float32, [None, 5])
median, count = tf.py_func(median_of_rows, [x], [tf.float32, tf.int64], stateful=False)
median.set_shape([None])
y = tf.to_double(median) * tf.cast(count, tf.float64)
data = np.random.RandomState(6).normal(size=(4, 5))
with tf.Session() as sess:
    result = sess.run(y, {x: data})
    print result
np.savez(sys.argv[1], y=result)
