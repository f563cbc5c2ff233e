"""A network of tf.layers with its variables by their names."""
import sys
import numpy as np
import tensorflow as tf

images = np.random.RandomState(8).normal(size=(2, 7, 6, 1)).astype("float32")
x = tf.placeholder(tf.float32, [None, 7, 6, 1])
net = tf.layers.conv2d(x, filters=3, kernel_size=3, strides=2, padding="same", activation=tf.nn.leaky_relu, name="c1")
net = tf.layers.conv2d_transpose(net, 2, 2, strides=2, name="up")
net = tf.layers.average_pooling2d(net, 2, 2)
net = tf.layers.dropout(tf.layers.flatten(net), 0.5, training=False)
logits = tf.layers.dense(net, 2, name="out")
print "logits", logits.get_shape().as_list()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    rng, values = np.random.RandomState(9), {}
    for variable in tf.trainable_variables():
        value = rng.normal(size=variable.get_shape().as_list())
        variable.load(value, sess)
        values[variable.op.name] = value
    out = sess.run(logits, {x: images})
np.savez(sys.argv[1], out=out, names=sorted(values.keys()), **dict((k, v) for k, v in values.iteritems()))
