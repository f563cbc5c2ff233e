"""Everything at once from TensorFlow, the tutorials' data, and its private modules."""
import sys
import numpy as np
from tensorflow import *  # UNDECIDED: import \*|star
from tensorflow.examples.tutorials.mnist import input_data  # UNDECIDED: mnist|input_data
from tensorflow.python.ops import rnn_cell_impl  # UNDECIDED: private|tensorflow.python

mnist = input_data.read_data_sets("MNIST_data", one_hot=True)
x = placeholder(float32, [None, 784])
