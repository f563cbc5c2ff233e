"""A small classifier."""
import tensorflow as tf
from tensorflow.contrib.framework import arg_scope

layers = tf.contrib.layers


def network(images, is_training, filters=8):
    height = images.get_shape()[1].value
    with tf.variable_scope("net"):
        with arg_scope([layers.conv2d], activation_fn=None, weights_regularizer=layers.l2_regularizer(1e-4)):
            x = layers.conv2d(images, filters, 3, scope="conv1")
            x = tf.nn.relu(tf.layers.batch_normalization(x, momentum=0.9, training=is_training, name="bn1"))
            x = tf.layers.max_pooling2d(x, 2, 2)
            x = layers.conv2d(x, 2 * filters, 3, padding="VALID", scope="conv2")
            x = tf.nn.relu(tf.layers.batch_normalization(x, momentum=0.9, training=is_training, name="bn2"))
        cells = (height / 2 - 2) ** 2
        x = tf.reshape(x, [-1, cells * 2 * filters])
        return tf.layers.dense(x, 2, name="logits")
