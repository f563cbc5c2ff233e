"""Two networks with their own variables by prefix, trained in turn: the shape of a GAN."""
import sys
import numpy as np
import tensorflow as tf


def linear(x, size, scope, stddev=0.02):
    with tf.variable_scope(scope):
        matrix = tf.get_variable("Matrix", [x.get_shape()[-1], size], tf.float32, tf.constant_initializer(stddev))
        bias = tf.get_variable("bias", [size], initializer=tf.constant_initializer(0.0))
        return tf.matmul(x, matrix) + bias


def discriminator(x, reuse=False):
    with tf.variable_scope("discriminator") as scope:
        if reuse:
            scope.reuse_variables()
        return linear(x, 1, "d_h0_lin", 0.5)


z = tf.placeholder(tf.float32, [4, 2])
real = tf.placeholder(tf.float32, [4, 3])
with tf.variable_scope("generator"):
    fake = linear(z, 3, "g_h0_lin", 0.3)
d_real, d_fake = discriminator(real), discriminator(fake, reuse=True)
d_loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=d_real, labels=tf.ones_like(d_real))
                        + tf.nn.sigmoid_cross_entropy_with_logits(logits=d_fake, labels=tf.zeros_like(d_fake)))
g_loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=d_fake, labels=tf.ones_like(d_fake)))
t_vars = tf.trainable_variables()
d_vars = [var for var in t_vars if "d_" in var.name]
g_vars = [var for var in t_vars if "g_" in var.name]
d_optim = tf.train.GradientDescentOptimizer(0.1).minimize(d_loss, var_list=d_vars)
g_optim = tf.train.GradientDescentOptimizer(0.1).minimize(g_loss, var_list=g_vars)
rng = np.random.RandomState(25)
feed = {z: rng.normal(size=(4, 2)), real: rng.normal(size=(4, 3)) + 1}
with tf.Session() as sess:
    sess.run(tf.initialize_all_variables())
    for d in xrange(2):
        sess.run(d_optim, feed)
        sess.run(g_optim, feed)
    print "d %.4f g %.4f" % tuple(sess.run([d_loss, g_loss], feed))
    np.savez(sys.argv[1], d=sess.run(d_vars[0]), g=sess.run(g_vars[0]), losses=sess.run([d_loss, g_loss], feed))
