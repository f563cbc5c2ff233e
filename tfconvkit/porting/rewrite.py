"""Ports one source: Python 2 first, then each theme in turn."""

from typing import NamedTuple

from tfconvkit.porting import findings, moving
from tfconvkit.porting.decoding import Unparsable, decode, lines_of
from tfconvkit.porting.findings import Finding, Ported
from tfconvkit.porting.marks import is_python3
from tfconvkit.porting.page import Page
from tfconvkit.porting.python2 import modernise
from tfconvkit.porting.themes import (
    division,
    keras2,
    keras_tensors,
    leftovers,
    legacy,
    numpy_names,
    packages,
    scipy_names,
    sessions,
    suggestions,
    tensorflow,
    undecided,
)

__all__ = ["Reading", "port", "read", "rewrite"]

_MOVES = {tensorflow.ROOT: tensorflow.move, numpy_names.ROOT: numpy_names.move, scipy_names.ROOT: scipy_names.move,
          keras2.ROOT: keras2.move, **dict.fromkeys(legacy.PACKAGES, legacy.move)}
_THEMES = (division, tensorflow, numpy_names, scipy_names, keras2, keras_tensors, legacy, undecided, suggestions,
           sessions)
_ORDER = {findings.UNPARSABLE: 0, findings.UNDECIDED: 1, findings.CHANGE: 2, findings.SUGGESTION: 3}


class Reading(NamedTuple):
    """A file after the first stage.

    Args:
        path: Name for the report.
        data: Its bytes.
        lines: Number of its lines.
        text: `Text`, or None where it could not be read.
        modern: `Modern`, or None where it could not be parsed.
        error: `Unparsable`, or None.
    """

    path: str
    data: bytes
    lines: int
    text: object = None
    modern: object = None
    error: Unparsable | None = None

    @property
    def is_python2(self):
        """Whether the file is Python 2 by itself."""
        return self.modern is not None and self.modern.is_python2


def read(data, path="<string>"):
    """Decodes the bytes of one file and turns Python 2 into Python 3.

    Args:
        data: Bytes.
        path: Name for the report.

    Example:
        >>> read(b"print 1").is_python2, read(b"print(1)").is_python2, read(b"print(").is_python2
        (True, False, False)
    """
    text = None
    try:
        text = decode(data)
        return Reading(path, data, len(lines_of(text.text)), text, modernise(text.text))
    except Unparsable as error:
        return Reading(path, data, len(data.splitlines()), text, None, error)


def port(data, path="<string>", is_python2=False):
    """Ports the bytes of one Python file.

    Args:
        data: Bytes.
        path: Name for the report.
        is_python2: Whether files beside it are Python 2, so that `/` divides integers in this one too.

    Returns:
        `Ported`. What cannot be parsed comes back byte for byte, with a finding that says why.

    Example:
        >>> port(b"import numpy as np\\nx = np.int(3)\\n").after
        b'import numpy as np\\nx = int(3)\\n'
    """
    return rewrite(read(data, path), is_python2)


def rewrite(reading, is_python2=False, siblings=frozenset()):
    """Runs the second stage on a file; see `port`.

    Args:
        reading: `Reading`.
        is_python2: As in `port`.
        siblings: Names of the modules beside it, if its folder is a package.
    """
    path, data, lines = reading.path, reading.data, reading.lines
    if reading.error is not None:
        finding = Finding(reading.error.line, findings.UNPARSABLE, "not ported", reading.error.reason, "parsing")
        return Ported(path, data, data, [finding], lines)
    modern = reading.modern
    page = Page(modern.text, modern.tree, modern.origins, modern.divides_integers)
    # A file without marks of its own divides as the files beside it do.
    page.is_python2 |= is_python2 and not modern.is_python2 and not is_python3(modern.tree)
    for theme in _THEMES:
        theme.apply(page)
    leftovers.apply(page, modern.is_python2)
    packages.apply(page, siblings if page.is_python2 or modern.is_python2 else ())
    moving.move_imports(page, lambda found: _answer(page, found))
    return Ported(path, data, reading.text.encode(page.result()),
                  sorted([*modern.findings, *page.findings], key=_key), lines)


def _answer(page, found):
    move = _MOVES.get(found.name.partition(".")[0])
    return move(page, found) if move is not None else None


def _key(finding):
    return finding.line, _ORDER[finding.kind], finding.what
