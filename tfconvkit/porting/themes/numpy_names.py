"""Names that NumPy removed."""

from tfconvkit.porting.moving import Move, Stay

__all__ = ["NAME", "ROOT", "apply", "move"]

NAME, ROOT = "numpy", "numpy"
_BUILTINS = {name: name for name in ("int", "float", "bool", "object", "str", "complex")}
_BUILTINS |= {"long": "int", "unicode": "str", "Bool": "bool", "issubclass_": "issubclass"}
_RENAMED = {
    "float_": "float64", "complex_": "complex128", "cfloat": "complex128", "singlecomplex": "complex64",
    "longfloat": "longdouble", "longcomplex": "clongdouble", "clongfloat": "clongdouble", "unicode_": "str_",
    "string_": "bytes_", "bool8": "bool_", "object0": "object_", "int0": "intp", "uint0": "uintp", "str0": "str_",
    "bytes0": "bytes_", "void0": "void", "Inf": "inf", "Infinity": "inf", "infty": "inf", "PINF": "inf", "NaN": "nan",
    "NAN": "nan", "product": "prod", "cumproduct": "cumprod", "sometrue": "any", "alltrue": "all", "in1d": "isin",
    "row_stack": "vstack", "round_": "round", "mat": "asmatrix", "rank": "ndim",
    "trapz": "trapezoid", "compare_chararrays": "char.compare_chararrays",
    "asscalar": None, "asfarray": None, "msort": None, "NINF": None, "PZERO": None, "NZERO": None,
}
_VALUES = {"NINF": "(-{np}.inf)", "PZERO": "0.0", "NZERO": "(-0.0)"}
_CALLS = {"asscalar": ("asarray", "", ".item()"), "asfarray": ("asarray", ", dtype=float", ""),
          "msort": ("sort", ", axis=0", "")}
_GONE = {
    "cast": "Use array.astype(dtype).", "find_common_type": "Use np.result_type or np.promote_types.",
    "safe_eval": "Use ast.literal_eval.", "source": "Use inspect.getsource.", "who": "It is gone without a successor.",
    "lookfor": "Search the documentation.", "set_string_function": "Use np.set_printoptions.",
    "issctype": "Use issubclass(rep, np.generic).", "maximum_sctype": "Name the type.",
    "obj2sctype": "Use np.dtype(obj).type.", "sctype2char": "Use np.dtype(obj).char.", "sctypes": "Name the types.",
    "nbytes": "Use np.dtype(type).itemsize.", "deprecate": "Use warnings.warn.", "disp": "Use print.",
    "byte_bounds": "Use np.lib.array_utils.byte_bounds.", "recfromcsv": "Use np.genfromtxt.",
    "recfromtxt": "Use np.genfromtxt.", "math": "Write import math, and math. instead.",
    "typeDict": "Use np.sctypeDict.", "alen": "Use len(a), or 1 for a number.",
    "fastCopyAndTranspose": "Use array.T.copy().", "oldnumeric": "It is gone without a successor.",
}
_WHY_BUILTIN = "NumPy 1.24 removed its alias of Python's own type."
_WHY = "NumPy 2 removed this name."


def move(page, found):
    """Says where a name imported from NumPy is now; see `moving.move_imports`."""
    name = found.name.partition(".")[2]
    if name in _BUILTINS and found.is_from:
        return Stay(f"{_WHY_BUILTIN} Take it out of the import: Python's {_BUILTINS[name]} is meant.", NAME)
    if _RENAMED.get(name):
        return Move(f"numpy.{_RENAMED[name]}", _WHY, NAME)
    if name in _GONE or name in _RENAMED:
        return Stay(f"{_WHY} {_GONE.get(name, 'Write what it computes.')}", NAME)
    return None


def apply(page):
    """Replaces removed names where they are used."""
    for use in page.uses.get(ROOT, ()):
        name = use.name.partition(".")[2]
        first = name.partition(".")[0]
        if use.is_attribute and (name in _BUILTINS or name in _RENAMED):
            _replace(page, use, name)
        elif use.is_attribute and first in _GONE:
            page.undecided(use.node, f"np.{name}", f"{_WHY} {_GONE[first]}", NAME)


def _replace(page, use, name):
    base = page.slice(use.node.value)
    if name in _BUILTINS:
        page.change(use.node, _BUILTINS[name], f"{base}.{name} -> {_BUILTINS[name]}", _WHY_BUILTIN, NAME)
    elif name in _VALUES:
        value = _VALUES[name].format(np=base)
        page.change(use.node, value, f"{base}.{name} -> {value}", _WHY, NAME)
    elif name in _CALLS:
        _replace_call(page, use, name, base)
    else:
        page.change(use.node, f"{base}.{_RENAMED[name]}", f"{base}.{name} -> {base}.{_RENAMED[name]}", _WHY, NAME)


def _replace_call(page, use, name, base):
    function, inside, behind = _CALLS[name]
    call = use.call
    if call is None or len(call.args) != 1 or call.keywords:
        page.undecided(use.node, f"{base}.{name}", f"{_WHY} Use {base}.{function}(a{inside}){behind}.", NAME)
        return
    end = page.span(call)[1]
    page.change(use.node, f"{base}.{function}", f"{base}.{name}(a) -> {base}.{function}(a{inside}){behind}", _WHY, NAME)
    page.edit((page.span(call.args[0])[1],) * 2, inside)
    page.edit((end, end), behind)
