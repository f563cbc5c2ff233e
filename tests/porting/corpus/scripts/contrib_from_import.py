"""The ways in which scripts imported contrib."""
import sys

import numpy as np
import tensorflow as tf
import tensorflow.contrib.slim as slim
from tensorflow.contrib import layers
from tensorflow.contrib.framework import arg_scope, add_arg_scope
from tensorflow.contrib.framework.python.ops import arg_scope as scope_of_framework
from tensorflow.contrib.layers.python.layers import initializers


@add_arg_scope
def scaled(inputs, factor=1.0):
    return inputs * factor


x = tf.constant(np.random.RandomState(2).normal(size=(3, 5)).astype("float32"))
with arg_scope([scaled], factor=3.0):
    a = scaled(x)
with scope_of_framework([scaled], factor=-1.0):
    b = scaled(x)
ones = layers.fully_connected(x, 2, activation_fn=None, weights_initializer=tf.ones_initializer())
c = slim.fully_connected(x, 2, activation_fn=tf.nn.relu, weights_initializer=tf.ones_initializer(), scope="s")
d = tf.get_variable("d", [200, 100], initializer=initializers.xavier_initializer())

sess = tf.Session()
sess.run(tf.global_variables_initializer())
a, b, ones, c, d = sess.run([a, b, ones, c, d])
np.savez(sys.argv[1], a=a, b=b, ones=ones, c=c, limit=np.abs(d).max())
