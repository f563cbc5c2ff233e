"""Other ways to import TensorFlow."""
import sys
import numpy as np
import tensorflow
from tensorflow import nn, placeholder, Session
import tensorflow as t, os
try:
    import tensorflow as tf
except ImportError, error:
    print >>sys.stderr, "no TensorFlow:", error
    raise


def late():
    import tensorflow as inner
    from tensorflow.contrib import layers as L
    return inner.to_float(3), L.l2_regularizer(0.5)(inner.ones([2]))


x = placeholder(t.float32, [2], name="x")
y = nn.relu(tf.neg(x)) + tensorflow.contrib.layers.unit_norm(tf.expand_dims(x, 0), 1)[0]
with Session() as sess:
    values, others = sess.run([y, late()], {x: [3.0, -4.0]})
np.savez(sys.argv[1], y=values, others=others)
