"""One source with its syntax tree, on which rules note what they found and what to replace."""

import ast
import bisect
import itertools
import re
import warnings
from typing import NamedTuple

from tfconvkit.porting import findings
from tfconvkit.porting.decoding import Unparsable, lines_of
from tfconvkit.porting.scopes import Tree, dotted
from tfconvkit.porting.uses import collect, spelled

__all__ = ["Edit", "Page", "parse"]

_CODE = re.compile(r"[ \t\f]*[^ \t\f#]")


class Edit(NamedTuple):
    """One replacement.

    Args:
        start, end: Characters of the text that go, from and up to.
        text: What comes.
    """

    start: int
    end: int
    text: str


def parse(text):
    """Returns the syntax tree of a text.

    Args:
        text: String.

    Raises:
        Unparsable: where it is not Python 3.

    Example:
        >>> type(parse("x = 1")).__name__
        'Module'
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise Unparsable(f"Python 3 does not parse it: {error.msg}.", error.lineno) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unparsable(f"Python 3 does not parse it: {type(error).__name__}: {error}.") from error


class Page:
    """A text in which rules replace spans, each with a finding that says so.

    Args:
        text: String.
        tree: Its syntax tree.
        origins: List with the line in the original file for each line, or None where they are the same.
        is_python2: Whether the file was Python 2 whose `/` divides integers to integers.
    """

    def __init__(self, text, tree, origins=None, is_python2=False):
        self.text, self.origins, self.is_python2 = text, origins, is_python2
        self.tree = Tree(tree, spelled)
        self.imports, self.uses = collect(self.tree)
        self.lines = lines_of(text)
        self._starts = [0, *itertools.accumulate(map(len, self.lines))]
        self._edits, self.findings, self.notes, self.modern, self._needed = [], [], set(), {}, {}
        self._by_kind = {}
        for node, scope in self.tree.nodes:
            self._by_kind.setdefault(type(node), []).append((node, scope))

    def nodes(self, *kinds):
        """Returns the pairs of nodes and scopes of these kinds of syntax."""
        return [pair for kind in kinds for pair in self._by_kind.get(kind, ())]

    def offset(self, line, column):
        """Returns the position in the text of a line and a column of the syntax tree, which counts UTF-8 bytes."""
        content = self.lines[line - 1] if line <= len(self.lines) else ""
        if not content.isascii():
            column = len(content.encode()[:column].decode(errors="ignore"))
        return self._starts[line - 1] + column

    def span(self, node):
        """Returns the first position of a node and the one after its last."""
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def slice(self, node):
        """Returns the source of a node."""
        return self.text[slice(*self.span(node))]

    def line_at(self, position):
        """Returns the line of a position in the text."""
        return bisect.bisect_right(self._starts, position)

    def change(self, node, text, what, reason, theme, span=None):
        """Replaces a node, or a span, and notes it.

        Args:
            node: Node whose line is noted.
            text: What comes.
            what, reason, theme: As in `Finding`.
            span: Positions of what goes, the node's own when None.
        """
        self.edit(span or self.span(node), text)
        self.note(node, findings.CHANGE, what, reason, theme)

    def edit(self, span, text):
        """Replaces a span that belongs to a change noted by itself."""
        if self.text[slice(*span)] != text:
            self._edits.append(Edit(*span, text))

    def undecided(self, node, what, reason, theme):
        """Notes a place that a human must decide."""
        self.note(node, findings.UNDECIDED, what, reason, theme)

    def suggest(self, node, what, reason, theme):
        """Notes what could be done better."""
        self.note(node, findings.SUGGESTION, what, reason, theme)

    def note(self, node, kind, what, reason, theme):
        """Adds a finding at the line of a node, once."""
        finding = findings.Finding(self.origin(node.lineno), kind, what, reason, theme)
        if finding not in self.notes:
            self.notes.add(finding)
            self.findings.append(finding)

    def origin(self, line):
        """Returns the line in the original file."""
        if self.origins is None:
            return line
        return self.origins[min(line, len(self.origins)) - 1] if self.origins else 1

    def newline(self):
        """Returns the line end of the text."""
        ends = [line[len(line.rstrip("\r\n")):] for line in self.lines[:1]]
        return ends[0] if ends and ends[0] else "\n"

    def result(self):
        """Returns the text with all replacements.

        Raises:
            ValueError: if two of them overlap: a rule is wrong.
        """
        parts, position = [], 0
        # In order of place; what was added at one place stays in the order in which it was added.
        for edit in sorted(dict.fromkeys(self._edits), key=lambda edit: edit[:2]):
            if edit.start < position:
                raise ValueError(f"Expected replacements side by side. Received overlapping ones: {edit}. Report this.")
            parts += [self.text[position:edit.start], edit.text]
            position = edit.end
        return "".join([*parts, self.text[position:]])

    def insert_after(self, statement, text):
        """Adds a statement after another one; noted by whoever adds it.

        Args:
            statement: Node of a simple statement.
            text: Source of the new one.
        """
        end = self.span(statement)[1]
        rest = self._rest(statement)
        if self._indent(statement) is None or _CODE.match(rest):
            self._edits.append(Edit(end, end, f"; {text}"))
        else:
            place = end + len(rest)
            self._edits.append(Edit(place, place, f"{self.newline()}{self._indent(statement)}{text}"))

    def name_of(self, node, scope):
        """Returns the full name of a chain of attributes as rules know it, or None."""
        name = dotted(node, scope)
        return spelled(name) if name is not None else None

    def need(self, statement):
        """Asks for an import at the top of the file, added by `add_needed` where it is not there."""
        self._needed.setdefault(statement)

    def add_needed(self, provided=()):
        """Adds the imports that were asked for after the first import of the file.

        Args:
            provided: Imports that are written elsewhere.
        """
        body = [each for each in self.tree.module.body if isinstance(each, (ast.Import, ast.ImportFrom))]
        written = {f"import {found.written}" for group in self.imports.values() for found in group
                   if found.scope is self.tree.top and not found.is_from and not found.alias.asname} | set(provided)
        first = next((each for each in body if getattr(each, "module", "") != "__future__"), None)
        for statement in self._needed:
            if statement not in written and first is not None:
                self.insert_after(first, statement)
                self.note(first, findings.CHANGE, f"+ {statement}", "The functions above are there now.", "imports")

    def joined(self, statement, texts):
        """Returns several statements that can stand where one stood."""
        indent = self._indent(statement)
        alone = indent is not None and not _CODE.match(self._rest(statement))
        return (f"{self.newline()}{indent}" if alone else "; ").join(texts)

    def _indent(self, statement):
        """Returns the white space before a statement, or None where something else stands there."""
        start = self._starts[statement.lineno - 1]
        indent = self.text[start:self.span(statement)[0]]
        return None if indent.strip(" \t\f") else indent

    def _rest(self, statement):
        """Returns what follows a statement on its last line."""
        end = self.span(statement)[1]
        return self.text[end:self._starts[statement.end_lineno]].rstrip("\r\n")
