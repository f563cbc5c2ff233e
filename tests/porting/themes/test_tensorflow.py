import pytest
from porting.checks import kinds, ported


@pytest.mark.parametrize("source, expected", [
    ("import tensorflow as tf", "import tfconvkit.compat.tf1 as tf"),
    ("import tensorflow", "import tfconvkit.compat.tf1 as tensorflow"),
    ("import os, tensorflow as tf, re", "import os, tfconvkit.compat.tf1 as tf, re"),
    ("import tensorflow.compat.v1 as tf", "import tfconvkit.compat.tf1 as tf"),
    ("from tensorflow.compat import v1 as tf", "from tfconvkit.compat import tf1 as tf"),
    ("import tensorflow.contrib.slim as slim", "import tfconvkit.compat.tf1.contrib.slim as slim"),
    ("import tensorflow.contrib.slim", "import tfconvkit.compat.tf1 as tensorflow"),
    ("import tensorflow.contrib as c", "import tfconvkit.compat.tf1.contrib as c"),
    ("from tensorflow.contrib import slim as s, layers", "from tfconvkit.compat.tf1.contrib import slim as s, layers"),
    ("from tensorflow.contrib.framework.python.ops import arg_scope",
     "from tfconvkit.compat.tf1.contrib.framework import arg_scope"),
    ("from tensorflow.contrib.layers.python.layers import initializers",
     "from tfconvkit.compat.tf1.contrib import layers as initializers"),
    ("from tensorflow import app, nn\n", "from tfconvkit.compat.tf1 import app, nn\n"),
    ("from tensorflow.python.ops import rnn, rnn_cell",
     "from tfconvkit.compat.tf1 import nn as rnn\nfrom tfconvkit.compat.tf1.nn import rnn_cell"),
    ("from tensorflow.python.platform import gfile", "from tfconvkit.compat.tf1 import gfile"),
    ("import tensorflow as tf\ntf.contrib.rnn.core_rnn_cell.LSTMCell(3)",
     "import tfconvkit.compat.tf1 as tf\ntf.contrib.rnn.LSTMCell(3)"),
    ("from tensorflow.losses import log_loss", "from tensorflow.compat.v1.losses import log_loss"),
    ("from tensorflow.contrib.data import map_and_batch",
     "from tensorflow.compat.v1.data.experimental import map_and_batch"),
    ("from tensorflow import (\n    add,  # one\n    nn,\n)",
     "from tfconvkit.compat.tf1 import (\n    add,  # one\n    nn,\n)"),
    ("import tensorflow as tf\ntf.compat.v1.layers.dense(x)", "import tfconvkit.compat.tf1 as tf\ntf.layers.dense(x)"),
    ("import tensorflow as tf\ntf.contrib.signal.stft(x)", "import tfconvkit.compat.tf1 as tf\ntf.signal.stft(x)"),
    ("from tensorflow.contrib import slim\nslim.initializers.xavier_initializer()",
     "from tfconvkit.compat.tf1.contrib import slim\nslim.xavier_initializer()"),
])
def test_imports_go_to_the_shim(source, expected):
    text, findings = ported(source)
    assert text == expected and kinds(findings) == []


@pytest.mark.parametrize("source, reason", [
    ("from tensorflow import *", "exports only what it changes"),
    ("from tensorflow.examples.tutorials.mnist import input_data", "keras.datasets.mnist"),
    ("from tensorflow.python.ops import rnn_cell_impl", "private"),
    ("import tensorflow.python.framework.ops as ops", "private"),
    ("from tensorflow.contrib import learn", "Use tf.keras models"),
    ("import tensorflow.contrib.eager as tfe", "default"),
    ("from tensorflow.contrib.nothing import x", "gone with contrib"),
    ("from tensorflow import no_such_name", "has no no_such_name"),
])
def test_imports_that_are_not_there_stay_and_are_named(source, reason):
    text, findings = ported(source)
    assert text == source and kinds(findings) == [(1, source)] and reason in findings[0].reason


@pytest.mark.parametrize("use, name", [
    ("tf.estimator.Estimator(f)", "tf.estimator"), ("tf.contrib.seq2seq.x", "tf.contrib.seq2seq"),
    ("tf.contrib.layers.embed_sequence(x)", "tf.contrib.layers.embed_sequence"), ("tf.no_such(x)", "tf.no_such"),
    ("tf.contrib.slim.learning.train(x)", "tf.contrib.slim.learning.train"),
])
def test_names_that_are_not_there_are_named(use, name):
    _, findings = ported(f"import tensorflow as tf\ny = {use}\n")
    assert kinds(findings) == [(2, name)]


@pytest.mark.parametrize("use", [
    "tf.nn.rnn_cell.LSTMCell(3)", "tf.train.AdamOptimizer(1).minimize(x)", "tf.contrib.rnn.BasicLSTMCell(3)",
    "tf.mul(x, x)",
    "tf.app.flags.DEFINE_string('a', 'b', 'c')", "tf.summary.FileWriter.add_summary", "tf.keras.layers.Dense(3)",
    "tf.__version__", "tf.float32.as_numpy_dtype", "tf.GraphKeys.UPDATE_OPS", "tf.raw_ops.Relu", "tf.nn.seq2seq_",
])
def test_names_that_are_there_are_not(use):
    _, findings = ported(f"import tensorflow as tf\nz = tf.mul(x, x)\ny = {use}\n")
    assert (kinds(findings) != []) is use.endswith("seq2seq_")


def test_what_stays_of_a_statement_gets_one_of_its_own():
    text, findings = ported("if x:\n    from tensorflow.contrib import slim, learn  # why\n")
    assert text == ("if x:\n    from tfconvkit.compat.tf1.contrib import slim\n"
                    "    from tensorflow.contrib import learn  # why\n")
    assert kinds(findings) == [(2, "from tensorflow.contrib import learn")]


@pytest.mark.parametrize("source", [
    "import tensorflow as tf\nmodel = tf.keras.Sequential([tf.keras.layers.Dense(3)])\n",
    "import tensorflow as tf\nwith tf.GradientTape() as t:\n    y = tf.nn.relu(x)\n",
    "import tensorflow as tf\n@tf.function\ndef f(x):\n    return tf.random.normal([3])\n",
    "from tensorflow.keras import layers\nfrom tensorflow.keras.optimizers import Adam\nAdam(lr=3)\n",
])
def test_tensorflow_2_is_left_as_it_is(source):
    text, findings = ported(source)
    assert text == source and [finding.kind for finding in findings] in ([], ["suggestion"])


def test_tensorflow_1_with_keras_is_not_tensorflow_2():
    source = "import tensorflow as tf\nx = tf.placeholder(tf.float32)\ny = tf.keras.layers.Dense(3)\n"
    assert ported(source)[0].startswith("import tfconvkit.compat.tf1 as tf\ntf.disable_v2_behavior()\n")
