"""The first stage: Python 2 becomes Python 3 by fissix, where a file is Python 2 at all."""

import ast
import functools
import logging
import re
from typing import NamedTuple

from fissix import pygram, refactor
from fissix.pgen2.parse import ParseError
from fissix.pgen2.tokenize import TokenError

from tfconvkit.porting.decoding import Unparsable, lines_of
from tfconvkit.porting.findings import CHANGE, Finding
from tfconvkit.porting.marks import marks
from tfconvkit.porting.page import parse

__all__ = ["Modern", "modernise"]

# Left out: imports within a package are reported instead, `from __future__` is harmless, and the rest is taste.
_LEFT_OUT = {"import", "future", "asserts", "idioms", "set_literal", "ws_comma", "buffer", "operator",
             "sorted"}
_SHEBANG = re.compile(r"(#!.*?)\bpython2(\.\d)?\b")
_ATOM = pygram.python_symbols.atom
_TUPLES = (pygram.python_symbols.testlist_gexp, pygram.python_symbols.yield_expr)
_TABS = re.compile(r"[ \t\f]*\t[ \t\f]*")


class Modern(NamedTuple):
    """A text in Python 3.

    Args:
        text: String.
        tree: Its syntax tree.
        findings: List of `Finding`.
        origins: List with the line of the original for each line, or None where they are the same.
        is_python2: Whether it was Python 2.
        divides_integers: Whether its `/` divided integers to integers.
    """

    text: str
    tree: ast.Module
    findings: list
    origins: list | None = None
    is_python2: bool = False
    divides_integers: bool = False


def modernise(text):
    """Returns a text in Python 3; one that is Python 3 already comes back as it is.

    A file is Python 2 if Python 3 does not parse it but fissix does, or if it has marks of Python 2 (see `marks`).

    Args:
        text: String.

    Raises:
        Unparsable: where it is neither.

    Example:
        >>> modernise("print 'a', 010\\n").text
        "print('a', 0o10)\\n"
    """
    try:
        tree, error = parse(text), None
    except Unparsable as raised:
        if not isinstance(raised.__cause__, SyntaxError):
            raise  # Too deep for Python's parser, and slower still for fissix.
        tree, error = None, raised
    shebang = _SHEBANG.match(text)
    if tree is not None and not marks(tree) and not shebang:
        return Modern(text, tree, [])
    return _convert(text, error, shebang)


def _convert(text, error, shebang):
    lines = lines_of(text)
    log = []
    new, origins = _run("".join(line.rstrip("\r\n") + "\n" for line in lines), log, error)
    if shebang:
        new = _SHEBANG.sub(r"\1python3", new, count=1)
        log.append(Finding(1, CHANGE, "python2 -> python3", "The first line names the interpreter.", "python2"))
    new, tree, tabs = _parsed(new, error)
    log += [Finding(origins[line - 1], CHANGE, "tab -> spaces", "Python 2 took a tab for 8 columns.", "python2")
            for line in tabs]
    has_division = re.search(r"^from __future__ import .*\bdivision\b", text, re.MULTILINE) is not None
    found = sorted(dict.fromkeys(log), key=lambda finding: finding.line)
    return Modern(_with_ends(new, origins, lines), tree, found, origins, True, not has_division)


def _parsed(new, error):
    """Returns a text that Python 3 parses, its tree, and the lines whose tabs became spaces for it."""
    try:
        return new, parse(new), []
    except Unparsable as raised:
        if not isinstance(raised.__cause__, TabError):
            raise _joined(error, raised.reason) from raised
    spaced, tabs = _without_tabs(new)
    try:
        return spaced, parse(spaced), tabs
    except Unparsable as raised:
        raise _joined(error, raised.reason) from raised


def _joined(error, reason):
    """Returns why neither Python parses a text: Python 3's error first, if it had one."""
    reason = f"Read as Python 2: {reason}"
    return Unparsable(f"{error.reason} {reason}", error.line) if error else Unparsable(reason)


