import pytest
from hostile import calls


@pytest.mark.parametrize("family", calls.CALLS)
def test_hostile_arguments_are_answered(family):
    found, count = calls.faults(family)
    assert found == [] and count >= 60
