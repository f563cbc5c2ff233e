"""A gradient of one's own through gradient_override_map: the gradient reversal layer."""
import sys
import numpy as np
import tensorflow as tf
from tensorflow.python.framework import ops  # UNDECIDED: private|tensorflow.python


@ops.RegisterGradient("CorpusReversed")
def _reversed(op, gradient):
    return [tf.neg(gradient) * 0.5]


@tf.RegisterGradient("CorpusClipped")
def _clipped(unused_op, gradient):
    return tf.clip_by_value(gradient, -1.0, 1.0)


x = tf.placeholder(tf.float32, [3])
graph = tf.get_default_graph()
with graph.gradient_override_map({"Identity": "CorpusReversed"}):
    y = tf.identity(x)
with graph.gradient_override_map({"Identity": "CorpusClipped"}):
    z = tf.identity(x)
reversed_, clipped = tf.gradients(tf.reduce_sum(tf.square(y)), x)[0], tf.gradients(tf.reduce_sum(3 * z * z), x)[0]
with tf.Session() as sess:
    values = sess.run([y, reversed_, clipped], {x: [0.1, -2.0, 3.0]})
    print values
np.savez(sys.argv[1], y=values[0], reversed=values[1], clipped=values[2])
