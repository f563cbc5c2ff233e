"""Names of TensorFlow that are only known when the program runs."""
import sys
import numpy as np
import tensorflow as tf

activation = sys.argv[2] if len(sys.argv) > 2 else "relu"
function = getattr(tf.nn, activation)  # UNDECIDED: getattr
loss = eval("tf.nn.l2_loss")  # UNDECIDED: eval
y = function(tf.constant([-1.0, 2.0]))
with tf.Session() as sess:
    np.savez(sys.argv[1], y=sess.run(y), loss=sess.run(loss(y)))
