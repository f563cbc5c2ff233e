"""Code for Python 2 and 3 at once, by way of six and __future__."""
from __future__ import absolute_import
from __future__ import division
from __future__ import print_function

import sys

import numpy as np
import six
from six.moves import xrange
import tensorflow as tf

sizes = {"a": 3, "b": 5}
outputs = []
for name, size in six.iteritems(sizes):
    with tf.variable_scope(name):
        w = tf.get_variable("w", [size], initializer=tf.constant_initializer(1.0))
        outputs.append(tf.reduce_sum(w) / 2)
half = 7 / 2
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    sums = [sess.run(outputs[i]) for i in xrange(len(outputs))]
    print("sums", sums, isinstance("text", six.string_types), file=sys.stderr)
np.savez(sys.argv[1], sums=sums, half=half)
