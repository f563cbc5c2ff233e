"""What can be known of a number without running the program: an integer, a float, or neither."""

import ast

__all__ = ["FLOAT", "INTEGER", "UNKNOWN", "Kinds"]

INTEGER, FLOAT, UNKNOWN = "integer", "float", "unknown"
_INTEGER_CALLS = frozenset("len int ord hash id".split())
_SAME_CALLS = frozenset("abs max min sum".split())
_FLOAT_CALLS = frozenset("float round".split())
_FLOAT_MODULES = ("math.", "time.", "random.random", "random.uniform", "random.gauss", "tensorflow.nn.",
                  "numpy.random.rand", "numpy.random.normal", "numpy.random.uniform", "numpy.linalg.")
_FLOAT_NAMES = frozenset(
    "math.pi math.e numpy.pi numpy.e numpy.sqrt numpy.exp numpy.log numpy.log2 numpy.log10 numpy.mean numpy.std "
    "numpy.var numpy.median numpy.average numpy.linspace numpy.sin numpy.cos numpy.tan numpy.tanh numpy.float32 "
    "numpy.float64 numpy.float16 numpy.ceil numpy.floor tensorflow.to_float tensorflow.to_double tensorflow.sqrt "
    "tensorflow.rsqrt tensorflow.exp tensorflow.log tensorflow.sigmoid tensorflow.tanh tensorflow.random_normal "
    "tensorflow.random_uniform tensorflow.truncated_normal tensorflow.matmul tensorflow.norm tensorflow.sin "
    "tensorflow.cos tensorflow.erf".split())
_COUNTING = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod, ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr)
_FLAGS = {"DEFINE_integer": INTEGER, "DEFINE_float": FLOAT}


