import numpy as np
import pytest

from tfconvkit import groups
from tfconvkit.audit import comparison, flow

C4, D4 = groups.get("C4"), groups.get("D4")
LAST = "channels_last"


def moved(group, blocks, x, elements=None):
    """What a layer would make of the moved inputs if it were exact."""
    elements = range(group.order) if elements is None else elements
    return {g: flow.act(blocks, group, g, x, LAST) for g in elements}


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(2, 5, 5, 8))


def test_error_is_relative_to_the_largest_expected_number():
    assert comparison.relative_error(np.array([1.0, 4.5]), np.array([1.0, 5.0])) == pytest.approx(0.1)
    assert comparison.relative_error(np.zeros(2), np.zeros(2)) == 0


@pytest.mark.parametrize(
    "value, expected", [(np.zeros((2, 3)), np.zeros((3, 2))), ([np.nan], [1.0]), ([1.0], [0.0])], ids=str
)
def test_other_shape_nan_and_noise_on_zero_are_infinitely_wrong(value, expected):
    assert comparison.relative_error(np.asarray(value), np.asarray(expected)) == float("inf")


@pytest.mark.parametrize("name, group", [("trivial", C4), ("regular", C4), ("regular", D4)])
def test_unknown_field_is_recognised_by_how_it_moves(x, name, group):
    blocks = flow.uniform(name, group, 8)
    verdict = comparison.judge(C4, moved(C4, blocks, x), flow.State(None, LAST), tolerance=1e-10)
    assert verdict.blocks == blocks and max(verdict.errors) == 0


def test_simplest_field_wins_where_all_channels_are_alike(x):
    alike = np.repeat(x[..., :1], 8, axis=-1)
    arrays = moved(C4, flow.uniform("regular", C4, 8), alike)
    verdict = comparison.judge(C4, arrays, flow.State(None, LAST), tolerance=1e-10)
    assert flow.describe(verdict.blocks) == "trivial"


def test_no_field_is_found_above_the_tolerance(x):
    arrays = moved(C4, flow.uniform("trivial", C4, 8), x)
    arrays[2] = arrays[2] + 0.01
    verdict = comparison.judge(C4, arrays, flow.State(None, LAST), tolerance=1e-4)
    assert verdict.blocks is None and verdict.errors[1] == 0 < verdict.errors[2] < 0.01


def test_declared_field_is_not_replaced_by_one_that_fits_better(x):
    arrays = moved(C4, flow.uniform("trivial", C4, 8), x)
    verdict = comparison.judge(C4, arrays, flow.State(flow.uniform("regular", C4, 8), LAST), tolerance=1e-4)
    assert flow.describe(verdict.blocks) == "regular C4" and max(verdict.errors) > 0.1


def test_elements_that_a_declared_group_lacks_are_judged_by_the_best_fit(x):
    arrays = moved(D4, flow.uniform("regular", D4, 8), x)
    verdict = comparison.judge(D4, arrays, flow.State(flow.uniform("regular", C4, 8), LAST), tolerance=1e-4)
    assert "regular C4 has no elements [4, 5, 6, 7] of D4: judged there as regular D4" == verdict.remark
    assert max(verdict.errors[4:]) == 0 < max(verdict.errors[:4])


def test_missing_elements_are_not_judged(x):
    arrays = moved(C4, flow.uniform("trivial", C4, 8), x, elements=(0, 2))
    verdict = comparison.judge(C4, arrays, flow.State(None, LAST), tolerance=1e-4)
    assert verdict.errors == (0, None, 0, None)


def test_worst_of_several_outputs_is_taken_per_element():
    assert comparison.worst([(0.0, 2.0, None), (1.0, 1.0, 0.0)]) == (1.0, 2.0, None)
