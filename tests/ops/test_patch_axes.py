"""The windows of one axis in plain integers: blocks, pads and unknown sizes."""

import numpy as np
import pytest
from keras import ops

from tfconvkit.ops.patch_axes import check_patches, is_positive_integer, lines_of


def line(size, taps, stride=1, rate=1, pads="same"):
    return lines_of(size, taps, stride, rate, pads)[0]


def test_neighbouring_taps_share_a_block():
    assert line(12, 4, stride=2).runs == [(0, 0, 2), (1, 0, 2)]
    assert line(12, 4, stride=3).runs == [(0, 0, 3), (1, 0, 1)]
    assert line(12, 2, stride=5).runs == [(0, 0, 2)]
    assert line(12, 3, stride=2, rate=3).runs == [(0, 0, 1), (1, 1, 1), (3, 0, 1)]


@pytest.mark.parametrize("rate", (1, 2, 3))
@pytest.mark.parametrize("stride", (1, 2, 3, 5))
@pytest.mark.parametrize("taps", (1, 2, 3, 4, 7))
def test_runs_list_every_tap_in_order_within_the_blocks(taps, stride, rate):
    windows = line(23, taps, stride, rate)
    seen = [block * stride + first + step for block, first, count in windows.runs for step in range(count)]
    assert seen == [tap * rate for tap in range(taps)]
    assert windows.span == max(block for block, _, _ in windows.runs)
    assert windows.blocks == windows.windows + windows.span
    assert all(first + count <= stride for _, first, count in windows.runs)


def test_the_odd_pad_stands_behind():
    assert [line(8, 4, stride).before for stride in (1, 2, 3)] == [1, 1, 1]
    assert line(8, 4, 1, pads="valid").before == 0
    assert line(8, 1, 3).before == 0


def test_sizes_may_be_integers_tensors_or_unknown():
    assert lines_of(np.int64(8), 3, 1, 1, "same")[0].is_static
    assert [each.size for each in lines_of(np.array([8, 9]), 3, 1, 1, "same")] == [8, 9]
    assert [each.size for each in lines_of((8, None), 3, 2, 1, "same")] == [8, None]
    dynamic = lines_of(ops.convert_to_tensor([8, 9], "int64"), 3, 2, 1, "same")
    assert not dynamic[0].is_static
    assert [(int(each.windows), int(each.before)) for each in dynamic] == [(4, 0), (5, 1)]
    assert lines_of((None, 9), 3, 2, 1, "valid")[0].windows is None


def test_booleans_and_floats_are_no_positive_integers():
    assert [is_positive_integer(value) for value in (1, np.int32(2), 0, -1, True, 1.0, "1", None)] == [
        True, True, False, False, False, False, False, False
    ]


def test_only_known_sizes_are_compared():
    lines = lines_of((8, None), 3, 1, 1, "valid")
    check_patches((None, None, 5, 18), lines)
    check_patches((2, 6, 5, 9), lines)
    with pytest.raises(ValueError, match=r"Expected patches \(batch, 6, None, 9 \* channels\).*\(2, 5, 5, 9\)"):
        check_patches((2, 5, 5, 9), lines)
    with pytest.raises(ValueError, match=r"Received patches of shape \(2, 6, 5, None\)"):
        check_patches((2, 6, 5, None), lines)
