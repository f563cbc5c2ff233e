# contrib layers under an argument scope
import sys
import numpy as np
import tensorflow as tf

arg_scope = tf.contrib.framework.arg_scope


def network(images):
    with arg_scope([tf.contrib.layers.conv2d], activation_fn=tf.nn.elu,
                   weights_initializer=tf.constant_initializer(0.1),
                   biases_initializer=tf.constant_initializer(-0.2)):
        net = tf.contrib.layers.conv2d(images, 4, 3, scope="conv1")
        net = tf.contrib.layers.conv2d(net, 2, 1, activation_fn=None, scope="conv2")
    net = tf.contrib.layers.flatten(tf.contrib.layers.max_pool2d(net, 2))
    return tf.contrib.layers.fully_connected(net, 2, activation_fn=None,
                                             weights_initializer=tf.constant_initializer(0.05), scope="fc")


images = np.random.RandomState(1).normal(size=(2, 6, 6, 3)).astype(np.float32)
out = network(tf.constant(images))
names = [v.op.name for v in tf.trainable_variables()]
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    np.savez(sys.argv[1], out=sess.run(out), names=names)
