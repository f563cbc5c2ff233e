"""Hostile calls of every layer family: the right answer, or an error that explains itself.

A small share by default and a larger one among the slow tests. The full run, 2,000 calls of each family:
`FUZZ_CALLS=2000 python -m pytest tests/hostile/test_layers.py -m slow`.
"""

import os

import pytest
from contract.cases import FAMILIES
from hostile import fuzzing, judging
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CALLS = int(os.environ.get("FUZZ_CALLS", "150"))


def calls(number):
    """Settings of a run: the same examples every time, none kept on disk."""
    return settings(max_examples=number, derandomize=True, deadline=None, database=None,
                    suppress_health_check=list(HealthCheck))


def faults(family, number):
    """Runs hostile calls of a family and returns the attempts that got no right answer, with the number of calls."""
    found, count = [], []

    @calls(number)
    @given(st.data())
    def attempt(data):
        case = data.draw(st.sampled_from(FAMILIES[family]))
        drawn = data.draw(fuzzing.attempts(case))
        count.append(case)
        fault = judging.fault_of(case, drawn)
        if fault:
            found.append((str(case), drawn, fault))

    attempt()
    return found, len(count)


@pytest.mark.parametrize("family", FAMILIES)
def test_hostile_calls_are_answered(family):
    found, count = faults(family, 25)
    assert found == [] and count == 25


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_many_hostile_calls_are_answered(family):
    found, count = faults(family, CALLS)
    print(f"{family}: {count} calls")
    assert found == [] and count >= CALLS
