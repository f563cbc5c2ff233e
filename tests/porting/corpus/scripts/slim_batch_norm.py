"""slim.batch_norm in training and afterwards."""
import sys
import numpy as np
import tensorflow as tf

slim = tf.contrib.slim
images = np.random.RandomState(5).normal(1., 2., size=(8, 4, 4, 3)).astype(np.float32)


def network(x, is_training, reuse=None):
    params = {"is_training": is_training, "decay": 0.8, "epsilon": 1e-3, "scale": True}
    with slim.arg_scope([slim.conv2d], normalizer_fn=slim.batch_norm, normalizer_params=params,
                        weights_initializer=tf.constant_initializer(0.5)):
        return slim.conv2d(x, 2, [1, 1], scope="conv", reuse=reuse)


x = tf.placeholder(tf.float32, images.shape)
train = network(x, True)
test = network(x, False, reuse=True)
updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in xrange(2):
        sess.run(updates, {x: images})
    mean, variance = [sess.run(v) for v in slim.get_model_variables() if "moving" in v.op.name]
    np.savez(sys.argv[1], train=sess.run(train, {x: images}), test=sess.run(test, {x: images}),
             mean=mean, variance=variance, updates=len(updates))
