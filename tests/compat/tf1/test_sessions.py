"""Placeholders and sessions work in graphs, and say what to do in eager code."""

import pytest
import tensorflow

import tfconvkit.compat.tf1 as tf


def test_eager_code_is_told_what_to_do():
    with pytest.raises(RuntimeError, match='placeholder "x" in. Received eager code. Call tf.disable_v2_behavior'):
        tf.placeholder(tf.float32, name="x")
    for session in (tf.Session(), tf.InteractiveSession()):
        with pytest.raises(RuntimeError, match="Received none: they were computed eagerly. Call tf.disable_v2"):
            session.run(tf.global_variables_initializer())
        session.close()


def test_a_session_made_before_its_graph_runs_it():
    session = tf.Session(graph=tf.Graph())
    with session.graph.as_default():
        x = tf.placeholder(tf.float32, (None,))
        y = 2 * x
    assert session.run(y, {x: [1.0, 2.0]}).tolist() == [2.0, 4.0]
    assert isinstance(session, tensorflow.compat.v1.Session)
