"""Saving, finding the latest checkpoint, restoring in another graph, import_meta_graph."""
import os
import sys
import numpy as np
import tensorflow as tf

folder = os.path.join(os.path.dirname(sys.argv[1]), "saver")
if not os.path.isdir(folder):
    os.makedirs(folder, 0755)


def build():
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.get_variable("w", [2, 2], initializer=tf.random_normal_initializer())
    return x, tf.matmul(x, w, name="y")


with tf.Graph().as_default(), tf.Session() as sess:
    x, y = build()
    sess.run(tf.global_variables_initializer())
    saver = tf.train.Saver(max_to_keep=2)
    for step in range(4):
        saver.save(sess, os.path.join(folder, "model"), global_step=step)
    before = sess.run(y, {x: np.eye(2)})
with tf.Graph().as_default(), tf.Session() as sess:
    x, y = build()
    checkpoint = tf.train.get_checkpoint_state(folder)
    tf.train.Saver().restore(sess, checkpoint.model_checkpoint_path)
    restored = sess.run(y, {x: np.eye(2)})
with tf.Graph().as_default(), tf.Session() as sess:
    latest = tf.train.latest_checkpoint(folder)
    tf.train.import_meta_graph(latest + ".meta").restore(sess, latest)
    imported = sess.run("y:0", {"x:0": np.eye(2)})
print "latest:", os.path.basename(latest)
np.savez(sys.argv[1], before=before, restored=restored, imported=imported, latest=os.path.basename(latest),
         kept=len(checkpoint.all_model_checkpoint_paths))
