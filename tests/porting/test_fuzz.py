"""A thousand generated and damaged files: no exception, no byte lost unsaid, stable, and nothing unparsable unnamed."""

import ast
import difflib

import pytest
from porting.sources import generated

from tfconvkit.porting import port
from tfconvkit.porting.decoding import decode, lines_of

COUNT = 1000
REACH = 6  # A statement of the pieces has at most so many lines.


def check(data):
    done = port(data)
    kinds = {finding.kind for finding in done.findings}
    assert done.is_changed == ("changed" in kinds)
    assert port(done.after).after == done.after
    if "unparsable" in kinds:
        assert done.after == data and len(done.findings) == 1
    else:
        ast.parse(decode(done.after).text)
        assert_only_reported_lines_differ(done)
    return done.status


def assert_only_reported_lines_differ(done):
    before, after = (lines_of(decode(data).text) for data in (done.before, done.after))
    if len(before) > 300 or not done.is_changed:
        return
    reported = [finding.line for finding in done.findings if finding.kind == "changed"]
    for tag, start, stop, _, _ in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for line in range(start + 1, max(stop, start + 1) + 1) if tag != "equal" else ():
            assert any(first - 1 <= line <= first + REACH for first in reported), (line, reported)


@pytest.mark.parametrize("start", range(0, COUNT, 100))
def test_files_of_every_kind_are_ported_or_named(start):
    counts = {}
    for seed in range(start, start + 100):
        status = check(generated(seed))
        counts[status] = counts.get(status, 0) + 1
    assert min(counts.get(status, 0) for status in ("changed", "unparsable")) >= 10, counts


def test_bytes_at_random_are_named():
    import random

    rng = random.Random(7)
    for _ in range(100):
        check(bytes(rng.randrange(256) for _ in range(rng.randrange(60))))
