"""Runs graphs as old scripts do: placeholders, a session, variables by name."""

import numpy as np

import tfconvkit.compat.tf1 as tf


def run(build, *inputs, after=()):
    """Builds a graph on placeholders, gives every variable random values and runs it once.

    Args:
        build: Function of placeholders that returns what to fetch.
        *inputs: Arrays that are fed.
        after: Names of collections whose operations run after the fetches; the variables are read after them.

    Returns:
        The fetched values, the variables before and the variables after, the latter two in dictionaries by names.
    """
    with tf.Graph().as_default(), tf.Session() as session:
        placeholders = [tf.placeholder(x.dtype, x.shape) for x in inputs]
        fetches = build(*placeholders)
        made = {variable.op.name: variable for variable in tf.global_variables()}
        rng = np.random.default_rng(7)
        for variable in made.values():
            value = np.abs(rng.normal(size=variable.shape.as_list())) + 0.1
            variable.load(value.astype(variable.dtype.as_numpy_dtype), session)
        before = session.run(made)
        fed = dict(zip(placeholders, inputs, strict=True))
        values = session.run(fetches, fed)
        for collection in after:
            session.run(tf.get_collection(collection), fed)
        return values, before, session.run(made)


def names(build, *shapes):
    """Lists the names of the variables that a function makes from placeholders of these shapes."""
    with tf.Graph().as_default():
        build(*(tf.placeholder("float32", shape) for shape in shapes))
        return [variable.op.name for variable in tf.global_variables()]
