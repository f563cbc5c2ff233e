"""Every public layer stands in the table of contract cases, and no other."""

from contract.cases import CASES

from tfconvkit import layers


def test_every_public_layer_has_a_case_and_no_case_is_stale():
    assert {case.layer.__name__ for case in CASES} == set(layers.__all__)


def test_every_public_layer_has_two_configurations():
    for name in layers.__all__:
        assert sum(case.layer.__name__ == name for case in CASES) >= 2, name
