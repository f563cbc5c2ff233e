"""The border of padded chains, counted against the formula."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tfconvkit.surgery import borders


def chain(layers, size=200):
    """Reads an axis through layers `(kernel_size, stride)` with odd kernels and `(kernel_size - 1) / 2` zeros."""
    reading = borders.start(size)
    for kernel_size, stride in layers:
        pad = kernel_size // 2
        reading = borders.advance(reading, np.ones(kernel_size, bool), stride, (pad, pad), is_biased=False)
    return reading


def formula(layers):
    """`max over j >= 2 of ceil(sum_{i >= j} p_i prod_{m=j}^{i-1} s_m / prod_{m >= j} s_m)`."""
    widths = [0]
    for j in range(1, len(layers)):
        strides = [stride for _, stride in layers[j:]]
        pads = [kernel_size // 2 for kernel_size, _ in layers[j:]]
        reach = sum(pad * math.prod(strides[:i]) for i, pad in enumerate(pads))
        widths.append(math.ceil(reach / math.prod(strides)))
    return max(widths)


def test_five_kernels_of_3_and_of_5():
    assert borders.border(chain([(3, 1)] * 5).is_wrong) == (4, 4)
    assert borders.border(chain([(5, 1)] * 5).is_wrong) == (8, 8)


# The formula is that of kernels that reach past their strides: no row is skipped, and all padded ones mix pixels.
LAYERS = st.sampled_from([(1, 1), *((k, s) for k in (3, 5, 7) for s in (1, 2))])


@given(st.sampled_from((3, 5, 7)), st.lists(LAYERS, max_size=4))
def test_the_formula_gives_the_border_at_the_top(first, others):
    layers = [(first, 1), *others]
    assert borders.border(chain(layers).is_wrong)[0] == formula(layers)


def test_the_composed_taps_and_pads_are_sums():
    reading = chain([(3, 2), (5, 3), (3, 1)])
    assert (reading.taps.size, reading.stride, reading.before) == (3 + 2 * 4 + 6 * 2, 6, 1 + 2 * 2 + 6 * 1)


def test_patches_that_do_not_overlap_leave_no_border():
    for size, expected in ((24, (0, 0)), (25, (0, 1))):
        reading = borders.advance(borders.start(size), np.ones(2, bool), 2, (0, 0), is_biased=False)
        reading = borders.advance(reading, np.ones(3, bool), 1, (1, 1), is_biased=False)
        assert borders.border(reading.is_wrong) == expected


def test_a_bias_ends_with_the_grid_where_a_tap_does():
    pointwise = borders.start(9)
    assert borders.bias_tap(pointwise, is_read_behind=True) == 0
    valid = borders.advance(pointwise, np.ones(3, bool), 1, (0, 0), is_biased=False)
    assert borders.bias_tap(valid, is_read_behind=True) is None
    same = borders.advance(pointwise, np.ones(3, bool), 1, (1, 1), is_biased=False)
    assert borders.bias_tap(same, is_read_behind=True) == 1


def test_border_counts_up_to_the_widest_right_part():
    wrong = np.array([1, 0, 1, 0, 0, 0, 1, 1], bool)
    assert borders.border(wrong) == (3, 2)
    assert borders.border(np.ones(4, bool)) == (4, 0)
    assert borders.border(np.zeros(4, bool)) == (0, 0)
    assert borders.describe(((3, 2), (0, 1))) == "(3, 2) rows and (0, 1) columns"
