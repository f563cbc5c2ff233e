"""Reads import statements and says where they break the dependency table of the package.

The table below is the ladder of the package: a module imports from lower rungs, and from its own rung only inside
its own folder and without cycles. Nothing is executed: sources are read as syntax trees.
"""

import ast
import graphlib
import sys
from typing import NamedTuple

PACKAGE = "tfconvkit"
OPTIONAL = frozenset({"ai_edge_litert", "fissix", "libcst", "matplotlib", "onnx", "onnxruntime", "scipy", "sklearn",
                      "tensorflow_probability"})


class Rung(NamedTuple):
    """What the modules below one name of the package may import.

    Args:
        level: Number of the rung; lower ones may be imported.
        packages: Dotted names from outside that may stand at the top of a file.
        inside: Dotted names from outside that may be imported inside a function.
        banned: Dotted names that may not be imported although a wider name is allowed.
    """

    level: int
    packages: frozenset = frozenset()
    inside: frozenset = frozenset()
    banned: frozenset = frozenset()


def _rung(level, packages="", inside="", banned=""):
    return Rung(level, *(frozenset(names.split()) for names in (packages, inside, banned)))


_ROOF = " ".join(sorted(OPTIONAL))
TABLE = {
    "checks": _rung(0, "numpy", banned="tfconvkit.backend"),
    "groups": _rung(0, "numpy", banned="tfconvkit.backend"),
    "padding": _rung(0, "numpy", banned="tfconvkit.backend"),
    "banks": _rung(0, "numpy", banned="tfconvkit.backend"),
    "windows": _rung(0, "numpy", banned="tfconvkit.backend"),
    "masks": _rung(0, "numpy", banned="tfconvkit.backend"),
    "backend": _rung(0, "keras numpy", inside="tensorflow jax torch", banned="tfconvkit"),
    "ops": _rung(1, "keras.ops numpy"),
    "operators": _rung(2, "keras numpy", "scipy", banned="keras.layers"),
    "losses": _rung(2, "keras numpy", banned="keras.layers"),
    "layers": _rung(3, "keras numpy"),
    "models": _rung(4, "keras numpy", _ROOF),
    "audit": _rung(4, "keras numpy", _ROOF),
    # Above the audit, whose walk through a model and whose counts it uses.
    "surgery": _rung(5, "keras numpy", _ROOF),
    "bijectors": _rung(4, "keras numpy tensorflow tensorflow_probability", _ROOF),
    "multi_worker": _rung(4, inside="tensorflow"),
    "_datasets": _rung(4, "numpy sklearn", _ROOF),
    "compat": _rung(5, "keras numpy tensorflow", _ROOF),
    "porting": _rung(5, "libcst fissix", banned="tfconvkit"),
    "demo": _rung(6, "keras numpy sklearn matplotlib"),
    # It reports what cannot be imported: nothing stands at the top.
    "doctor": _rung(6, inside="keras numpy tensorflow"),
    "cli": _rung(7, inside="tfconvkit"),
    "__main__": _rung(8),
}
_ROOT = _rung(-1)
_NO_RUNG = "has no rung: add it to TABLE in tests/architecture.py"


class Import(NamedTuple):
    """One imported name.

    Args:
        target: Dotted name of the module, or of the name in it.
        line: Line of the statement.
        is_top: Whether it stands directly in the module's body.
    """

    target: str
    line: int
    is_top: bool


def imports(source, module, is_package=False):
    """Lists the dotted names that a module imports.

    A module bound by `import keras` counts with the attributes read from it, so that `keras.layers.Dense` is seen.

    Args:
        source: Text of the module.
        module: Its dotted name, against which relative imports are resolved.
        is_package: Whether the source is an `__init__.py`.
    """
    tree = ast.parse(source)
    found, bound = [], {}
    for node in ast.walk(tree):
        is_top = node in tree.body
        if isinstance(node, ast.Import):
            found += [Import(alias.name, node.lineno, is_top) for alias in node.names]
            bound.update(_bound_names(node) if is_top else ())
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, module, is_package)
            found += [Import(f"{origin}.{alias.name}", node.lineno, is_top) for alias in node.names]
    return [*found, *_attributes(tree, bound)]


def _bound_names(node):
    for alias in node.names:
        root = alias.name.partition(".")[0]
        yield (alias.asname, alias.name) if alias.asname else (root, root)