class Kinds:
    """Says of expressions of a page what numbers they are.

    Args:
        page: `Page`.
    """

    def __init__(self, page):
        self._page = page
        self._values, self._stores, self._known, self._open = {}, {}, {}, set()
        self._flags, self._globals = {}, set()
        for node, scope in page.tree.nodes:
            self._note(node, scope)

    def kind(self, node, scope):
        """Returns `INTEGER`, `FLOAT` or `UNKNOWN`.

        Args:
            node: Expression.
            scope: Scope it stands in.
        """
        try:
            return self._kind(node, scope)
        except RecursionError:
            return UNKNOWN

    def _note(self, node, scope):
        """Keeps what a statement binds to names: pairs of an expression and its scope, or a kind."""
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._bind(target, node.value, scope)
        elif isinstance(node, ast.AugAssign):
            both = ast.BinOp(node.target, node.op, node.value)
            self._add(node.target, both, scope)
        elif isinstance(node, (ast.For, ast.comprehension)):
            self._loop(node.target, node.iter, scope)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            self._stores[id(scope), node.id] = self._stores.get((id(scope), node.id), 0) + 1
        elif isinstance(node, ast.arg):
            # Counted as a store whose value is not known.
            self._stores[id(scope), node.arg] = self._stores.get((id(scope), node.arg), 0) + 1
        elif isinstance(node, ast.Global):
            self._globals.update(node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _FLAGS:
            if node.args and isinstance(node.args[0], ast.Constant):
                self._flags.setdefault(node.args[0].value, set()).add(_FLAGS[node.func.attr])

    def _bind(self, target, value, scope):
        if not isinstance(target, (ast.Tuple, ast.List)):
            self._add(target, value, scope)
        elif isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            for inner, part in zip(target.elts, value.elts, strict=True):
                self._bind(inner, part, scope)
        else:
            for inner in target.elts:
                self._add(inner, INTEGER if _is_shape(_base(value)) else UNKNOWN, scope)

    def _loop(self, target, iterated, scope):
        name = _function(iterated)
        if name in ("range", "xrange"):
            self._add(target, INTEGER, scope)
        elif name == "enumerate" and isinstance(target, ast.Tuple):
            self._add(target.elts[0], INTEGER, scope)
            self._bind(ast.Tuple(target.elts[1:]), UNKNOWN_VALUE, scope)
        else:
            self._bind(target, UNKNOWN_VALUE, scope)

    def _add(self, target, value, scope):
        if isinstance(target, ast.Name):
            self._values.setdefault((id(scope), target.id), []).append(value)
        elif isinstance(target, ast.Starred):
            self._add(target.value, UNKNOWN, scope)

    def _kind(self, node, scope):
        if isinstance(node, str):
            return node
        known = self._known.get(id(node))
        if known is None:
            rule = getattr(self, f"_of_{type(node).__name__}", None)
            known = rule(node, scope) if rule else UNKNOWN
            if not self._open:  # Within a cycle the answer rests on an assumption.
                self._known[id(node)] = known
        return known

    def _of_Constant(self, node, scope):  # noqa: N802
        return {int: INTEGER, float: FLOAT, complex: FLOAT}.get(type(node.value), UNKNOWN)

    def _of_UnaryOp(self, node, scope):  # noqa: N802
        return self._kind(node.operand, scope) if isinstance(node.op, (ast.USub, ast.UAdd)) else UNKNOWN

    def _of_IfExp(self, node, scope):  # noqa: N802
        kinds = {self._kind(node.body, scope), self._kind(node.orelse, scope)}
        return kinds.pop() if len(kinds) == 1 else UNKNOWN

    def _of_BinOp(self, node, scope):  # noqa: N802
        kinds = {self._kind(node.left, scope), self._kind(node.right, scope)}
        if FLOAT in kinds:
            return FLOAT
        is_power = isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant)
        is_counting = isinstance(node.op, (*_COUNTING, ast.Div)) or is_power
        return INTEGER if kinds == {INTEGER} and is_counting else UNKNOWN

    def _of_Subscript(self, node, scope):  # noqa: N802
        return INTEGER if _is_shape(node.value) and not isinstance(node.slice, ast.Slice) else UNKNOWN

    def _of_Attribute(self, node, scope):  # noqa: N802
        if node.attr == "ndim" or node.attr == "value" and _is_shape(_base(node.value)):
            return INTEGER
        if isinstance(node.value, ast.Name) and node.value.id == "FLAGS":
            kinds = self._flags.get(node.attr, ())
            return next(iter(kinds)) if len(kinds) == 1 else UNKNOWN
        return self._of_name(self._name(node, scope))

    def _of_Call(self, node, scope):  # noqa: N802
        name = _function(node)
        if name is not None and not scope.is_bound(name):
            if name in _INTEGER_CALLS:
                return INTEGER
            if name in _FLOAT_CALLS:
                return FLOAT
            kinds = {self._kind(each, scope) for each in node.args}
            return kinds.pop() if name in _SAME_CALLS and len(kinds) == 1 and not node.keywords else UNKNOWN
        full = self._name(node.func, scope)
        if full == "tensorflow.cast" and len(node.args) == 2:
            return FLOAT if "float" in (self._name(node.args[1], scope) or "") else UNKNOWN
        return self._of_name(full)

    def _of_Name(self, node, scope):  # noqa: N802
        origin = self._name(node, scope)
        if origin is not None:
            return self._of_name(origin)
        while scope is not None and node.id not in scope.bound:
            scope = scope.parent
        place = (id(scope), node.id)
        if place in self._open:
            return INTEGER  # `i = i + 1` keeps an integer one, if all else that is bound to it is an integer.
        values = self._values.get(place, ())
        if not values or node.id in self._globals or self._stores.get(place) != len(values):
            return UNKNOWN
        self._open.add(place)
        kinds = {self._kind(value, scope) for value in values}
        self._open.discard(place)
        return kinds.pop() if len(kinds) == 1 else UNKNOWN

    def _name(self, node, scope):
        return self._page.name_of(node, scope)

    def _of_name(self, name):
        is_float = name is not None and (name in _FLOAT_NAMES or name.startswith(_FLOAT_MODULES))
        return FLOAT if is_float else UNKNOWN


UNKNOWN_VALUE = ast.Constant(None)


def _function(node):
    """Returns the plain name of a called function, or None."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None


def _base(node):
    """Returns what a subscript is taken of."""
    return node.value if isinstance(node, ast.Subscript) else node


def _is_shape(node):
    """Tells whether an expression is the shape of an array or tensor."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Slice) and _is_shape(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr == "shape"
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr in ("get_shape", "as_list", "shape") and (
        node.func.attr != "as_list" or _is_shape(node.func.value))
