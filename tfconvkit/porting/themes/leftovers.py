"""What Python 3 has no equal for, or computes otherwise, in files that were Python 2; flags and bytes of arrays."""

import ast

__all__ = ["NAME", "apply"]

NAME = "python2"
_NAMES = {"cmp": "Python 3 has no cmp. Write (a > b) - (a < b), or a key function.",
          "file": "Python 3 has no file. Use open.", "coerce": "Python 3 has no coerce.", "buffer": "Use memoryview."}
_RENAMED = {"xrange": "range", "unicode": "str", "raw_input": "input", "long": "int", "unichr": "chr",
            "basestring": "str"}
_STRING = frozenset("letters lowercase uppercase maketrans join split replace strip atoi atof lower upper".split())
_CODECS = frozenset("hex base64 zlib rot13 rot_13 string_escape string-escape".split())
_METHODS = {"__cmp__": "Write __eq__ and __lt__ with functools.total_ordering.", "__div__": "Write __truediv__ too.",
            "__getslice__": "Write __getitem__.", "__unicode__": "Write __str__.", "__coerce__": "Remove it."}
_FUNCTIONS = {
    "sys.setdefaultencoding": "Python 3 has UTF-8 by itself: remove it, and reload(sys) with it.",
    "os.popen2": "Use subprocess.Popen.", "os.popen3": "Use subprocess.Popen.", "os.popen4": "Use subprocess.Popen.",
    "thread.start_new_thread": "Use threading.Thread.", "time.clock": "Use time.perf_counter.",
    "inspect.getargspec": "Use inspect.getfullargspec.", "platform.linux_distribution": "Use the package distro.",
}
_MODULES = {
    "md5": "Use hashlib.md5.", "sha": "Use hashlib.sha1.", "sets": "Use set and frozenset.",
    "popen2": "Use subprocess.",
    "exceptions": "Its names are built in.", "new": "Use types.", "mimetools": "Use email.", "rfc822": "Use email.",
    "compiler": "Use ast.", "imp": "Use importlib.", "distutils": "Use setuptools.", "asyncore": "Use asyncio.",
}
_PICKLE = 'Pickles of Python 2 with arrays or text need encoding="latin1", and a file opened with "rb".'
_ORDER = "Python 3 sorts by key= only. Use functools.cmp_to_key(function)."
_GENERATOR = "In a generator of Python 3 it becomes a RuntimeError. Write return."
_ROUND = "Python 3 rounds halves to the even neighbour, and to an integer."
_BYTES = "NumPy 2.3 removed tostring. If this is an array, write tobytes; it gives the same bytes."


def apply(page, is_python2):
    """Notes what is left of Python 2 after the first stage, and moves the flags of absl and the bytes of arrays.

    Args:
        page: `Page`.
        is_python2: Whether the file was Python 2.
    """
    for node, _ in page.nodes(ast.Attribute):
        if node.attr in ("__flags", "_parse_flags"):
            _flags(page, node)
    for module, remedy in _MODULES.items():
        for found in page.imports.get(module, ()):
            page.undecided(found.node, f"import {found.written}", f"Python 3.12 has no {module}. {remedy}", NAME)
    for uses in map(page.uses.get, ("sys", "os", "time", "inspect", "platform", "thread")):
        for use in uses or ():
            if use.name in _FUNCTIONS:
                page.undecided(use.node, use.name, f"Python 3 has it no more. {_FUNCTIONS[use.name]}", NAME)
    if "numpy" in page.imports:
        _arrays(page)
    if is_python2:
        _python2(page)


def _python2(page):
    generators = {id(scope) for _, scope in page.nodes(ast.Yield)}
    for node, scope in page.nodes(ast.Name):
        if node.id in _RENAMED and isinstance(node.ctx, ast.Load) and not scope.is_bound(node.id):
            new = _RENAMED[node.id]
            page.change(node, new, f"{node.id} -> {new}", "Python 3 has it by this name.", NAME)
    for node, _ in page.nodes(ast.FunctionDef):
        if node.name in _METHODS:
            page.undecided(node, node.name, f"Python 3 does not call it. {_METHODS[node.name]}", NAME)
    for node, scope in page.nodes(ast.Raise):
        if id(scope) in generators and "StopIteration" in page.slice(node):
            page.undecided(node, "raise StopIteration", _GENERATOR, NAME)
    for node, scope in page.nodes(ast.Call):
        _call(page, node, scope)
    for use in page.uses.get("string", ()):
        if use.name.partition(".")[2] in _STRING:
            page.undecided(use.node, use.name, "Python 3 has it as a method of str, or as string.ascii_letters.", NAME)


def _call(page, node, scope):
    function = node.func
    name = function.id if isinstance(function, ast.Name) and not scope.is_bound(function.id) else None
    if name in _NAMES:
        page.undecided(node, f"{name}()", _NAMES[name], NAME)
    elif name == "round":
        page.suggest(node, "round()", _ROUND, NAME)
    elif _sorts_by_comparison(node, name):
        page.undecided(node, "sort by comparison", _ORDER, NAME)
    elif isinstance(function, ast.Attribute) and function.attr in ("encode", "decode"):
        if node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value in _CODECS:
            page.undecided(node, f".{function.attr}({node.args[0].value!r})", "Use the module codecs on bytes.", NAME)
    elif page.name_of(function, scope) in ("pickle.load", "pickle.loads") and not node.keywords:
        note = page.undecided if node.args and _opens_text(node.args[0]) else page.suggest
        note(node, "pickle.load", _PICKLE, NAME)


def _sorts_by_comparison(node, name):
    is_method = isinstance(node.func, ast.Attribute) and node.func.attr == "sort"
    is_by_place = is_method and len(node.args) == 1 and isinstance(node.args[0], (ast.Lambda, ast.Name))
    is_named = any(keyword.arg == "cmp" for keyword in node.keywords) and (is_method or name == "sorted")
    return is_named or is_by_place or name == "sorted" and len(node.args) > 1


def _opens_text(node):
    """Tells whether a file is opened without `"b"`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "open":
        return False
    mode = node.args[1] if len(node.args) > 1 else ast.Constant("r")
    return isinstance(mode, ast.Constant) and "b" not in str(mode.value)


def _arrays(page):
    """Writes `tobytes` for `tostring` where an array is before it, and notes the other places."""
    for node, scope in page.nodes(ast.Call):
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "tostring" and not node.args:
            if _is_array(page, function.value, scope):
                end = page.span(function)[1]
                page.change(function, "tobytes", ".tostring() -> .tobytes()", "NumPy 2.3 removed tostring.", "numpy",
                            (end - len("tostring"), end))
            else:
                page.undecided(node, ".tostring()", _BYTES, "numpy")


def _is_array(page, node, scope):
    if not isinstance(node, ast.Call):
        return False
    is_cast = isinstance(node.func, ast.Attribute) and node.func.attr == "astype"
    return is_cast or (page.name_of(node.func, scope) or "").startswith("numpy.")


def _flags(page, node):
    if not page.slice(node.value).rpartition(".")[2].endswith("FLAGS"):
        return
    end = page.span(node)[1]
    if node.attr == "__flags":
        page.change(node, "flag_values_dict()", "FLAGS.__flags -> FLAGS.flag_values_dict()",
                    "absl keeps the values so.", "flags", (end - len(node.attr), end))
    else:
        page.undecided(node, "FLAGS._parse_flags()", "absl parses in tf.app.run, or by FLAGS(sys.argv).", "flags")
