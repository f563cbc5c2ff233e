"""TensorFlow 1: its imports go to `tfconvkit.compat.tf1`; names that are not there are for a human."""

import ast
import re

from tfconvkit.porting import names
from tfconvkit.porting.moving import Move, Stay

__all__ = ["NAME", "ROOT", "apply", "is_modern", "move"]

NAME, ROOT = "tensorflow", "tensorflow"
SHIM = "tfconvkit.compat.tf1"
_MODULES = {"", "nn", "layers", "image", "train", "nn.rnn_cell", "contrib", "contrib.framework", "contrib.layers",
            "contrib.losses", "contrib.rnn", "contrib.slim", "contrib.slim.learning", "contrib.slim.utils"}
_MOVED = "TensorFlow 1's namespace on today's TensorFlow."
_PRIVATE = ("tensorflow.python is private and changes with every release. Use the public name, such as tf.train or "
            "tf.nn, or copy what you need.")
_TUTORIALS = ("The data sets of the tutorials left TensorFlow. Use keras.datasets.mnist.load_data(), scale the images "
              "by 1 / 255, and cut batches of your own.")
_MODELS = "tensorflow.models left TensorFlow in 0.8. Use tf.nn.rnn_cell, tf.nn.dynamic_rnn, or copy what you need."
_STAR = (f"{SHIM} exports only what it changes by an asterisk. Write import {SHIM} as tf, and tf. before each name.")
# Parts of contrib that moved into TensorFlow itself with the same arguments.
_GROWN = (("contrib.data.", "data.experimental."), ("contrib.signal.", "signal."))
_MIDDLE = re.compile(
    r"(contrib\.(?:slim|layers|rnn))\.(initializers|regularizers|core_rnn_cell|core_rnn|rnn_cell)\.(\w+)")
_REPORTED = ("tensorflow.python", "tensorflow.core", "tensorflow.examples", "tensorflow.models")
_OLD_ARGUMENTS = frozenset("keep_dims reduction_indices keep_prob squeeze_dims dimension concat_dim split_dim".split())
_MODERN_MARKS = ("GradientTape", "function")


def is_modern(page):
    """Tells whether a file is written for TensorFlow 2: what TensorFlow 2 has, and nothing that it has not.

    Args:
        page: `Page`.
    """
    if "tensorflow" not in page.modern:
        used = {_path(use.name) for use in page.uses.get(ROOT, ())}
        used |= {_path(found.name) for found in page.imports.get(ROOT, ()) if found.is_from}
        is_old = any(names.is_only_old(path) for path in used if path)
        calls = [use.call for use in page.uses.get(ROOT, ()) if use.call]
        is_old |= any(keyword.arg in _OLD_ARGUMENTS for call in calls for keyword in call.keywords)
        has_marks = any(path in _MODERN_MARKS or names.is_only_new(path) for path in used)
        has_keras = any(_is_keras(each) for each in page.uses.get("keras", ())) or any(
            found.written.startswith("tensorflow.keras") for found in page.imports.get("keras", ()))
        page.modern["tensorflow"] = not is_old and (has_marks or has_keras) and not _is_compat(page)
    return page.modern["tensorflow"]


def _is_keras(use):
    """Tells whether Keras is reached through TensorFlow, as in `tf.keras.layers`."""
    return (use.scope.origin(_root(use.node)) or "").startswith("tensorflow")


