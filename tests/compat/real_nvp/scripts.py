"""Reads the golden numbers of the official RealNVP code, and runs legacy functions as old scripts do, and eagerly."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from golden_files import load

from tfconvkit.compat.real_nvp import VariableStore

MODES = ("graph", "wrapped", "eager", "function")


class Case(NamedTuple):
    """One golden case: inputs, settings, variables, and per group its results and the variables that it changed."""

    inputs: dict
    settings: dict
    variables: dict
    results: dict
    after: dict


def cases(name):
    """Returns the cases of a golden file, a dictionary from names to `Case`."""
    found = {}
    for key, value in load(name, area="flow").items():
        case, kind, *rest = key.split("|")
        if kind not in ("in", "cfg", "var", "out", "after"):
            continue
        case = found.setdefault(case, Case({}, {}, {}, {}, {}))
        if kind in ("out", "after"):
            (case.results if kind == "out" else case.after).setdefault(rest[0], {})[rest[1]] = value
        else:
            value = value.item() if kind == "cfg" else value
            {"in": case.inputs, "cfg": case.settings, "var": case.variables}[kind][rest[0]] = value
    return found


def run(mode, build, inputs, variables=None, prepare=None):
    """Runs a legacy function with given weights, in graphs on tensors of unknown batch and grid.

    Args:
        mode: One of `MODES`.
        build: Maps tensors to a structure of tensors.
        inputs: List of arrays.
        variables: Dictionary from variable names to arrays: exactly the variables that the function makes.
        prepare: Called in a graph before `build`, on the same tensors, to make the variables of what reuses them.

    Returns:
        The result, and a dictionary of the variables afterwards.
    """
    if mode in ("eager", "function"):
        return _run_stored(build, inputs, variables or {}, mode)

    def prepared(*tensors):
        if prepare is not None:
            prepare(*tensors)
        return build(*tensors)

    return (_run_graph if mode == "graph" else _run_wrapped)(prepared, inputs, variables or {})


def _run_graph(build, inputs, variables):
    with tf.Graph().as_default() as graph, tf.compat.v1.Session() as session:
        placeholders = [tf.compat.v1.placeholder(x.dtype, _open(x)) for x in inputs]
        results = build(*placeholders)
        made = {variable.op.name: variable for variable in tf.compat.v1.global_variables()}
        session.run(tf.compat.v1.global_variables_initializer())
        made = {name: variable for name, variable in made.items() if not _is_slot(name)}
        assert set(made) == set(variables)
        # All in one run: each further run of a large graph costs a fraction of a second.
        fed = {variable.initializer.inputs[1]: variables[name] for name, variable in made.items()}
        session.run([variable.initializer for variable in made.values()], fed)
        graph.finalize()
        return session.run(results, dict(zip(placeholders, inputs, strict=True))), session.run(made)


def _is_slot(name):
    return "Adam" in name or name in ("beta1_power", "beta2_power")


def _run_wrapped(build, inputs, variables):
    function = tf.compat.v1.wrap_function(build, [tf.TensorSpec(_open(x), x.dtype) for x in inputs])
    made = {variable.name.partition(":")[0]: variable for variable in function.variables}
    assert set(made) == set(variables)
    for name, variable in made.items():
        variable.assign(variables[name])
    results = tf.nest.map_structure(np.asarray, function(*map(tf.constant, inputs)))
    return results, {name: variable.numpy() for name, variable in made.items()}


def _run_stored(build, inputs, variables, mode):
    store = VariableStore(variables)

    def call(*tensors):
        with store.scope():
            return build(*tensors)

    call = tf.function(call, [tf.TensorSpec(_open(x), x.dtype) for x in inputs]) if mode == "function" else call
    results = tf.nest.map_structure(np.asarray, call(*map(tf.constant, inputs)))
    assert set(store.weights) <= set(variables)
    return results, {**variables, **{name: variable.numpy() for name, variable in store.weights.items()}}


def _open(x):
    return [*(None for _ in x.shape[:-1]), x.shape[-1]] if x.ndim == 4 else x.shape


def changed(after, variables):
    """Returns the names of the variables that a run has changed."""
    return {name for name, value in variables.items() if np.any(after[name] != value)}


def with_gradients(function, objective):
    """Returns a `build` for `run`: the outputs of `function(x)`, then the gradients of the objective of them.

    Args:
        function: Maps a tensor to a tensor or a sequence of tensors.
        objective: Maps what `function` returns to a scalar.

    Returns:
        Function of a tensor that returns `(outputs, gradients)`, the gradients in a dictionary, that of `x` under "x",
        those of trainable variables under their names.
    """

    def build(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = function(x)
            value = objective(outputs)
        variables = tape.watched_variables()
        names = ["x", *(variable.name.partition(":")[0] for variable in variables)]
        return outputs, dict(zip(names, tape.gradient(value, [x, *variables]), strict=True))

    return build


def gradients_error(gradients, expected):
    """Largest error of gradients by name, relative to the largest number of each; of all, where one vanishes.

    Gradients of biases before a normalisation are zero: the golden numbers hold their rounding errors.
    """
    assert set(gradients) == set(expected)
    largest = {name: np.abs(value).max() for name, value in expected.items()}
    scales = {name: max(largest.values()) if size < 1e-6 * max(largest.values()) else size
              for name, size in largest.items()}
    return max(np.abs(gradients[name] - value).max() / scales[name] for name, value in expected.items())


def golden_gradients(results):
    """Returns the golden gradients of a group by the names of the variables."""
    return {key.removeprefix("grad_var_"): value for key, value in results.items() if key.startswith("grad_var_")}
