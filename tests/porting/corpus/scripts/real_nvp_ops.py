"""Squeezing as in the RealNVP of tensorflow/models."""
import sys
import numpy as np
import tensorflow as tf
from real_nvp_utils import squeeze_2x2, unsqueeze_2x2, standard_normal_ll

x = tf.placeholder(tf.float32, [2, 4, 6, 3])
squeezed = squeeze_2x2(x)
back = unsqueeze_2x2(squeezed)
likelihood = tf.reduce_sum(standard_normal_ll(squeezed), [1, 2, 3])
images = np.random.RandomState(20).normal(size=(2, 4, 6, 3))
with tf.Session() as sess:
    results = sess.run([squeezed, back, likelihood], {x: images})
print "log-likelihood", results[2]
np.savez(sys.argv[1], squeezed=results[0], back=results[1], likelihood=results[2])
