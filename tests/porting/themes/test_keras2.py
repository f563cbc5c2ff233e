import importlib

import pytest
from porting.checks import kinds, ported


@pytest.mark.parametrize("source, expected", [
    ("from keras.layers.convolutional import Conv2D, MaxPooling2D", "from keras.layers import Conv2D, MaxPooling2D"),
    ("from keras.layers.normalization import BatchNormalization", "from keras.layers import BatchNormalization"),
    ("from keras.layers.merge import add", "from keras.layers import add"),
    ("from keras.utils.np_utils import to_categorical", "from keras.utils import to_categorical"),
    ("from keras.utils import np_utils", "from keras import utils as np_utils"),
    ("from keras.engine.topology import Layer, InputSpec", "from keras.layers import Layer, InputSpec"),
    ("from keras.preprocessing.image import ImageDataGenerator",
     "from tensorflow.keras.preprocessing.image import ImageDataGenerator"),
    ("from keras.preprocessing.sequence import pad_sequences", "from keras.utils import pad_sequences"),
    ("from keras import backend as K", "from tensorflow.keras import backend as K"),
    ("import keras.backend as K", "import tensorflow.keras.backend as K"),
    ("from keras.layers import Dense\nimport keras.models", "from keras.layers import Dense\nimport keras.models"),
    ("from tensorflow.python.keras.layers import Dense\nimport tensorflow as tf\ntf.Session",
     "from keras.layers import Dense\nimport tfconvkit.compat.tf1 as tf\ntf.disable_v2_behavior()\ntf.Session"),
])
def test_imports_are_those_of_keras_3(source, expected):
    text, findings = ported(source)
    assert text == expected and kinds(findings) == []
    for line in (line for line in text.splitlines() if "tfconvkit" not in line and "import" in line):
        exec(line, {})


@pytest.mark.parametrize("source, expected", [
    ("Convolution2D(64, 3, 3, border_mode='same', subsample=(2, 2), bias=False)",
     "Convolution2D(64, (3, 3), padding='same', strides=(2, 2), use_bias=False)"),
    ("Dense(output_dim=3, init='one', W_regularizer=None)",
     "Dense(units=3, kernel_initializer='ones', kernel_regularizer=None)"),
    ("Dropout(p=0.5)", "Dropout(rate=0.5)"), ("LeakyReLU(alpha=0.2)", "LeakyReLU(negative_slope=0.2)"),
    ("Conv2D(64, (3, 3), padding='same')", "Conv2D(64, (3, 3), padding='same')"),
    ("Conv2D(8, 3, 2)", "Conv2D(8, 3, 2)"),
])
def test_arguments_of_layers_are_renamed(source, expected):
    head = "from keras.layers import Conv2D, Convolution2D, Dense, Dropout, LeakyReLU\n"
    text, findings = ported(f"{head}x = {source}\n")
    assert text == f"{head}x = {expected}\n" and kinds(findings) == []
    exec(text, {})


def test_training_and_optimizers():
    text, findings = ported("from keras import optimizers as o, models\nm = models.Model(input=x, output=y)\n"
                            "m.fit_generator(g, nb_epoch=3, samples_per_epoch=9)\nm.fit(x, nb_epoch=1)\n"
                            "o.SGD(lr=1, decay=2)\n")
    assert text == ("from keras import optimizers as o, models\nm = models.Model(inputs=x, outputs=y)\n"
                    "m.fit(g, epochs=3, samples_per_epoch=9)\nm.fit(x, epochs=1)\no.SGD(learning_rate=1, decay=2)\n")
    assert kinds(findings) == [(3, "samples_per_epoch="), (5, "decay=")]


@pytest.mark.parametrize("source, place", [
    ("from keras.layers import Merge", (1, "from keras.layers import Merge")),
    ("from keras import backend as K\nK.set_session(s)", (2, "K.set_session")),
    ("from keras import backend as K\nK.image_dim_ordering()", (2, "K.image_dim_ordering")),
    ("from keras.layers import Conv2D\nConv2D(8, 3, 3)", (2, "Conv2D(8, 3, 3)")),
    ("import keras\nkeras.layers.Deconvolution2D(3)", (2, "keras.layers.Deconvolution2D")),
])
def test_what_keras_3_has_not_is_named(source, place):
    assert kinds(ported(source)[1]) == [place]


def test_symbolic_tensors_in_functions_of_tensorflow_are_named():
    source = ("import tensorflow as tf\nfrom keras.layers import Input, Dense\nx = Input((3,))\nh = Dense(2)(x)\n"
              "y = tf.reduce_sum(h)\nz = tf.concat([x, y], 1)\ndef f(x):\n    return tf.mul(x, 2)\n")
    assert kinds(ported(source)[1]) == [(5, "tf.reduce_sum(h)"), (6, "tf.concat(x)")]


def test_the_modules_that_are_written_exist():
    for name in ("tensorflow.keras.backend", "tensorflow.keras.preprocessing.image"):
        assert importlib.import_module(name)
