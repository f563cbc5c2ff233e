"""Argument orders from before TensorFlow 1.0."""
import sys
import numpy as np
import tensorflow as tf

x = tf.constant(np.arange(12.0).reshape(2, 6))
a, b, c = tf.split(1, 3, x)
joined = tf.concat(1, [c, a])
joined0 = tf.concat(concat_dim=0, values=[a, b])
packed = tf.pack([a, b])
first, second = tf.unpack(packed)
turned = tf.reverse(x, [False, True])
summed = tf.reduce_sum(x, reduction_indices=[1], keep_dims=True)
best = tf.argmax(x, dimension=1)
squeezed = tf.squeeze(summed, squeeze_dims=[1])
expanded = tf.expand_dims(squeezed, dim=0)
with tf.Session() as sess:
    results = sess.run([joined, joined0, packed, second, turned, summed, best, expanded])
    print len(results)
names = "joined joined0 packed second turned summed best expanded".split()
np.savez(sys.argv[1], **dict(zip(names, results)))
