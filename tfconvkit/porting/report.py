"""The report of a run: lines for the terminal, Markdown, JSON, and a unified diff."""

import difflib
import json

from tfconvkit.porting import findings
from tfconvkit.porting.decoding import Unparsable, decode, lines_of

__all__ = ["as_diff", "as_json", "as_markdown", "is_human_needed", "summary", "totals"]

KINDS = (findings.UNPARSABLE, findings.UNDECIDED, findings.CHANGE, findings.SUGGESTION)
_TITLES = {findings.UNPARSABLE: "Not ported: Python does not parse it", findings.UNDECIDED: "For a human to decide",
           findings.CHANGE: "Changed", findings.SUGGESTION: "Suggestions"}
VERSION = 1


def is_human_needed(files):
    """Tells whether something is left that the tool could not decide.

    Args:
        files: List of `Ported`.
    """
    return any(each.needs_human for each in files)


def totals(files):
    """Counts files, lines and findings.

    Args:
        files: List of `Ported`.

    Returns:
        Dictionary with `files`, `changed_files`, `lines` and one count for each kind of finding.
    """
    counts = {kind: sum(each.count(kind) for each in files) for kind in KINDS}
    return {"files": len(files), "changed_files": sum(each.is_changed for each in files),
            "lines": sum(each.lines for each in files), **counts}


def as_json(files, others=()):
    """Returns the report as a JSON text.

    The object has `kind` ("port"), `version`, `human_needed`, `totals`, `files` (each with `file`, `status` and
    `lines`), `entries` (each with `file`, `line`, `kind`, `what`, `reason` and `theme`) and `not_looked_at`.

    Args:
        files: List of `Ported`.
        others: Pairs of a path and why it was not looked at.
    """
    entries = [{"file": each.path, **finding._asdict()} for each in files for finding in each.findings]
    return json.dumps({
        "kind": "port", "version": VERSION, "human_needed": is_human_needed(files), "totals": totals(files),
        "files": [{"file": each.path, "status": each.status, "lines": each.lines} for each in files],
        "entries": entries, "not_looked_at": [{"file": path, "reason": reason} for path, reason in others],
    }, indent=2) + "\n"


def as_markdown(files, others=()):
    """Returns the report as Markdown, one table for each kind of finding.

    Args:
        files: List of `Ported`.
        others: Pairs of a path and why it was not looked at.
    """
    lines = ["# Porting report", "", *summary(files, others)]
    for kind in KINDS:
        rows = [f"| {_cell(each.path)}:{finding.line} | {_cell(finding.what)} | {_cell(finding.reason)} |"
                for each in files for finding in each.findings if finding.kind == kind]
        if rows:
            lines += ["", f"## {_TITLES[kind]} ({len(rows)})", "", "| place | what | reason |", "|---|---|---|", *rows]
    if others:
        lines += ["", "## Not looked at", "", *[f"- {_cell(path)}: {reason}" for path, reason in others]]
    return "\n".join(lines) + "\n"


def _cell(text):
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def summary(files, others=()):
    """Returns the lines for the terminal: what a human must decide, and the counts.

    Args:
        files: List of `Ported`.
        others: Pairs of a path and why it was not looked at.
    """
    lines = [f"{each.path}:{finding.line}: {finding.kind}: {finding.what}: {finding.reason}" for each in files
             for finding in each.findings if finding.kind in (findings.UNDECIDED, findings.UNPARSABLE)]
    lines += [f"{path}: not looked at: {reason}" for path, reason in others]
    counts = totals(files)
    lines.append(f"{counts['files']} files, {counts['lines']} lines: {counts[findings.CHANGE]} changes in "
                 f"{counts['changed_files']} files, {counts[findings.UNDECIDED]} places to decide, "
                 f"{counts[findings.UNPARSABLE]} files not parsed, {counts[findings.SUGGESTION]} suggestions")
    return lines


def as_diff(each):
    """Returns a unified diff of one file, empty where nothing changed.

    Args:
        each: `Ported`.
    """
    if not each.is_changed:
        return ""
    try:
        before, after = (lines_of(decode(data).text) for data in (each.before, each.after))
    except Unparsable:
        return ""
    lines = difflib.unified_diff(before, after, f"{each.path} (before)", f"{each.path} (after)")
    return "".join(line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n" for line in lines)
