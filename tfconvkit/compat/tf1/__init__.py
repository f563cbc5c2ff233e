"""The namespace of TensorFlow 1.15 on today's TensorFlow and Keras 3: `import tfconvkit.compat.tf1 as tf`.

Names that still work are those of `tensorflow.compat.v1`; this package adds what is gone or broken there:

| legacy name | here |
|---|---|
| a function with `get_variable` and scopes | `tf.tracks_variables`, `tf.LegacyLayer`: a Keras layer |
| `tf.layers.*` | functions and classes, with the variables and collections of TensorFlow 1 |
| `tf.nn.rnn_cell` | the cells, with the variables of TensorFlow 1 |
| `tf.contrib.framework`, `.layers`, `.losses`, `.rnn`, `.slim` | what networks need of them |
| `tf.mul`, `tf.pack`, `tf.concat(dim, values)`, `tf.scalar_summary`, ... | the names from before TensorFlow 1.0 |
| `tf.get_variable` in eager code | refused where every call would make a new variable |

A name that does not work raises an AttributeError that says what to use instead. Importing changes nothing global:
scripts with sessions run in `with tf.Graph().as_default()`, or in a process that calls `tf.disable_v2_behavior()`,
which they need for `shape[0].value`, for fetching variables by strings such as `"w:0"`, and for `tf.train.Supervisor`.
Layers run in `tf.function` and eagerly too, in a variable_scope with a custom_getter that keeps the variables.

Example:
    >>> import tfconvkit.compat.tf1 as tf
    >>> with tf.Graph().as_default():
    ...     x = tf.placeholder(tf.float32, (None, 8, 8, 3))
    ...     y = tf.layers.conv2d(x, 4, 3, activation=tf.nn.relu, name="conv1")
    ...     [variable.name for variable in tf.trainable_variables()]
    ['conv1/kernel:0', 'conv1/bias:0']
"""

import tensorflow

from tfconvkit.compat.tf1 import contrib, image, layers, nn, remedies, renamed, train
from tfconvkit.compat.tf1.arrays import batch_matmul, concat, listdiff, reverse, select, split
from tfconvkit.compat.tf1.namespace import lay_over
from tfconvkit.compat.tf1.sessions import InteractiveSession, Session, placeholder
from tfconvkit.compat.tf1.tracking import LegacyLayer, tracks_variables
from tfconvkit.compat.tf1.variables import get_variable

__version__ = tensorflow.__version__

__all__ = [
    "InteractiveSession",
    "LegacyLayer",
    "Session",
    "batch_matmul",
    "concat",
    "contrib",
    "get_variable",
    "image",
    "layers",
    "listdiff",
    "nn",
    "placeholder",
    "reverse",
    "select",
    "split",
    "tracks_variables",
    "train",
]

__getattr__, __dir__ = lay_over(__name__, "tf", tensorflow.compat.v1, remedies.TF, renamed.TF)
