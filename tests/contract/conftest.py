"""Runs the contracts case by case, so that those of one case share its built layer."""

import pytest
from contract.built import Built
from contract.cases import CASES


@pytest.fixture(scope="module", params=CASES, ids=str)
def case(request):
    return request.param


@pytest.fixture(scope="module")
def built(case):
    return Built(case)
