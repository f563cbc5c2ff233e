"""A small network and its checkpoint, which later goes into a Keras model."""
import os
import sys
import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 6, 6, 2], name="images")
rng = np.random.RandomState(4)
with tf.variable_scope("model"):
    w = tf.get_variable("conv1/weights", initializer=rng.normal(size=(3, 3, 2, 4)).astype("float32"))
    b = tf.get_variable("conv1/biases", initializer=rng.normal(size=4).astype("float32"))
    net = tf.nn.relu(tf.nn.conv2d(x, w, [1, 1, 1, 1], "SAME") + b)
    logits = tf.layers.dense(tf.reduce_mean(net, [1, 2]), 3, name="logits",
                             kernel_initializer=tf.constant_initializer(0.25))
loss = tf.reduce_mean(tf.square(logits))
train = tf.train.AdamOptimizer(0.01).minimize(loss)
saver = tf.train.Saver(max_to_keep=1)
images = rng.normal(size=(3, 6, 6, 2)).astype("float32")
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in xrange(3):
        _, value = sess.run([train, loss], {x: images})
        print "step", step, "loss", value
    path = saver.save(sess, os.path.join(os.path.dirname(sys.argv[1]), "keras_model.ckpt"), global_step=step)
    weights = sess.run(dict((v.op.name, v) for v in tf.trainable_variables()))
    results = sess.run(logits, {x: images})
np.savez(sys.argv[1], logits=results, images=images, path=path, **weights)
