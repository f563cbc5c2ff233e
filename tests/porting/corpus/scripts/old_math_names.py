"""Names from before TensorFlow 1.0: sub, mul, neg, select, batch_matmul, ..."""
import sys
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(12)
a, b = rng.normal(size=(2, 3, 3)), rng.normal(size=(2, 3, 3))
x, y = tf.constant(a), tf.constant(b)
results = {
    "sub": tf.sub(x, y), "mul": tf.mul(x, y), "neg": tf.neg(x), "inv": tf.inv(y),
    "select": tf.select(x > y, x, y), "matmul": tf.batch_matmul(x, y, adj_y=True),
    "inverse": tf.batch_matrix_inverse(x), "determinant": tf.matrix_determinant(x),
    "diagonal": tf.matrix_diag_part(x), "floats": tf.to_float(tf.to_int32(x * 3)), "log": tf.log(tf.abs(x)),
    "div": tf.div(tf.constant(7), tf.constant(2)), "mod": tf.mod(-7, 3), "missing": tf.listdiff([1, 2, 3], [2])[0],
}
with tf.Session() as sess:
    values = sess.run(results)
print sorted(values)
np.savez(sys.argv[1], **values)
