"""An input pipeline of queues, which a person has to turn into tf.data."""
import sys
import numpy as np
import tensorflow as tf

values = tf.train.slice_input_producer([np.arange(10.0)], num_epochs=1, shuffle=False)  # UNDECIDED: queue|tf.data
batch = tf.train.batch(values, batch_size=5)  # UNDECIDED: queue|tf.data
total = tf.reduce_sum(batch)
with tf.Session() as sess:
    sess.run(tf.local_variables_initializer())
    coord = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(sess=sess, coord=coord)  # UNDECIDED: queue|tf.data
    totals = [sess.run(total) for _ in xrange(2)]
    coord.request_stop()
    coord.join(threads)
np.savez(sys.argv[1], totals=totals)
