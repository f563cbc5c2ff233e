"""The `tf.train` of TensorFlow 1, with `SummaryWriter` from before 1.0."""

import tensorflow as tf

from tfconvkit.compat.tf1.namespace import lay_over
from tfconvkit.compat.tf1.renamed import TRAIN

__getattr__, __dir__ = lay_over(__name__, "tf.train", tf.compat.v1.train, renamed=TRAIN)
