"""Resizing with and without aligned corners."""
import sys
import numpy as np
import tensorflow as tf

images = np.random.RandomState(3).uniform(size=(2, 4, 5, 3)).astype(np.float32)
x = tf.placeholder(tf.float32, [None, 4, 5, 3])
h, w = x.get_shape()[1].value * 2, x.get_shape()[2].value * 2
outputs = {
    "aligned": tf.image.resize_bilinear(x, [h - 1, w + 3], align_corners=True),
    "plain": tf.image.resize_bilinear(x, [h, w]),
    "nearest": tf.image.resize_nearest_neighbor(x, [7, 4], align_corners=True),
    "images": tf.image.resize_images(x, [3, 9], tf.image.ResizeMethod.NEAREST_NEIGHBOR),
}
with tf.Session() as sess:
    results = dict((k, sess.run(v, {x: images})) for k, v in outputs.iteritems())
np.savez(sys.argv[1], **results)
