"""Which import a name stands for: the nodes of a syntax tree, each with the scope it stands in."""

import ast

__all__ = ["Scope", "Tree", "dotted"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_USUAL = {"tf": "tensorflow", "np": "numpy", "slim": "tensorflow.contrib.slim"}
_SCOPES = (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)


class Scope:
    """The names that one module, class or function binds.

    Args:
        node: The module, class, function or comprehension.
        parent: Scope around it, or None.
    """

    def __init__(self, node, parent=None):
        self.node, self.parent = node, parent
        self.imports, self.bound = {}, set()
        self.is_class = isinstance(node, ast.ClassDef)

    def origin(self, name):
        """Returns what an import bound to a name, such as `"tensorflow.contrib.slim"`, or None."""
        scope, is_inner = self, False
        while scope is not None:
            if not (is_inner and scope.is_class):
                if name in scope.imports:
                    return scope.imports[name]
                if name in scope.bound:
                    return None
            scope, is_inner = scope.parent, True
        return None

    def is_bound(self, name):
        """Tells whether the module binds a name at all, in this scope or around it."""
        scope = self
        while scope is not None:
            if name in scope.bound or name in scope.imports:
                return True
            scope = scope.parent
        return False


class Tree:
    """The nodes of a module in the order of the source, each with its scope.

    Args:
        module: Tree of `ast.parse`.
        canonical: Function from the dotted name of an import to the name under which rules know it.
    """

    def __init__(self, module, canonical=lambda name: name):
        self.module, self._canonical = module, canonical
        self.top = Scope(module)
        self.nodes = []
        self._walk(module)
        self._guess()

    def _guess(self):
        """Takes the usual names for the usual modules where they come from another file by an asterisk."""
        has_star = any(name.startswith("*") for name in self.top.imports)
        free = {name: target for name, target in _USUAL.items() if not self.top.is_bound(name)}
        self.top.imports.update(free if has_star else {})

    def _walk(self, module):
        # No recursion: a sum of two thousand terms is as deep as it is long.
        waiting = [(child, self.top) for child in reversed(list(ast.iter_child_nodes(module)))]
        while waiting:
            node, scope = waiting.pop()
            self.nodes.append((node, scope))
            self._bind(node, scope)
            inner = Scope(node, scope) if isinstance(node, _SCOPES) else scope
            outside = _outside(node)
            waiting += [(child, scope if child in outside else inner)
                        for child in reversed(list(ast.iter_child_nodes(node)))]

    def _bind(self, node, scope):
        kind = type(node)
        if kind is ast.Name:
            if not isinstance(node.ctx, ast.Load):
                scope.bound.add(node.id)
        elif kind is ast.arg:
            scope.bound.add(node.arg)
        elif kind is ast.Import:
            for alias in node.names:
                target = alias.name if alias.asname else alias.name.partition(".")[0]
                self._import(scope, alias.asname or target, target)
        elif kind is ast.ImportFrom:
            for alias in node.names:
                module = "." * node.level + (node.module or "")
                self._import(scope, alias.asname or alias.name, f"{module}.{alias.name}")
        elif kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
            scope.bound.add(node.name)
        elif kind is ast.ExceptHandler and node.name:
            scope.bound.add(node.name)

    def _import(self, scope, name, target):
        scope.imports.setdefault(name, self._canonical(target))


def _outside(node):
    """Returns the children of a scope that stand in the scope around it: decorators, defaults, base classes."""
    if isinstance(node, ast.ClassDef):
        return {*node.decorator_list, *node.bases, *node.keywords}
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return {*node.decorator_list, *([node.returns] if node.returns else ())}
    return ()


def dotted(node, scope):
    """Returns the full name that a chain of attributes stands for, such as `"numpy.int"` for `np.int`, or None.

    Args:
        node: Name or attribute.
        scope: Scope it stands in.

    Example:
        >>> tree = Tree(ast.parse("import numpy as np; x = np.random.rand"))
        >>> [dotted(node, scope) for node, scope in tree.nodes if isinstance(node, ast.Attribute)][0]
        'numpy.random.rand'
    """
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    origin = scope.origin(node.id)
    return ".".join([origin, *reversed(names)]) if origin is not None else None
