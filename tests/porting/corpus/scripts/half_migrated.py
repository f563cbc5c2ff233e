"""What tf_upgrade_v2 leaves: compat.v1 with layers that Keras 3 took away."""
import sys
import numpy as np
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()

data = np.random.RandomState(24).normal(size=(3, 4)).astype(np.float32)
x = tf.placeholder(tf.float32, [None, 4])
y = tf.layers.dense(x, 2, kernel_initializer=tf.ones_initializer(), name="fc")
cell = tf.nn.rnn_cell.BasicRNNCell(2)
with tf.variable_scope("rnn", initializer=tf.constant_initializer(0.1)):
    _, state = tf.nn.dynamic_rnn(cell, tf.expand_dims(x, 1), dtype=tf.float32)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    y, state = sess.run([y, state], {x: data})
print(y.shape)
np.savez(sys.argv[1], y=y, state=state)
