"""Cross entropies by position: labels and logits changed places in TensorFlow 1.0."""
import sys
import numpy as np
import tensorflow as tf

logits = tf.constant([[1.0, 2.0], [0.5, -1.0]])
labels = tf.constant([[0.0, 1.0], [1.0, 0.0]])
loss = tf.nn.softmax_cross_entropy_with_logits(logits, labels)  # UNDECIDED: order|position
other = tf.nn.sigmoid_cross_entropy_with_logits(logits, labels)  # UNDECIDED: order|position
with tf.Session() as sess:
    np.savez(sys.argv[1], loss=sess.run([tf.reduce_mean(loss), tf.reduce_mean(other)]))
