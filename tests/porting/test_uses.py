import ast

import pytest

from tfconvkit.porting.scopes import Tree
from tfconvkit.porting.uses import collect, spelled


@pytest.mark.parametrize("written, expected", [
    ("tensorflow", "tensorflow"), ("tensorflow.compat.v1.layers.dense", "tensorflow.layers.dense"),
    ("tfconvkit.compat.tf1", "tensorflow"), ("tensorflow.keras.layers", "keras.layers"),
    ("tensorflow.python.keras.layers", "keras.layers"), ("tensorflow.contrib.keras.api.keras.layers", "keras.layers"),
    ("tensorflow.contrib.framework.python.ops.arg_scope", "tensorflow.contrib.framework.arg_scope"),
    ("tensorflow.contrib.layers.python.layers.initializers", "tensorflow.contrib.layers"),
    ("tensorflow.contrib.slim.python.slim.learning", "tensorflow.contrib.slim.learning"),
    ("tensorflow.compat.v2.x", "tensorflow.compat.v2.x"), ("tensorflow_hub", "tensorflow_hub"),
])
def test_other_spellings_are_known(written, expected):
    assert spelled(written) == expected


def test_imports_and_uses_are_found_with_their_calls():
    source = "import tensorflow as tf, os\nfrom keras import layers as L\nx = tf.add(L.Dense(3), tf.nn.relu)\n"
    imports, uses = collect(Tree(ast.parse(source), spelled))
    assert [(each.bound, each.name, each.is_from) for each in imports["tensorflow"] + imports["keras"]] == [
        ("tf", "tensorflow", False), ("L", "keras.layers", True)]
    assert [(each.name, each.call is not None) for each in uses["tensorflow"]] == [
        ("tensorflow.add", True), ("tensorflow.nn.relu", False)]
    assert [(each.name, each.is_attribute) for each in uses["keras"]] == [("keras.layers.Dense", True)]
