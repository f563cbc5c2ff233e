"""Recurrent cells of tf.nn.rnn_cell and of contrib."""
import sys
import numpy as np
import tensorflow as tf
from tensorflow.contrib import rnn

x = np.random.RandomState(11).normal(size=(2, 4, 3)).astype("float32")
inputs = tf.placeholder(tf.float32, [2, 4, 3])
init = tf.constant_initializer(0.2)
with tf.variable_scope("lstm", initializer=init):
    cell = tf.nn.rnn_cell.BasicLSTMCell(2, forget_bias=1.0)
    outputs, state = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)
with tf.variable_scope("gru", initializer=init):
    steps = [tf.squeeze(t, [1]) for t in tf.split(1, 4, inputs)]
    gru_outputs, gru_state = rnn.static_rnn(rnn.GRUCell(2), steps, dtype=tf.float32)
names = [v.op.name for v in tf.trainable_variables()]
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    out, c, gru = sess.run([outputs, state.c, gru_state], {inputs: x})
print names
np.savez(sys.argv[1], out=out, c=c, gru=gru, names=names)
