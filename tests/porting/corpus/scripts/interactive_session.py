"""A tutorial's interactive session with eval() and run()."""
import sys
import numpy as np
import tensorflow as tf
sess = tf.InteractiveSession()


def weight_variable(shape):
    initial = tf.truncated_normal(shape, stddev=0.1, seed=1)
    return tf.Variable(initial)


x = tf.placeholder(tf.float32, shape=[None, 4])
y_ = tf.placeholder(tf.float32, shape=[None, 2])
W = weight_variable([4, 2])
y = tf.nn.softmax(tf.matmul(x, W))
cross_entropy = -tf.reduce_sum(y_ * tf.log(y))
train_step = tf.train.GradientDescentOptimizer(0.5).minimize(cross_entropy)
correct = tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1))
accuracy = tf.reduce_mean(tf.cast(correct, "float"))
tf.initialize_all_variables().run()
images, labels = np.eye(4), np.array([[0, 1], [1, 0], [0, 1], [1, 0]])
before = W.eval()
for i in range(20):
    train_step.run(feed_dict={x: images, y_: labels})
    if i % 10 == 0: print "step %d, accuracy %g" % (i, accuracy.eval({x: images, y_: labels}))
np.savez(sys.argv[1], before=before, after=W.eval(), accuracy=accuracy.eval({x: images, y_: labels}))
sess.close()
