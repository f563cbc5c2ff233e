"""Sizes of tensors as numbers: get_shape(), shape[i].value, int(shape[i]), arithmetic with dimensions."""
import sys
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 4, 6, 2])
height, width = x.get_shape()[1:3]
channels = int(x.shape[-1])
flat = tf.reshape(x, [-1, int(height * width) * channels])
columns = x.get_shape()[1].value * x.shape[2].value * x.shape.as_list()[3] / 3
w = tf.constant(0.5, shape=[flat.get_shape()[1].value, columns])
batch = tf.shape(x)[0]
unknown = x.get_shape().as_list()[0] is None and x.shape[0].value is None
y = tf.matmul(flat, w) / tf.to_float(batch)
assert y.get_shape().ndims == 2
with tf.Session() as sess:
    out = sess.run(y, {x: np.ones((3, 4, 6, 2))})
print("%d columns" % columns)
print "shape", y.get_shape()
np.savez(sys.argv[1], out=out, columns=columns, unknown=unknown)
