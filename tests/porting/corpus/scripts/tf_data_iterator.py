"""tf.data as it was before eager code: one-shot and initializable iterators."""
import sys
import numpy as np
import tensorflow as tf

dataset = tf.data.Dataset.from_tensor_slices((np.arange(6.0), np.arange(6) % 2)).batch(2).repeat(1)
values, labels = dataset.make_one_shot_iterator().get_next()
size = tf.placeholder(tf.int64, [])
iterator = tf.data.Dataset.range(size).map(lambda v: v * v).make_initializable_iterator()
following = iterator.get_next()
totals, squares = [], []
with tf.Session() as sess:
    while True:
        try:
            totals.append(sess.run(tf.reduce_sum(values * tf.to_double(labels))))
        except tf.errors.OutOfRangeError, done:
            print "end of the data"
            break
    sess.run(iterator.initializer, {size: 4})
    for _ in xrange(4):
        squares.append(sess.run(following))
np.savez(sys.argv[1], totals=totals, squares=squares)
