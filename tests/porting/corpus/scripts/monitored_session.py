"""A monitored session with hooks, tf.Print, tf.Assert and tf.logging."""
import os
import sys
import numpy as np
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.ERROR)
folder = os.path.join(os.path.dirname(sys.argv[1]), "monitored")
step = tf.train.get_or_create_global_step()
w = tf.get_variable("w", [], initializer=tf.constant_initializer(2.0))
loss = tf.square(w)
with tf.control_dependencies([tf.Assert(tf.is_finite(loss), [loss]), tf.assert_positive(loss)]):
    loss = tf.Print(loss, [loss], message="loss", first_n=1)
train = tf.train.GradientDescentOptimizer(0.25).minimize(loss, global_step=step)
hooks = [tf.train.StopAtStepHook(last_step=3), tf.train.NanTensorHook(loss)]
seen = []
with tf.train.MonitoredTrainingSession(checkpoint_dir=folder, hooks=hooks, save_summaries_steps=None) as sess:
    while not sess.should_stop():
        value, _ = sess.run([loss, train])
        seen.append(value)
print "%d steps" % len(seen)
np.savez(sys.argv[1], seen=seen, last=tf.train.load_variable(folder, "w"),
         latest=os.path.basename(tf.train.latest_checkpoint(folder)))
