"""Names of operations and variables in scopes."""
import sys
import numpy as np
import tensorflow as tf

names = []
with tf.name_scope("outer") as scope:
    a = tf.constant(1.0, name="a")
    with tf.name_scope("inner"):
        b = tf.add(a, 2.0, name="b")
    with tf.name_scope("inner"):
        c = tf.add(a, 3.0, name="b")
    v = tf.Variable(1.5, name="v")
    w = tf.get_variable("w", [], initializer=tf.constant_initializer(4.0))
with tf.variable_scope("net"):
    with tf.name_scope("ops"):
        u = tf.get_variable("u", [2], initializer=tf.ones_initializer())
        d = tf.multiply(u, 2.0, name="d")
with tf.op_scope([a, b], None, "legacy"):
    e = tf.identity(b, name="e")
for each in (a, b, c, v, w, u, d, e):
    names.append(each.op.name)
print "\n".join(names)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    found = sess.graph.get_tensor_by_name("outer/inner_1/b:0")
    np.savez(sys.argv[1], names=names, scope=scope, found=sess.run(found), total=sess.run(tf.reduce_sum(d) + e))
