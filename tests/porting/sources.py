"""Sources for the tests of the porting tool: pieces of legacy code, and mutations of them from a seed."""

import random

PIECES = (
    "import tensorflow as tf\n", "import tensorflow as tf, os\n", "from tensorflow.contrib import slim, learn\n",
    "import tensorflow.contrib.layers as tcl\n", "import numpy as np\n", "from numpy import product as p, array\n",
    "from keras.layers.convolutional import Conv2D\n", "from scipy.misc import imresize, imread, comb\n",
    "import scipy.misc\n", "from __future__ import division\n", "from __future__ import print_function\n",
    "x = tf.placeholder(tf.float32, [None, 3], name='x')\n", "y = tf.contrib.layers.l2_regularizer(0.1)(x)\n",
    "a = np.zeros(3, dtype=np.int) + np.NINF * np.asscalar(b)\n", "c = np.bool(1) if np.NaN else np.asfarray([1])\n",
    "def f(n, m=3):\n    return n / 2 + 7 / 2\n", "def g(t):\n\treturn t.get_shape()[1].value / 4\n",
    "for i in xrange(10):\n    print 'step', i\n", "for k, v in d.iteritems():\n    print k, v,\n",
    "print >>f, 'x', 0777\n",
    "try:\n    pass\nexcept ValueError, e:\n    raise E, 'm'\n", "exec 'x = 1'\n", "z = `x` + unicode(3) + 10L\n",
    "q = d.keys()[0]; w = map(f, d.values())\n", "if a <> b: print\n", "import cPickle as pickle, urllib2\n",
    "s = 'a string with print and np.int in it'\n", "# a comment: tf.mul, np.int\n", "'''text\nacross lines\n'''\n",
    "with tf.Session() as sess:\n    sess.run(y, {x: 1})\n",
    "class A(object):\n    def run(self, x):\n        return x / 2.0\n",
    "r = scipy.misc.factorial(4) + scipy.misc.imread('a.png')\n", "n = (1 +\n     2) / (3\n          - 1)\n",
    "\x0c\n", "\n",
    "lam = lambda (a, b): a / b\n", "v = tf.get_variable('v', [3], initializer=tf.zeros_initializer)\n", "pass\n",
    "model.fit_generator(g, nb_epoch=3)\n", "m = Conv2D(3, 3, 3, border_mode='same')(x)\n", "u = u'caf\u00e9'\n",
    "t = tf.compat.v1.layers.dense(x, 3)\n", "h = getattr(tf, name)\n", "import inpaint_ops\n", "w /= len(q)\n",
    "from inpaint_ops import gen_conv\nnet = gen_conv(x, 3)\n", "async = 3\n", "l = f'{np.int} {x!r:>{w}}'\n",
)
TOKENS = ("(", ")", "[", "]", ":", ",", "'", '"""', "\\", "\t", "    ", "print ", "/", "//", "=", ".", " in ",
    "import ",
          "lambda ", "np.int", "tf.", "\x0c", "\u00e9", "0777", "`", "<>", ";", "#", "\x1a", "$", "?", "async ",
          "\u2028")
ENDS = ("\n", "\n", "\n", "\r\n", "\r")
ENCODINGS = ("utf-8", "utf-8", "utf-8", "latin-1", "utf-8-sig", "cp1252", "utf-16", "ascii")


def generated(seed):
    """Returns the bytes of one file: a few pieces, often damaged, in some encoding and with some line ends."""
    rng = random.Random(seed)
    text = "".join(rng.choice(PIECES) for _ in range(rng.randrange(0, 12)))
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 5))):
        text = _damaged(rng, text)
    if rng.random() < 0.1:
        text = text.rstrip("\n")
    if rng.random() < 0.02:
        text *= 60
    return _encoded(rng, text)


def _damaged(rng, text):
    start = rng.randrange(len(text) + 1)
    stop = min(start + rng.choice((0, 1, 1, 2, 8, 40)), len(text))
    how = rng.randrange(4)
    middle = {0: "", 1: rng.choice(TOKENS), 2: rng.choice(TOKENS) + text[start:stop], 3: text[start:stop] * 2}[how]
    return text[:start] + middle + text[stop:]


def _encoded(rng, text):
    encoding, end = rng.choice(ENCODINGS), rng.choice(ENDS)
    if encoding in ("latin-1", "cp1252") and rng.random() < 0.8:
        text = f"# -*- coding: {encoding} -*-\n{text}"
    if rng.random() < 0.05:
        text = "#!/usr/bin/env python2\n" + text
    data = text.replace("\n", end).encode(encoding, errors="replace")
    if rng.random() < 0.05:
        data = data.replace(b"\r\n", b"\n", 1) + bytes(rng.randrange(256) for _ in range(3))
    return data
