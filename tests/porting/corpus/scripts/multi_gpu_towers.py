"""One copy of the network per GPU, which a person has to bring onto one device or a strategy."""
import sys
import numpy as np
import tensorflow as tf

losses = []
for i in xrange(2):
    with tf.device("/gpu:%d" % i):  # UNDECIDED: device
        with tf.name_scope("tower_%d" % i):
            w = tf.get_variable("w%d" % i, [2], initializer=tf.ones_initializer())
            losses.append(tf.reduce_sum(w * (i + 1)))
total = tf.add_n(losses)
with tf.Session(config=tf.ConfigProto(allow_soft_placement=True)) as sess:
    sess.run(tf.global_variables_initializer())
    np.savez(sys.argv[1], total=sess.run(total))
