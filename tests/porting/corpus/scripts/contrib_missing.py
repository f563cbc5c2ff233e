"""Parts of contrib that are not there."""
import sys
import numpy as np
import tensorflow as tf
from tensorflow.contrib import seq2seq  # UNDECIDED: seq2seq
from tensorflow.contrib.crf import crf_log_likelihood  # UNDECIDED: crf

x = tf.placeholder(tf.float32, [None, 4])
y = tf.contrib.layers.spatial_softmax(tf.reshape(x, [-1, 2, 2, 1]))  # UNDECIDED: spatial_softmax
tf.contrib.slim.learning.train(None, sys.argv[1])  # UNDECIDED: learning.train|MonitoredTrainingSession
mean = tf.contrib.distributions.Normal(0.0, 1.0).mean()  # UNDECIDED: distributions
