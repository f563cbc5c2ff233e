"""tf.layers.batch_normalization, trained under the control dependencies of UPDATE_OPS."""
import sys
import numpy as np
import tensorflow as tf

data = np.random.RandomState(10).normal(2.0, 3.0, size=(16, 4)).astype(np.float32)
x = tf.placeholder(tf.float32, [None, 4])
training = tf.placeholder(tf.bool, [], name="training")
net = tf.layers.batch_normalization(x, momentum=0.7, epsilon=0.01, training=training, name="bn")
loss = tf.reduce_mean(tf.square(net - 1.0))
with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(3):
        sess.run(train, {x: data, training: True})
    results = dict((v.op.name.split("/")[-1], sess.run(v)) for v in tf.global_variables())
    results["out"] = net.eval({x: data, training: False})
    print results.keys(), "loss", loss.eval({x: data, training: False})
np.savez(sys.argv[1], **results)
