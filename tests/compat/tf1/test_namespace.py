"""Every name of TensorFlow 1.15: it works, or an AttributeError says what to use instead."""

import functools
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow

import tfconvkit.compat.tf1 as tf
from tfconvkit.compat.tf1 import remedies

NAMES = {space: names.split() for space, names in json.loads(
    Path(__file__).with_name("names_1_15.json").read_text(encoding="utf-8")).items()}
# How many names work and how many are explained: the table of the README, which `readme_table` writes.
TABLE = {
    "tf": (629, 3), "tf.nn": (109, 0), "tf.nn.rnn_cell": (10, 0), "tf.layers": (36, 1), "tf.image": (69, 0),
    "tf.train": (118, 0), "tf.contrib.framework": (56, 18), "tf.contrib.layers": (46, 52),
}
REMEDIES = {"tf": remedies.TF, "tf.nn": remedies.NN, "tf.layers": remedies.LAYERS, "tf.contrib": remedies.CONTRIB,
            "tf.contrib.framework": remedies.FRAMEWORK, "tf.contrib.layers": remedies.CONTRIB_LAYERS,
            "slim": remedies.SLIM}


def value_of(path):
    """Returns the value of a dotted name that begins with `tf`."""
    return functools.reduce(getattr, path.split(".")[1:], tf)


def readme_table():
    """Returns the table of the README: how many names of each namespace work, and which are explained."""
    rows = [f"| `{space}` | {working} | {explained} |" for space, (working, explained) in TABLE.items()]
    return "\n".join(["| names of TensorFlow 1.15 in | work | say what to use instead |", "|---|---|---|", *rows])


@pytest.mark.parametrize("space", NAMES)
def test_every_name_works_or_says_what_to_use_instead(space):
    working, explained = 0, 0
    for name in NAMES[space]:
        if name in REMEDIES.get(space, {}):
            with pytest.raises(AttributeError, match=rf"{re.escape(space)}.{name} is not available .*\w\."):
                getattr(value_of(space), name)
            explained += 1
        else:
            assert hasattr(value_of(space), name)
            assert name in dir(value_of(space)) or name in ("contrib", "flags", "keras", "summary")
            working += 1
    assert (working, explained) == TABLE[space]


@pytest.mark.parametrize("space", REMEDIES)
def test_what_the_explanations_name_is_there(space):
    for text in REMEDIES[space].values():
        for path in re.findall(r"\btf(?:\.\w+)+", text):
            assert value_of(path) is not None
        assert re.search(r"\b(Use|Write|Run|Read|Embed)\b", text)


def test_no_explanation_is_stale():
    slim = tf.contrib.slim
    for space, texts in REMEDIES.items():
        for name in texts:
            place = functools.reduce(getattr, name.split(".")[:-1], slim if space == "slim" else value_of(space))
            with pytest.raises(AttributeError, match="is not available with today's TensorFlow"):
                getattr(place, name.split(".")[-1])


def test_an_unknown_name_is_no_name():
    for space in ("tf", "tf.nn", "tf.contrib", "tf.contrib.slim"):
        with pytest.raises(AttributeError, match=r"tfconvkit.compat.tf1[\w.]*. See dir\("):
            value_of(space).conv2d_of_no_version  # noqa: B018


def test_unchanged_names_are_those_of_tensorflow():
    assert tf.Variable is tensorflow.compat.v1.Variable and tf.nn.conv2d is tensorflow.compat.v1.nn.conv2d
    assert tf.train.Saver is tensorflow.compat.v1.train.Saver and tf.float32 is tensorflow.float32


def test_submodules_import_as_in_old_scripts():
    import tfconvkit.compat.tf1.contrib.layers as contrib_layers
    import tfconvkit.compat.tf1.contrib.slim as slim
    from tfconvkit.compat.tf1.contrib.framework import arg_scope

    assert slim.arg_scope is arg_scope and slim.conv2d is contrib_layers.conv2d is tf.contrib.layers.conv2d


X = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])
OLD_CALLS = {
    "mul": (lambda: tf.mul(X, X), X * X), "sub": (lambda: tf.sub(X, 1.0), X - 1), "neg": (lambda: tf.neg(X), -X),
    "inv": (lambda: tf.inv(X), 1 / X), "complex_abs": (lambda: tf.complex_abs(X + 0j), np.abs(X)),
    "pack": (lambda: tf.pack([X, X], axis=1), np.stack([X, X], 1)), "unpack": (lambda: tf.unpack(X)[1], X[1]),
    "select": (lambda: tf.select([True, False], X, -X), X * [[1], [-1]]),
    "batch_matmul": (lambda: tf.batch_matmul(X[None], X[None], adj_y=True), (X @ X.T)[None]),
    "batch_matrix_determinant": (lambda: tf.batch_matrix_determinant(X[None, :, :2]), [13.0]),
    "listdiff": (lambda: tf.listdiff([3, 1, 2], [1])[0], [3, 2]),
    "concat old": (lambda: tf.concat(1, [X, X]), np.concatenate([X, X], 1)),
    "concat new": (lambda: tf.concat([X, X], 0), np.concatenate([X, X], 0)),
    "concat_dim": (lambda: tf.concat(concat_dim=1, values=[X, X]), np.concatenate([X, X], 1)),
    "concat tensor": (lambda: tf.concat(tf.constant(1), [X, X], name="c"), np.concatenate([X, X], 1)),
    "split old": (lambda: tf.split(1, 3, X)[2], X[:, 2:]), "split new": (lambda: tf.split(X, [1, 2], 1)[1], X[:, 1:]),
    "split_dim": (lambda: tf.split(split_dim=0, num_split=2, value=X)[1], X[1:]),
    "reverse old": (lambda: tf.reverse(X, [False, True]), X[:, ::-1]), "reverse": (lambda: tf.reverse(X, [0]), X[::-1]),
    "keep_dims": (lambda: tf.reduce_sum(X, reduction_indices=1, keep_dims=True), X.sum(1, keepdims=True)),
    "squeeze_dims": (lambda: tf.squeeze(X[None], squeeze_dims=[0]), X),
    "dim": (lambda: tf.expand_dims(X, dim=1), X[:, None]),
    "dimension": (lambda: tf.argmax(X, dimension=1), [2, 1]),
    "whitening": (lambda: tf.image.per_image_whitening(tf.ones((2, 2, 1))), np.zeros((2, 2, 1))),
    "targets": (lambda: tf.nn.sigmoid_cross_entropy_with_logits(logits=X * 0, targets=X * 0), X * 0 + np.log(2)),
}


@pytest.mark.parametrize("name", OLD_CALLS)
def test_old_names_and_orders_compute_the_same(name):
    call, expected = OLD_CALLS[name]
    assert np.allclose(call(), expected, rtol=1e-12, atol=0)


def test_old_summaries_and_initialisers_run():
    with tf.Graph().as_default(), tf.Session() as session:
        variable = tf.get_variable("v", (3,))
        tf.scalar_summary("loss", tf.reduce_sum(variable))
        tf.image_summary("picture", tf.zeros((2, 4, 4, 1)), max_images=1)
        merged = tf.merge_all_summaries()
        session.run(tf.initialize_all_variables())
        found = tf.Summary.FromString(session.run(merged)).value
        assert [each.tag for each in found] == ["loss", "picture/image"] and tf.all_variables() == [variable]


def test_orders_that_fit_neither_version_are_refused():
    with pytest.raises(TypeError, match=r"tf.concat: expected \(values, axis\), or \(concat_dim, values\)"):
        tf.concat([X, X])
    for loss in ("softmax", "sparse_softmax", "sigmoid"):
        with pytest.raises(ValueError, match="named arguments only.*Received 2 by position. Write labels"):
            getattr(tf.nn, f"{loss}_cross_entropy_with_logits")(X, X)


SCRIPT = """
import sys
import tensorflow
import tfconvkit.compat.tf1 as tf
assert tensorflow.executing_eagerly() and "tf_keras" not in sys.modules
tf.disable_v2_behavior()
tf.app.flags.DEFINE_integer("steps", 3, "How many steps.")
FLAGS = tf.app.flags.FLAGS

def main(_):
    tf.set_random_seed(20)
    x = tf.placeholder(tf.float32, (None, 4))
    images = tf.layers.conv2d_transpose(tf.reshape(x, (-1, 2, 2, 1)), x.get_shape()[-1].value, 3, name="up")
    features = tf.contrib.layers.batch_norm(tf.layers.flatten(tf.layers.max_pooling2d(images, 2, 2)))
    y = tf.layers.dense(features, 2, name="d")
    loss = tf.reduce_mean(tf.square(tf.layers.batch_normalization(y, training=True) - 1.0))
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        step = tf.train.AdamOptimizer(0.1).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        losses = [session.run([loss, step], {x: [[1, 2, 3, 4], [4, 3, 2, 0]]})[0] for _ in range(FLAGS.steps)]
    print(len(losses), losses[-1] < losses[0], features.shape[1].value, tf.trainable_variables()[0].name)

if __name__ == "__main__":
    tf.app.run()
"""


def test_a_script_runs_with_tensorflow_2_switched_off():
    finished = subprocess.run([sys.executable, "-c", SCRIPT, "--steps=5"], capture_output=True, text=True)
    assert (finished.returncode, finished.stdout) == (0, "5 True 16 up/kernel:0\n"), finished.stderr


def test_the_readme_has_the_table():
    assert readme_table() in (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("is_known", (True, False))
def test_transposed_convolutions_have_the_static_shape_they_were_given(is_known):
    with tf.Graph().as_default():
        x, w = tf.placeholder("float32", (None, 4, 4, 3)), tf.ones((5, 5, 2, 3))
        shape = [4, 8, 8, 2] if is_known else tf.stack([tf.shape(x)[0], 8, 8, 2])
        y = tf.nn.conv2d_transpose(x, w, shape, [1, 2, 2, 1])
        assert y.shape.as_list() == [4 if is_known else None, 8, 8, 2]
        with tf.Session() as session:
            assert session.run(y, {x: np.ones((4, 4, 4, 3))}).shape == (4, 8, 8, 2)
