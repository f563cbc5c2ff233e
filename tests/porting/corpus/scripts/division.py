"""Python 2's division of integers, on sizes."""
import sys
import numpy as np
import tensorflow as tf

BATCH = 7
x = tf.placeholder(tf.float32, [None, 9, 11, 2])
height = x.get_shape()[1].value
width = x.get_shape().as_list()[2]
half = height / 2
cut = x[:, half:half + width / 4, :len([1, 2, 3]) / 2]
mean = 1 / 2 + 1.0 / 2
data = np.random.RandomState(7).normal(size=(BATCH, 9, 11, 2))
batches = data.shape[0] / 3
with tf.Session() as sess:
    for i in range(BATCH / 3):
        last = sess.run(cut, {x: data[i * BATCH / 3:]})
print "batches", batches, 7 / 2, 7 / 2.0, -7 / 2
np.savez(sys.argv[1], last=last, mean=mean, batches=batches, ratio=7 / 2.0, negative=-7 / 2, half=half)
