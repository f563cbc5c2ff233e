"""An Estimator, which left TensorFlow."""
import sys
import numpy as np
import tensorflow as tf


def model_fn(features, labels, mode):
    logits = tf.layers.dense(features["x"], 2)
    loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    train_op = tf.train.AdamOptimizer().minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode=mode, loss=loss, train_op=train_op)  # UNDECIDED: [Ee]stimator


features = {"x": np.zeros((4, 3), np.float32)}
input_fn = tf.estimator.inputs.numpy_input_fn(features, np.zeros(4, int), shuffle=False)  # UNDECIDED: [Ee]stimator
classifier = tf.estimator.Estimator(model_fn=model_fn, model_dir=sys.argv[1])  # UNDECIDED: [Ee]stimator
classifier.train(input_fn=input_fn, steps=1)
