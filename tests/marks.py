"""Marks of the cases of a test."""

import pytest


def slow_but(fast, cases):
    """The cases of a parametrised test, all but the fast ones marked as slow."""
    rows = [case if isinstance(case, tuple) else (case,) for case in cases]
    assert set(fast) <= {row[0] for row in rows}
    return [pytest.param(*row, marks=() if row[0] in fast else pytest.mark.slow) for row in rows]
