"""Restoring variables under another prefix than they were saved with."""
import os
import sys
import numpy as np
import tensorflow as tf

prefix = os.path.join(os.path.dirname(sys.argv[1]), "prefix.ckpt")


def build(scope):
    with tf.variable_scope(scope):
        with tf.variable_scope("block"):
            a = tf.get_variable("a", [2, 3], initializer=tf.random_normal_initializer(seed=1))
        b = tf.get_variable("b", [3], initializer=tf.random_uniform_initializer(seed=2))
    return a, b


old = build("old")
names = {}
for v in tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, scope="old"):
    names[v.op.name[len("old/"):]] = v
sess = tf.Session()
sess.run(tf.initialize_variables(names.values()))
tf.train.Saver(names).save(sess, prefix, write_meta_graph=False)
saved = sess.run(list(old))

new = build("net/new")
mapping = {v.op.name.replace("net/new/", ""): v for v in tf.global_variables() if v.name.startswith("net/new")}
tf.train.Saver(mapping).restore(sess, prefix)
np.savez(sys.argv[1], old_a=saved[0], old_b=saved[1], new_a=sess.run(new[0]), new_b=sess.run(new[1]),
         keys=sorted(mapping.keys()), in_file=sorted(tf.train.NewCheckpointReader(prefix).get_variable_to_shape_map()))
