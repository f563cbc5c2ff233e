"""Symbolic tensors of Keras in functions of TensorFlow, which Keras 3 refuses."""

import ast

from tfconvkit.porting.themes import tensorflow

__all__ = ["NAME", "apply"]

NAME = "keras tensors"
_WHY = ("Keras 3 refuses its symbolic tensors in functions of TensorFlow. Use keras.ops or a layer of Keras, or put "
        "the call into keras.layers.Lambda.")


def apply(page):
    """Notes calls of TensorFlow on what a layer of Keras returned in the same scope."""
    if not any(use.name.startswith("keras.") for use in page.uses.get("keras", ())) or tensorflow.is_modern(page):
        return
    tensors = _tensors(page)
    for use in page.uses.get("tensorflow", ()) if tensors else ():
        given = _given(use.call, use.scope, tensors)
        if given:
            page.undecided(use.node, f"tf.{use.name.partition('.')[2]}({given[0]})", _WHY, NAME)


def _given(call, scope, tensors):
    """Returns the names of symbolic tensors among the arguments of a call."""
    arguments = [*call.args, *(each.value for each in call.keywords)] if call is not None else ()
    return [each.id for each in _flat(arguments) if isinstance(each, ast.Name) and (id(scope), each.id) in tensors]


def _flat(nodes):
    for node in nodes:
        if isinstance(node, (ast.List, ast.Tuple)):
            yield from _flat(node.elts)
        else:
            yield node


def _tensors(page):
    """Returns the names, each with its scope, that the call of a layer is assigned to."""
    found = set()
    for node, scope in page.nodes(ast.Assign):
        if isinstance(node.value, ast.Call) and _is_symbolic(page, node.value, scope, found):
            found |= {(id(scope), target.id) for target in node.targets if isinstance(target, ast.Name)}
    return found


def _is_symbolic(page, call, scope, tensors):
    made = call.func
    if isinstance(made, ast.Call):
        return (page.name_of(made.func, scope) or "").startswith("keras.layers.")
    name = page.name_of(made, scope) or ""
    if name.startswith("tensorflow."):
        return bool(_given(call, scope, tensors))
    return name in ("keras.Input", "keras.layers.Input", "keras.engine.Input") or (
        name.startswith("keras.layers.") and name.rpartition(".")[2].islower())
