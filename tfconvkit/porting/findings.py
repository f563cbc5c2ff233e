"""What the tool found in one file: changes, places that a human must decide, and suggestions."""

from typing import NamedTuple

__all__ = ["CHANGE", "SUGGESTION", "UNDECIDED", "UNPARSABLE", "Finding", "Ported"]

CHANGE = "changed"
UNDECIDED = "undecided"
SUGGESTION = "suggestion"
UNPARSABLE = "unparsable"


class Finding(NamedTuple):
    """One line of the report.

    Args:
        line: Line of the original file, from 1.
        kind: `"changed"`, `"undecided"` (a human must decide), `"suggestion"` (nobody must), or `"unparsable"` (the
            file was left byte for byte, and a human must look at it).
        what: What stands there, or `"old -> new"`.
        reason: Why, and what to do.
        theme: Which part of the tool found it, such as `"numpy"`.

    Example:
        >>> Finding(3, CHANGE, "np.int -> int", "NumPy 1.24 removed the alias of Python's int.", "numpy").line
        3
    """

    line: int
    kind: str
    what: str
    reason: str
    theme: str


class Ported(NamedTuple):
    """One file after porting.

    Args:
        path: Path of the file, as it was given.
        before: Its bytes.
        after: Its bytes after porting; the same where nothing was changed.
        findings: List of `Finding`, by line.
        lines: Number of its lines.
    """

    path: str
    before: bytes
    after: bytes
    findings: list
    lines: int

    @property
    def is_changed(self):
        """Whether the bytes differ."""
        return self.before != self.after

    @property
    def needs_human(self):
        """Whether something is left that the tool could not decide."""
        return any(finding.kind in (UNDECIDED, UNPARSABLE) for finding in self.findings)

    @property
    def status(self):
        """Says `"unparsable"`, `"changed"` or `"unchanged"`."""
        if any(finding.kind == UNPARSABLE for finding in self.findings):
            return UNPARSABLE
        return "changed" if self.is_changed else "unchanged"

    def count(self, kind):
        """Counts the findings of a kind.

        Args:
            kind: One of the kinds of `Finding`.
        """
        return sum(finding.kind == kind for finding in self.findings)