def _run(plain, log, error):
    tool = _tool("urllib" in plain)
    tool.log = log
    try:
        tree = tool.refactor_string(plain, "file")
    except (ParseError, TokenError, RecursionError, SyntaxError, ValueError, AttributeError, AssertionError) as raised:
        raise _joined(error, f"{type(raised).__name__}: {raised}.") from raised
    if tree is None:
        raise _joined(error, "it is empty.")
    return _traced(tree)


def _traced(tree):
    """Returns the source of a tree, and for each of its lines the line that it was on."""
    parts, origins, is_new = [], [], True
    for leaf in tree.leaves():
        text = leaf.prefix + leaf.value
        parts.append(text)
        first = leaf.lineno - leaf.prefix.count("\n") if leaf.lineno else 0
        for step, line in enumerate(text.split("\n")):
            if step or is_new and line:
                # Tokens that a fixer made know no line: they stand on that of the token before.
                origins.append(first + step if first > 0 else (origins or [1])[-1])
                is_new = False
    return "".join(parts), origins or [1]


class _Tool(refactor.RefactoringTool):
    """Runs the fixers and notes what each changed at which line."""

    def __init__(self, names):
        super().__init__(names)
        self.log = []
        for fixer in (*self.pre_order, *self.post_order):
            fixer.transform = self._noting(fixer, fixer.transform)

    def _noting(self, fixer, transform):
        name = type(fixer).__name__.removeprefix("Fix").lower()

        @functools.wraps(transform)
        def noted(node, results):
            if name == "print" and _is_call(node):
                return None
            before, line = str(node), node.get_lineno()
            new = transform(node, results)
            after = str(node if new is None else new)
            if before != after:
                what = f"{_short(before)} -> {_short(after)}"
                self.log.append(Finding(line, CHANGE, what, f"Python 3 ({name}).", "python2"))
            return new

        return noted

    def log_error(self, msg, *args, **kwargs):
        raise  # noqa: PLE0704 (the error that is being handled)

    def log_message(self, msg, *args):
        pass

    log_debug = log_message


def _is_call(node):
    """Tells whether a print statement is one parenthesised expression: a call of the function, as it stands."""
    if len(node.children) != 2 or node.children[1].type != _ATOM:
        return False
    first, *inner = node.children[1].children
    is_single = len(inner) == 2 and inner[0].type not in _TUPLES and str(inner[0]).strip() != "yield"
    return is_single and str(first).strip() == "("


@functools.cache
def _tool(has_urllib):
    for name in ("RefactoringTool", "fissix"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # Its pattern is slow, and few files need it.
    left_out = _LEFT_OUT if has_urllib else {*_LEFT_OUT, "urllib"}
    names = refactor.get_fixers_from_package("fissix.fixes")
    return _Tool([name for name in names if name.rpartition("fix_")[2] not in left_out])


def _short(source):
    text = " ".join(source.split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _without_tabs(text):
    """Returns a text with its indentation in spaces, and the lines that were changed for it."""
    lines, changed = text.split("\n"), []
    for number, line in enumerate(lines):
        indent = _TABS.match(line)
        if indent:
            lines[number] = indent.group().replace("\f", "").expandtabs(8) + line[indent.end():]
            changed.append(number + 1)
    return "\n".join(lines), changed


def _with_ends(text, origins, lines):
    """Puts the line ends of the original back."""
    ends = [line[len(line.rstrip("\r\n")):] for line in lines]
    new = text.split("\n")
    is_open = not ends or not ends[-1]
    new = new[:-1] if not new[-1] else new
    parts = []
    for number, line in enumerate(new):
        end = ends[min(origins[number], len(ends)) - 1] if ends else ""
        is_last = number == len(new) - 1
        parts.append(line + ("" if is_last and is_open else end or (ends[0] if ends else "") or "\n"))
    return "".join(parts)
