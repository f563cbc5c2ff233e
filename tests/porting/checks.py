"""What every test of the porting tool checks besides: porting again changes nothing."""

import ast

from tfconvkit.porting import port


def ported(source, **options):
    """Returns the text of a ported source and its findings, after checking that it is stable and parses."""
    done = port(source.encode(), **options)
    again = port(done.after)
    assert again.after == done.after, [finding for finding in again.findings if finding.kind == "changed"]
    assert done.is_changed == bool(done.count("changed"))
    if done.status != "unparsable":
        ast.parse(done.after)
    return done.after.decode(), done.findings


def kinds(findings, kind="undecided"):
    """Returns what was found of one kind, each with its line."""
    return [(finding.line, finding.what) for finding in findings if finding.kind == kind]
