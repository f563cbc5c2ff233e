"""Index tables of moved windows, in integers alone."""

import numpy as np
import pytest

from tfconvkit import groups
from tfconvkit.banks import GroupKernel
from tfconvkit.windows import GroupWindow


def layout(group="C4", size=(3, 3), strides=(1, 1), padding="same", rate=(1, 1), fields=("regular", "regular")):
    return GroupKernel(groups.get(group), size, strides, padding, rate, *fields)


@pytest.mark.parametrize("group", ("C4", "D2", "D4"))
@pytest.mark.parametrize("fields", [("trivial", "regular"), ("regular", "regular"), ("regular", "trivial")])
def test_each_stored_number_has_one_copy_per_element(group, fields):
    kernel = layout(group, size=(2, 3), fields=fields)
    rows = int(np.prod(kernel.row_shape)) * kernel.components
    counts = np.bincount(kernel.table((0, 0)).ravel(), minlength=rows + 1)[:rows]
    assert set(counts.tolist()) == {groups.get(group).order}


def test_orbits_of_a_square_kernel_under_the_square_group():
    kernel = layout("D4", fields=("trivial", "trivial"))
    assert kernel.row_shape == (3,)
    assert sorted(np.bincount(kernel.table((0, 0))[..., 0, 0].ravel()).tolist()) == [1, 4, 4]


def test_stride_1_needs_no_size_and_stride_2_its_parity():
    assert layout("C4").window.all_remainders() == [(0, 0)]
    strided = layout("C4", strides=(2, 2)).window
    assert strided.all_remainders() == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [strided.support(r) for r in strided.all_remainders()] == [(3, 3), (3, 4), (4, 3), (4, 4)]
    assert [strided.position(r) for r in strided.all_remainders()] == [0, 1, 2, 3]


def test_axes_that_the_group_leaves_alone_pay_nothing():
    window = layout("D1", size=(2, 2), strides=(2, 2)).window
    assert window.support(window.remainders((8, 8))) == (2, 2)
    assert window.support(window.remainders((7, 7))) == (3, 2)
    assert layout("C1", size=(2, 4)).window.support((0, 0)) == (2, 4)


def test_all_tables_hold_each_table_where_same_finds_it():
    kernel = layout("C4", strides=(2, 2))
    stacked = kernel.all_tables()
    assert stacked.shape == (4, 4, 4, 4, 4)
    assert np.array_equal(stacked[0][:3, :3], kernel.table((0, 0)))
    assert np.array_equal(stacked[3], kernel.table((1, 1)))


def test_odd_dilated_kernels_leave_the_gaps_to_the_convolution():
    assert layout(rate=(2, 2)).dilation_rate == (2, 2)
    assert layout(rate=(2, 2)).table((0, 0)).shape[:2] == (3, 3)
    assert layout(rate=(2, 2), strides=(2, 2)).dilation_rate == (1, 1)
    assert layout(size=(2, 2), rate=(3, 3)).table((0, 0)).shape[:2] == (5, 5)


def test_strides_must_agree_on_swapped_axes():
    with pytest.raises(ValueError, match=r"'C4' swaps the grid axes \(0, 1\).*strides=\(1, 2\)"):
        GroupWindow(groups.get("C4"), (3, 3), (1, 2), "same")
    assert GroupWindow(groups.get("D2"), (3, 3), (1, 2), "same").strides == (1, 2)
    with pytest.raises(ValueError, match="must be symmetric under the group"):
        layout("D4", size=(2, 3), fields=("trivial", "trivial"))
