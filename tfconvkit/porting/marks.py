"""How a file that Python 3 parses shows that it is Python 2 all the same."""

import ast

__all__ = ["is_python3", "marks"]

_BUILTINS = frozenset("xrange raw_input unicode basestring unichr long reduce execfile reload apply intern".split())
_METHODS = frozenset("iteritems iterkeys itervalues has_key viewitems viewkeys viewvalues".split())
_MODULES = frozenset(
    "urllib2 urlparse cPickle cStringIO StringIO ConfigParser Queue Tkinter HTMLParser httplib cookielib commands "
    "__builtin__ SocketServer BaseHTTPServer SimpleHTTPServer thread dummy_thread copy_reg xmlrpclib anydbm "
    "tkMessageBox tkFileDialog UserDict UserList UserString".split())
_MOVED = {"itertools": frozenset("izip imap ifilter izip_longest ifilterfalse".split()), "string": frozenset(
    "maketrans letters lowercase uppercase".split()), "sys": frozenset(("maxint",)), "os": frozenset(("getcwdu",)),
    "urllib": frozenset("urlopen urlretrieve quote unquote urlencode quote_plus unquote_plus".split())}

_NEW = (ast.JoinedStr, ast.Nonlocal, ast.AnnAssign, ast.AsyncFunctionDef, ast.YieldFrom, ast.MatMult)


def marks(tree):
    """Lists the marks of Python 2: names, methods and modules that Python 3 has not, and print as a statement.

    A name that the file binds itself is no mark (`xrange = range`, `from six.moves import xrange`), nor is an import
    that the file guards by `except ImportError`.

    Args:
        tree: Tree of `ast.parse`.

    Example:
        >>> marks(ast.parse("for i in xrange(3): print(i)")), marks(ast.parse("xrange = range; xrange(3)"))
        (['xrange'], [])
    """
    nodes = list(ast.walk(tree))
    bound = _bound(nodes)
    guarded = {id(each) for node in nodes if isinstance(node, ast.Try) for part in (*node.body, *node.handlers)
               for each in ast.walk(part)}
    has_print = any(isinstance(node, ast.ImportFrom) and node.module == "__future__" and
                    any(alias.name == "print_function" for alias in node.names) for node in nodes)
    found = []
    for node in nodes:
        if id(node) not in guarded or not isinstance(node, (ast.Import, ast.ImportFrom, ast.Name)):
            found += _of(node, bound, has_print)
    return found


def is_python3(tree):
    """Tells whether a file uses what Python 2 has not, divides as Python 3 does by `from __future__`, or was ported.

    Args:
        tree: Tree of `ast.parse`.

    Example:
        >>> is_python3(ast.parse("f'{x}'")), is_python3(ast.parse("print(1)"))
        (True, False)
    """
    return any(_is_new(node) for node in ast.walk(tree))


def _is_new(node):
    if isinstance(node, ast.ImportFrom):
        is_division = node.module == "__future__" and any(alias.name == "division" for alias in node.names)
        return is_division or (node.module or "").startswith("tfconvkit")
    if isinstance(node, ast.Import):
        return any(alias.name.startswith("tfconvkit") for alias in node.names)
    if isinstance(node, ast.arguments):
        return bool(node.kwonlyargs)
    if isinstance(node, ast.arg):
        return node.annotation is not None
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args
    return isinstance(node, _NEW)


def _bound(nodes):
    names = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    names |= {alias.asname or alias.name for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))
              for alias in node.names}
    names |= {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    # hasattr(d, "iteritems") asks which Python it is.
    names |= {node.args[1].value for node in nodes if isinstance(node, ast.Call) and len(node.args) == 2
              and getattr(node.func, "id", "") == "hasattr" and isinstance(node.args[1], ast.Constant)}
    return names | {node.arg for node in nodes if isinstance(node, ast.arg)}


def _of(node, bound, has_print):
    kind = type(node)
    if kind is ast.Name:
        return [node.id] if node.id in _BUILTINS and node.id not in bound else []
    if kind is ast.Attribute:
        is_moved = isinstance(node.value, ast.Name) and node.attr in _MOVED.get(node.value.id, ())
        return [node.attr] if is_moved and node.value.id in bound else []
    if kind is ast.Call:
        is_method = isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS - bound
        return [node.func.attr] if is_method and not _is_module(node.func.value, bound) else []
    if kind is ast.Import:
        return [alias.name for alias in node.names if alias.name in _MODULES]
    if kind is ast.ImportFrom and not node.level:
        moved = _MOVED.get(node.module, ())
        return [node.module] if node.module in _MODULES else [each.name for each in node.names if each.name in moved]
    if kind is ast.Expr and not has_print:
        return _print(node.value)
    return []


def _is_module(node, bound):
    """Tells whether a method is called of six, whose functions have the names of the old methods."""
    return isinstance(node, ast.Name) and node.id in ("six", "future", "past") and node.id in bound


def _print(value):
    """Finds `print`, `print >>f, x` and `print ("a"), b`, which Python 3 parses without complaint."""
    if isinstance(value, ast.Tuple) and value.elts:
        value = value.elts[0]
        is_print = isinstance(value, ast.Call) and _is_name(value.func)
        return ["print"] if is_print or _is_redirected(value) else []
    return ["print"] if _is_name(value) or _is_redirected(value) else []


def _is_redirected(value):
    return isinstance(value, ast.BinOp) and isinstance(value.op, ast.RShift) and _is_name(value.left)


def _is_name(value):
    return isinstance(value, ast.Name) and value.id == "print"
