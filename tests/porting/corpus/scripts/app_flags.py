"""Flags and tf.app.run."""
import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("corpus_steps", 2, "how many")
flags.DEFINE_float("corpus_rate", 0.5, "learning rate")
flags.DEFINE_string("corpus_name", "run", "a name")
flags.DEFINE_boolean("corpus_loud", False, "whether to print")
FLAGS = flags.FLAGS


def main(argv):
    w = tf.Variable(1.0)
    train = tf.train.GradientDescentOptimizer(FLAGS.corpus_rate).minimize(tf.square(w))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for i in xrange(FLAGS.corpus_steps):
            sess.run(train)
        if FLAGS.corpus_loud:
            print "done", FLAGS.corpus_name
        np.savez(argv[1], w=sess.run(w), steps=i + 1, name=FLAGS.corpus_name)


if __name__ == "__main__":
    tf.app.run()
