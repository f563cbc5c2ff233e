#!/usr/bin/env python2
"""Trains the classifier, saves a checkpoint, and the outputs for eight images."""
import os
import sys

import numpy as np
import tensorflow as tf

import data
from network import network

flags = tf.app.flags
flags.DEFINE_integer("steps", 100, "steps of training")
flags.DEFINE_integer("batch", 20, "images per step")
flags.DEFINE_string("folder", "output", "where the checkpoint goes")
FLAGS = flags.FLAGS


def build():
    images = tf.placeholder(tf.float32, [None, data.SIZE, data.SIZE, 1], name="images")
    labels = tf.placeholder(tf.int64, [None], name="labels")
    is_training = tf.placeholder(tf.bool, [], name="is_training")
    logits = network(images, is_training)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
    loss += tf.add_n(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = tf.train.AdamOptimizer(0.01).minimize(loss)
    return {"images": images, "labels": labels, "training": is_training, "logits": logits, "loss": loss,
            "train": train}


def main(_):
    tf.set_random_seed(1)
    model = build()
    images, labels = data.load(10 * FLAGS.batch)
    saver = tf.train.Saver(max_to_keep=1)
    config = tf.ConfigProto(gpu_options=tf.GPUOptions(allow_growth=True))
    with tf.Session(config=config) as sess:
        sess.run(tf.initialize_all_variables())
        for name, variable in {v.op.name: v for v in tf.trainable_variables()}.iteritems():
            print >>sys.stderr, name, variable.get_shape()
        for step in xrange(FLAGS.steps):
            start = step % 10 * FLAGS.batch
            feed = {model["images"]: images[start:start + FLAGS.batch],
                    model["labels"]: labels[start:start + FLAGS.batch], model["training"]: True}
            _, loss = sess.run([model["train"], model["loss"]], feed)
            if step % 25 == 0:
                print >>sys.stdout, "step %d, loss %.3f" % (step, loss)
        if not os.path.isdir(FLAGS.folder):
            os.makedirs(FLAGS.folder)
        path = saver.save(sess, os.path.join(FLAGS.folder, "model.ckpt"), global_step=FLAGS.steps)
        images, labels = data.load(8, seed=1)
        logits = sess.run(model["logits"], {model["images"]: images, model["training"]: False})
    print >>sys.stdout, "saved", path, "right: %d of 8" % np.sum(logits.argmax(1) == labels)
    np.savez(os.path.join(FLAGS.folder, "outputs.npz"), images=images, logits=logits)


if __name__ == "__main__":
    tf.app.run()