def _origin(node, module, is_package):
    if node.level == 0:
        return node.module
    parents = module.split(".")
    above = parents[: len(parents) - node.level + is_package]
    return ".".join([*above, *filter(None, [node.module])])


def _attributes(tree, bound):
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in bound:
            yield Import(f"{bound[node.value.id]}.{node.attr}", node.lineno, True)


def violations(source, module, is_package=False):
    """Lists what one module imports against the table, one message per statement.

    Args:
        source: Text of the module.
        module: Its dotted name, such as `"tfconvkit.ops.kernels"`.
        is_package: Whether the source is an `__init__.py`.
    """
    own = _ROOT if module == PACKAGE else TABLE.get(_room(module))
    if own is None:
        return [f"{module}: {_NO_RUNG}"]
    judged = ((each, _judge(each, module, own)) for each in imports(source, module, is_package))
    return [f"{module}:{each.line}: {each.target} {message}" for each, message in judged if message]


def _judge(each, module, own):
    root = each.target.partition(".")[0]
    if root in sys.stdlib_module_names:
        return None if each.is_top else "stands inside a function but is no optional dependency"
    if not each.is_top:
        return None if _is_within(each.target, own.inside) else "may not be imported inside a function here"
    return _judge_inner(each.target, module, own) if root == PACKAGE else _judge_outer(each.target, own)


def _judge_inner(target, module, own):
    room = _room(target)
    if room is None or room in ("__version__", "__doc__"):
        return None if own.level > 6 else "is the root of the package, which only the command line may import"
    if room not in TABLE:
        return _NO_RUNG
    if room == _room(module):
        return None
    other = TABLE[room].level
    if _is_within(target, own.banned) or other > own.level or other == own.level > 0:
        return f"stands on rung {other}: not for {module} on rung {own.level}"
    return None


def _judge_outer(target, own):
    # `import keras` by itself is harmless where only keras.ops is allowed: its attributes are judged one by one.
    is_parent = any(name.startswith(f"{target}.") for name in own.packages)
    if is_parent or _is_within(target, own.packages) and not _is_within(target, own.banned):
        return None
    return f"is not among what this rung may import: {', '.join(sorted(own.packages)) or 'the standard library'}"


def _is_within(target, names):
    return any(target == name or target.startswith(f"{name}.") for name in names)


def _room(target):
    """Returns the name below the package that decides the rung: `"ops"` for `"tfconvkit.ops.kernels"`."""
    return target.split(".")[1] if "." in target else None


def first_cycle(sources):
    """Returns the modules of one import cycle, or None.

    Args:
        sources: Dictionary from dotted names to pairs `(source, is_package)`.
    """
    graph = {name: _needed(name, *pair, sources) for name, pair in sources.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return None


def _needed(module, source, is_package, sources):
    targets = (each.target for each in imports(source, module, is_package))
    # `from a import b` needs the module a.b if there is one, else a.
    nearest = {target if target in sources else target.rpartition(".")[0] for target in targets}
    return {name for name in nearest if name in sources and name != module}


def private_uses(source, exported):
    """Lists what a script outside the package uses that is not public, one message per line.

    A name is public if every step from the package to it is in `__all__` of the step before; where a module has no
    `__all__`, if it does not start with an underscore.

    Args:
        source: Text of the script.
        exported: Dictionary from dotted module names to their `__all__`, None for a module without.
    """
    tree = ast.parse(source)
    found = [f"{each.line}: {each.target} is not public" for each in imports(source, "script")
             if _is_within(each.target, [PACKAGE]) and not _is_public(each.target, exported)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_private(node.attr) and not _is_own(node.value):
            found.append(f"{node.lineno}: .{node.attr} is private")
    return found


def _is_public(target, exported):
    parts = target.split(".")
    for length in range(1, len(parts)):
        names = exported.get(".".join(parts[:length]))
        name = parts[length]
        # compat is public too, but needs TensorFlow: the package does not load it by itself.
        if _is_private(name) or names is not None and name not in names and name not in ("__version__", "compat"):
            return False
    return True


def _is_private(name):
    return name.startswith("_") and not name.endswith("__")


def _is_own(node):
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def exports(source):
    """Returns the strings of `__all__` in a source, or None where it has none."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "__all__":
            return ast.literal_eval(node.value)
    return None
