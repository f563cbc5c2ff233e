"""Optimizers, a decaying learning rate and the step counter."""
import sys
import numpy as np
import tensorflow as tf

start, steps = np.array([1.0, -2.0, 0.5], "float32"), 4
results = {}
for name in ("sgd", "momentum", "adam"):
    with tf.Graph().as_default():
        global_step = tf.Variable(0, name="global_step", trainable=False)
        rate = tf.train.exponential_decay(0.1, global_step, 2, 0.5, staircase=True)
        w = tf.get_variable("w", initializer=start)
        loss = 0.5 * tf.reduce_sum(tf.square(w) * [1.0, 2.0, 3.0])
        if name == "sgd":
            optimizer = tf.train.GradientDescentOptimizer(rate)
        elif name == "momentum":
            optimizer = tf.train.MomentumOptimizer(rate, 0.9)
        else:
            optimizer = tf.train.AdamOptimizer(rate, beta1=0.5, epsilon=1e-4)
        pairs = optimizer.compute_gradients(loss, var_list=[w])
        train = optimizer.apply_gradients([(tf.clip_by_value(g, -1., 1.), v) for g, v in pairs], global_step)
        with tf.Session() as sess:
            sess.run(tf.initialize_all_variables())
            for _ in xrange(steps):
                sess.run(train)
            results[name], results[name + "_rate"] = sess.run([w, rate])
            print name, tf.train.global_step(sess, global_step), results[name]
np.savez(sys.argv[1], **results)
