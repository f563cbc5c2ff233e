"""tf.gradients: by tensors, with weights, of sums, and second derivatives."""
import sys
import numpy as np
import tensorflow as tf

x = tf.placeholder("float", [3], name="x")
w = tf.Variable([[1.0, 2.0], [0.0, -1.0], [3.0, 0.5]])
h = tf.tanh(tf.matmul(tf.expand_dims(x, 0), w))
loss = tf.reduce_sum(tf.square(h))
by_x, by_w = tf.gradients(loss, [x, w])
second = tf.gradients(by_x, x)[0]
weighted = tf.gradients(h, x, grad_ys=[[1.0, -1.0]] * tf.ones([1, 1]))[0]
stopped = tf.gradients(tf.stop_gradient(h) * h, x)[0]
nothing = tf.gradients(loss, tf.constant(1.0))
grads, norm = tf.clip_by_global_norm([by_x, by_w], 0.5)
with tf.Session() as sess:
    sess.run(tf.initialize_all_variables())
    names = ["by_x", "by_w", "second", "weighted", "stopped", "norm", "clipped"]
    values = sess.run([by_x, by_w, second, weighted, stopped, norm, grads[0]], {x: [0.1, 0.2, -0.3]})
    print dict(zip(names, values))["norm"], nothing
np.savez(sys.argv[1], **dict(zip(names, values)))
