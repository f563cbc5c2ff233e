"""Summaries by their names before and after TensorFlow 1.0, written to an event file and read back."""
import os
import sys
import numpy as np
import tensorflow as tf

folder = os.path.join(os.path.dirname(sys.argv[1]), "events")
x = tf.placeholder(tf.float32, [3], name="x")
tf.scalar_summary("old/mean", tf.reduce_mean(x))
tf.summary.scalar("new/maximum", tf.reduce_max(x))
tf.summary.histogram("values", x)
merged = tf.merge_all_summaries()
writer = tf.train.SummaryWriter(folder, tf.get_default_graph())
with tf.Session() as sess:
    for step in xrange(2):
        writer.add_summary(sess.run(merged, {x: [step, 1.0, 2.0]}), step)
    writer.flush()
    writer.close()
found = {}
for name in os.listdir(folder):
    for event in tf.train.summary_iterator(os.path.join(folder, name)):
        for value in event.summary.value:
            if value.HasField("simple_value"):
                found.setdefault(str(value.tag), []).append(value.simple_value)
np.savez(sys.argv[1], mean=found["old/mean"], maximum=found["new/maximum"], tags=sorted(found))
