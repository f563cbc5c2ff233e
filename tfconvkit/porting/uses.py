"""What a file takes from other packages: its imports, and each place where an imported name is used."""

import ast
from typing import NamedTuple

from tfconvkit.porting.scopes import dotted

__all__ = ["Imported", "Use", "collect", "spelled"]

_SAME = (("tensorflow.compat.v1", "tensorflow"), ("tfconvkit.compat.tf1", "tensorflow"),
         ("tensorflow.python.keras", "keras"), ("tensorflow.contrib.keras.python.keras", "keras"),
         ("tensorflow.contrib.keras.api.keras", "keras"), ("tensorflow.contrib.keras", "keras"),
         ("tensorflow.keras", "keras"),
         # Private modules of before 1.0 whose names are public now.
         ("tensorflow.python.ops.rnn_cell", "tensorflow.nn.rnn_cell"), ("tensorflow.python.ops.rnn", "tensorflow.nn"),
         ("tensorflow.models.rnn.rnn_cell", "tensorflow.nn.rnn_cell"), ("tensorflow.models.rnn.rnn", "tensorflow.nn"),
         ("tensorflow.python.platform.tf_logging", "tensorflow.logging"),
         *((f"tensorflow.python.platform.{name}", f"tensorflow.{name}") for name in ("app", "flags", "gfile")))
# Modules within a part of contrib, whose names the part itself has.
_MODULES = {"layers": ("layers", "initializers", "regularizers"), "framework": ("variables", "ops"),
            "rnn": ("rnn_cell", "core_rnn_cell", "rnn", "core_rnn")}


class Imported(NamedTuple):
    """One name of an import statement.

    Args:
        node: The statement.
        alias: The name in it.
        written: Full name as it is written, such as `"tensorflow.contrib.framework.python.ops.arg_scope"`.
        name: The name under which rules know it, such as `"tensorflow.contrib.framework.arg_scope"`.
        scope: Scope of the statement.
    """

    node: ast.stmt
    alias: ast.alias
    written: str
    name: str
    scope: object

    @property
    def bound(self):
        """Name that the statement binds."""
        return self.alias.asname or (self.alias.name if self.is_from else self.alias.name.partition(".")[0])

    @property
    def is_from(self):
        """Whether it is a from-import."""
        return isinstance(self.node, ast.ImportFrom)


class Use(NamedTuple):
    """One place where an imported name is used.

    Args:
        node: Name or attribute.
        name: Full name, such as `"numpy.int"`.
        scope: Scope it stands in.
        call: The call of it, or None.
    """

    node: ast.expr
    name: str
    scope: object
    call: ast.Call | None

    @property
    def is_attribute(self):
        """Whether the last part of the name is written at this place, not in the import."""
        return isinstance(self.node, ast.Attribute)


def spelled(name):
    """Returns the name under which rules know an imported one.

    Args:
        name: Dotted name.

    Example:
        >>> spelled("tensorflow.contrib.framework.python.ops.arg_scope"), spelled("tensorflow.compat.v1.layers")
        ('tensorflow.contrib.framework.arg_scope', 'tensorflow.layers')
    """
    if not name.startswith(("tensorflow", "tfconvkit")):
        return name
    for old, new in _SAME:
        if name == old or name.startswith(old + "."):
            name = new + name[len(old):]
            break
    parts = name.split(".")
    if parts[:2] == ["tensorflow", "contrib"] and "python" in parts[3:-1]:
        parts = [*parts[: parts.index("python")], parts[-1]]
        if parts[-1] in _MODULES.get(parts[2], ()):
            parts.pop()
    return ".".join(parts)


def collect(tree):
    """Returns the imports and the uses of a file, each as a dictionary from the first part of the name to a list.

    Args:
        tree: `scopes.Tree`.
    """
    imports, uses, calls, inner = {}, {}, {}, set()
    for node, scope in tree.nodes:
        kind = type(node)
        if kind is ast.Call:
            calls[id(node.func)] = node
        elif kind is ast.Import or kind is ast.ImportFrom:
            for found in _imported(node, scope):
                imports.setdefault(found.name.partition(".")[0], []).append(found)
        elif (kind is ast.Attribute or kind is ast.Name) and id(node) not in inner:
            value = node
            while type(value) is ast.Attribute:
                value = value.value
                inner.add(id(value))
            name = dotted(node, scope)
            if name is not None and (kind is ast.Attribute or isinstance(node.ctx, ast.Load)):
                name = spelled(name)
                uses.setdefault(name.partition(".")[0], []).append(Use(node, name, scope, calls.get(id(node))))
    return imports, uses


def _imported(node, scope):
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            written = f"{'.' * node.level}{node.module or ''}.{alias.name}"
        else:
            written = alias.name
        yield Imported(node, alias, written, spelled(written), scope)
