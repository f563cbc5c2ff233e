"""Padding arithmetic against brute force and against TensorFlow's formula."""

import math

import pytest

from tfconvkit import padding


def windows(size, kernel_size, stride, before, count):
    """The grid positions under each window."""
    return [[j * stride - before + tap for tap in range(kernel_size)] for j in range(count)]


def reversed_windows(size, found):
    return [sorted(size - 1 - position for position in window) for window in reversed(found)]


CASES = [(n, k, s) for n in range(1, 13) for k in range(1, 8) for s in range(1, 5)]


def test_same_pads_follow_the_formula():
    for n, k, s in CASES:
        total = max((math.ceil(n / s) - 1) * s + k - n, 0)
        assert padding.same_pads(n, k, s) == (total // 2, total - total // 2)
        assert padding.output_size(n, k, s, "same") == math.ceil(n / s)


@pytest.mark.parametrize("kind", ("same", "valid"))
def test_is_equivariant_says_where_reversed_windows_are_windows(kind):
    for n, k, s in CASES:
        if kind == "valid" and n < k:
            continue
        count = padding.output_size(n, k, s, kind)
        before = padding.same_pads(n, k, s)[0] if kind == "same" else 0
        found = windows(n, k, s, before, count)
        assert padding.is_equivariant(n, k, s, kind) == (reversed_windows(n, found) == found), (n, k, s)


def test_the_support_is_the_smallest_that_makes_same_equivariant():
    for n, k, s in CASES:
        support = padding.equivariant_support(k, padding.remainder(n, s))
        fitting = [size for size in range(k, k + 2 * s + 2) if padding.is_equivariant(n, size, s, "same")]
        assert support == fitting[0]


def test_the_taps_stand_where_same_puts_them():
    for n, k, s in CASES:
        rest = padding.remainder(n, s)
        support = padding.equivariant_support(k, rest)
        offset = padding.tap_offset(k, support, rest)
        assert 0 <= offset <= support - k
        assert padding.same_pads(n, support, s)[0] - offset == padding.same_pads(n, k, s)[0]


def test_dilated_sizes_and_unknown_sizes():
    assert padding.dilated_size(3, 2) == 5
    assert padding.output_size(None, 3, 2, "valid") is None
    assert padding.output_size(8, 3, 2, "valid") == 3
    assert not padding.is_equivariant(2, 3, 1, "valid")
