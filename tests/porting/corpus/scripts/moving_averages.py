"""Exponential moving averages of weights, and the averaged weights in a restored graph."""
import sys
import numpy as np
import tensorflow as tf

w = tf.Variable([1.0, -2.0], name="w")
step = tf.Variable(0, trainable=False, name="step")
ema = tf.train.ExponentialMovingAverage(0.9)
grow = tf.assign_add(w, [0.5, 1.0])
with tf.control_dependencies([grow]):
    update = ema.apply([w])
average = ema.average(w)
with tf.Session() as sess:
    sess.run(tf.initialize_all_variables())
    history = []
    for i in xrange(5):
        sess.run(update)
        history.append(sess.run(average))
    names = [v.op.name for v in tf.moving_average_variables()], ema.average_name(w)
    print "averages:", history[-1], names
np.savez(sys.argv[1], history=np.array(history), name=names[1])
