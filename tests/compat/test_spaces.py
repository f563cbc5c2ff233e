"""The legacy names of spaces."""

import pytest

from tfconvkit.compat import spaces


@pytest.mark.parametrize("space, order, field", [("Z2", 1, "trivial"), ("C4", 4, "regular"), ("D4", 8, "regular")])
def test_spaces_name_groups_and_fields(space, order, field):
    assert (spaces.group_of(space).order, spaces.field_of(space)) == (order, field)


@pytest.mark.parametrize("h_input, h_output, sizes", [
    ("Z2", "Z2", (1, 1)), ("Z2", "C4", (1, 4)), ("Z2", "D4", (1, 8)), ("C4", "C4", (4, 4)), ("D4", "D4", (8, 8)),
])
def test_layouts_have_the_components_of_both_spaces(h_input, h_output, sizes):
    assert spaces.kernel_layout(h_input, h_output, 3).sizes == sizes


def test_unknown_spaces_are_named():
    with pytest.raises(ValueError, match="Received 'p4m'. Other groups"):
        spaces.group_of("p4m")
