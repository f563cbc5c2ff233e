"""One-hot labels in the way of 2016."""
import sys
import numpy as np
import tensorflow as tf

labels = tf.placeholder(tf.int32, [None])
size = tf.size(labels)
expanded = tf.expand_dims(labels, 1)
indices = tf.expand_dims(tf.range(0, size), 1)
joined = tf.concat(1, [indices, expanded])
onehot = tf.sparse_to_dense(joined, tf.pack([size, 5]), 1.0, 0.0)
spread = tf.sparse_tensor_to_dense(tf.SparseTensor([[0, 1], [2, 0]], [3.0, 4.0], [3, 2]))
with tf.Session() as sess:
    out = sess.run(onehot, {labels: [4, 0, 2]})
    print out
    np.savez(sys.argv[1], onehot=out, spread=sess.run(spread), dtype=str(out.dtype))
