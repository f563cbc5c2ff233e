"""A group convolution by GrouPy's names."""
import sys
import numpy as np
import tensorflow as tf
from groupy.gconv.tensorflow_gconv.splitgconv2d import gconv2d, gconv2d_util

x = tf.placeholder(tf.float32, [None, 5, 5, 2])
indices, shape_info, w_shape = gconv2d_util(h_input="Z2", h_output="C4", in_channels=2, out_channels=3, ksize=3)
w = tf.Variable(np.random.RandomState(16).normal(size=w_shape), dtype=tf.float32)
y = gconv2d(input=x, filter=w, strides=[1, 1, 1, 1], padding="VALID", gconv_indices=indices,
            gconv_shape_info=shape_info)
images = np.random.RandomState(17).normal(size=(2, 5, 5, 2))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    out, kernel = sess.run([y, w], {x: images})
    turned = sess.run(y, {x: np.rot90(images, axes=(1, 2)).copy()})
print "output", out.shape
np.savez(sys.argv[1], out=out, kernel=kernel, turned=turned, images=images)
