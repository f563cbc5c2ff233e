"""Layers and masks by the names of generative_inpainting and neuralgym."""
import sys
import numpy as np
import tensorflow as tf
from inpaint_ops import gen_conv, resize_mask_like, gan_hinge_loss
from neuralgym.ops.layers import resize

x = tf.placeholder(tf.float32, [1, 6, 6, 2])
mask = np.zeros((1, 6, 6, 1), np.float32)
mask[:, 2:4, 1:5] = 1.0
with tf.variable_scope("inpaint_net"):
    net = gen_conv(x, 4, 3, 1, name="conv1", padding="SAME")
small = resize(x, scale=0.5, func=tf.image.resize_nearest_neighbor)
small_mask = resize_mask_like(tf.constant(mask), small)
g_loss, d_loss = gan_hinge_loss(tf.constant([[0.5], [-2.0]]), tf.constant([[0.2], [-0.3]]))
names = [v.op.name for v in tf.trainable_variables()]
images = np.random.RandomState(18).normal(size=(1, 6, 6, 2))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    kernel, bias = sess.run(tf.trainable_variables())
    net, small, small_mask, g, d = sess.run([net, small, small_mask, g_loss, d_loss], {x: images})
print names
np.savez(sys.argv[1], net=net, small=small, small_mask=small_mask, g=g, d=d, kernel=kernel, bias=bias, names=names,
         images=images, mask=mask)