def _root(node):
    """Returns the name at the root of a chain of attributes."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id


def _is_compat(page):
    return any(found.written.startswith(("tensorflow.compat.v1", SHIM)) for found in page.imports.get(ROOT, ()))


def _path(name):
    return name.partition(".")[2]


def move(page, found):
    """Says where an imported name is now; see `moving.move_imports`."""
    if found.written.startswith("tfconvkit"):
        return None
    path = _path(found.name)
    if path == "*" or path.endswith(".*"):
        return Stay(_STAR, NAME)
    if path.startswith(("examples", "models")):
        return Stay(_MODELS if path.startswith("models") else _TUTORIALS, NAME)
    if path.startswith(("python", "core")):
        return Stay(_PRIVATE, NAME)
    if is_modern(page):
        return None
    return _move_public(found, path)


def _grown(path):
    """Returns where a name of contrib is in TensorFlow itself, or None."""
    for old, new in _GROWN:
        if path.startswith(old) and names.is_known(new + path[len(old):]):
            return new + path[len(old):]
    return None


def _move_public(found, path):
    path = _grown(path) or path
    gone = names.missing(path) if path else None
    if gone is not None:
        return Stay(_why(*gone), NAME)
    if not found.is_from and not found.alias.asname:
        path = ""  # `import tensorflow.contrib.slim` binds tensorflow.
    parent = path if not found.is_from else path.rpartition(".")[0]
    base = SHIM if parent in _MODULES else "tensorflow.compat.v1"
    return Move(f"{base}.{path}".rstrip("."), _MOVED, NAME)


def _why(name, remedy):
    if remedy is None and name.startswith("contrib"):
        return f"{name} is gone with contrib, and nothing here takes its place. Copy what you need of it."
    return remedy or f"{SHIM} has no {name}: it was private, or is of another version of TensorFlow."


def apply(page):
    """Notes what a file uses of TensorFlow 1 that is not there, and shortens `tf.compat.v1.x` to `tf.x`."""
    if is_modern(page):
        for first in (page.imports.get(ROOT) or page.imports.get("keras") or [])[:1]:
            page.suggest(first.node, "TensorFlow 2", "Written for TensorFlow 2: left as it is.", NAME)
        return
    for use in page.uses.get(ROOT, ()):
        if use.is_attribute and _without_middle(page, use):
            continue
        if use.is_attribute and _grown(_path(use.name)):
            _regrow(page, use)
            continue
        gone = names.missing(_path(use.name)) if use.name != ROOT and use.is_attribute else None
        # What hangs on an import that is reported by itself is not said again at each use.
        if gone is not None and not (use.scope.origin(_root(use.node)) or "").startswith(_REPORTED):
            page.undecided(use.node, f"tf.{gone[0]}", _why(*gone), NAME)
        _shorten(page, use)


def _without_middle(page, use):
    """Writes `slim.initializers.xavier_initializer` as `slim.xavier_initializer`, which is the same function."""
    found = _MIDDLE.fullmatch(_path(use.name))
    if not found or not names.is_known(f"{found[1]}.{found[3]}") or not isinstance(use.node.value, ast.Attribute):
        return False
    inner = use.node.value
    page.change(use.node, "", f"{page.slice(use.node)} -> {page.slice(inner.value)}.{found[3]}",
                "The module within contrib is gone; the part has its names.", NAME,
                (page.span(inner.value)[1], page.span(inner)[1]))
    return True


def _regrow(page, use):
    """Writes `tf.contrib.data.x` as `tf.data.experimental.x`."""
    text, new = page.slice(use.node), _grown(_path(use.name))
    if text.endswith(f".{_path(use.name)}"):
        start, end = page.span(use.node)
        span = (end - len(_path(use.name)), end)
        page.change(use.node, new, f"tf.{_path(use.name)} -> tf.{new}", "TensorFlow took it over.", NAME, span)
    else:
        page.undecided(use.node, use.name, f"It is tf.{new} now.", NAME)


def _shorten(page, use):
    """Takes `compat.v1.` out of `tf.compat.v1.layers`: the shim itself has what is gone there."""
    node, chain = use.node, []
    while isinstance(node, ast.Attribute):
        chain.append(node)
        node = node.value
    parts = [each.attr for each in reversed(chain)]
    if parts[:2] == ["compat", "v1"] and len(parts) > 2:
        inner = chain[-2]
        page.change(use.node, "", f"tf.{'.'.join(parts)} -> tf.{'.'.join(parts[2:])}",
                    "The namespace of TensorFlow 1 is tf itself now.", NAME,
                    (page.span(node)[1], page.span(inner)[1]))
