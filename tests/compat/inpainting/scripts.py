"""Runs legacy functions as old scripts do: in a graph with a session, or through `wrap_function`."""

import numpy as np
import tensorflow as tf

MODES = ("graph", "wrapped")


def run(mode, build, inputs, variables=None, calls=1):
    """Runs a legacy function with given weights, on placeholders of unknown batch and grid.

    Args:
        mode: One of `MODES`.
        build: Maps tensors to a structure of tensors.
        inputs: List of arrays.
        variables: Dictionary from variable names to arrays: exactly the variables that the function makes.
        calls: How often to run it.

    Returns:
        List of the results of the calls, and a dictionary of the variables afterwards.
    """
    return (_run_graph if mode == "graph" else _run_wrapped)(build, inputs, variables or {}, calls)


def _run_graph(build, inputs, variables, calls):
    with tf.Graph().as_default() as graph, tf.compat.v1.Session() as session:
        placeholders = [tf.compat.v1.placeholder(x.dtype, _open(x)) for x in inputs]
        results = build(*placeholders)
        made = {variable.op.name: variable for variable in tf.compat.v1.global_variables()}
        assert set(made) == set(variables)
        for name, variable in made.items():
            variable.load(variables[name], session)
        graph.finalize()
        fed = dict(zip(placeholders, inputs, strict=True))
        return [session.run(results, fed) for _ in range(calls)], session.run(made)


def _run_wrapped(build, inputs, variables, calls):
    function = tf.compat.v1.wrap_function(build, [tf.TensorSpec(_open(x), x.dtype) for x in inputs])
    made = {variable.name.partition(":")[0]: variable for variable in function.variables}
    assert set(made) == set(variables)
    for name, variable in made.items():
        variable.assign(variables[name])
    results = [tf.nest.map_structure(np.asarray, function(*map(tf.constant, inputs))) for _ in range(calls)]
    return results, {name: variable.numpy() for name, variable in made.items()}


def _open(x):
    return [*(None for _ in x.shape[:-1]), x.shape[-1]] if x.ndim == 4 else x.shape


def output_and_gradients(function, seed):
    """Returns a `build` for `run`: the output of `function(x)`, then the gradients of `sum(y * seed)`.

    Args:
        function: Maps a tensor to a tensor.
        seed: Array of the output's shape.

    Returns:
        Function of a tensor that returns `(y, gradients)`, the gradients in a dictionary, that of `x` under "x".
    """

    def build(x):
        y = function(x)
        variables = tf.compat.v1.trainable_variables()
        gradients = tf.compat.v1.gradients(tf.reduce_sum(y * seed), [x, *variables])
        names = ["x", *(variable.name.partition(":")[0] for variable in variables)]
        return y, dict(zip(names, gradients, strict=True))

    return build
