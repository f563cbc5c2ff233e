"""Which rows of a chain of padded convolutions one padded convolution cannot give, in plain integers, axis by axis.

Letters: a chain with total stride `S` and `P` zeros in front reads `x[S i - P + t]` for the taps `t` of its kernel. A
further layer that pads reads values in front of and behind the grid as zeros; one convolution of `x` in their place
reads what the taps find there. It is wrong where they still find pixels of `x`, or where the chain has a bias.
"""

from typing import NamedTuple

import numpy as np

from tfconvkit.padding import output_size


class Reading(NamedTuple):
    """How one axis of a feature map reads the axis of the image that a chain of convolutions starts from.

    Args:
        size: Size of the image.
        taps: Booleans, one per place of the kernel.
        stride: Total stride `S`.
        before, behind: Zeros around the image, `P` in front.
        is_wrong: Booleans, one per row of the map: whether one convolution would give something else.
    """

    size: int
    taps: np.ndarray
    stride: int
    before: int
    behind: int
    is_wrong: np.ndarray


def start(size):
    """Returns the reading of the image itself."""
    return Reading(size, np.ones(1, bool), 1, 0, 0, np.zeros(size, bool))


def advance(reading, taps, stride, pads, is_biased):
    """Returns the reading of a convolution's output, by what its input reads.

    Args:
        reading: The `Reading` of its input.
        taps: Booleans, one per place of its dilated kernel.
        stride: Its stride.
        pads: Its zeros `(before, behind)`.
        is_biased: Whether its input has a bias that the zeros lack.
    """
    before, behind = pads
    rows = len(reading.is_wrong)
    front, back = np.arange(-before, 0), np.arange(rows, rows + behind)
    is_wrong = np.concatenate([_finds(reading, front) | is_biased, reading.is_wrong, _finds(reading, back) | is_biased])
    made = max(output_size(is_wrong.size, taps.size, stride, "valid"), 0)
    read = np.arange(made)[:, None] * stride + np.flatnonzero(taps)
    return Reading(
        size=reading.size,
        taps=_spread(reading.taps, np.flatnonzero(taps) * reading.stride),
        stride=reading.stride * stride,
        before=reading.before + reading.stride * before,
        behind=reading.behind + reading.stride * behind,
        is_wrong=is_wrong[read].any(axis=1),
    )


def join(readings):
    """Returns the reading of a sum of maps that have equal strides: their kernels laid upon each other."""
    first = readings[0]
    before = max(reading.before for reading in readings)
    places = [np.arange(r.taps.size) + before - r.before for r in readings]
    taps = np.zeros(max(place[-1] for place in places) + 1, bool)
    for reading, place in zip(readings, places, strict=True):
        taps[place] |= reading.taps
    behind = max(r.behind + taps.size - place[-1] - 1 for r, place in zip(readings, places, strict=True))
    is_wrong = np.logical_or.reduce([reading.is_wrong for reading in readings])
    return Reading(first.size, taps, first.stride, before, behind, is_wrong)


def bias_tap(reading, is_read_behind):
    """Returns the tap that finds a pixel of the image exactly on the grid of the map, or None if there is none.

    A channel of ones, read by this tap, is a bias that ends where the grid ends.

    Args:
        reading: The `Reading` of the biased map.
        is_read_behind: Whether rows behind the grid are read.
    """
    rows = len(reading.is_wrong)
    is_inside = reading.before < reading.taps.size and reading.stride * (rows - 1) < reading.size
    ends_with_grid = not is_read_behind or reading.stride * rows >= reading.size
    return reading.before if is_inside and ends_with_grid else None


def with_tap(reading, tap):
    """Returns the reading with one more tap."""
    taps = reading.taps.copy()
    taps[tap] = True
    return reading._replace(taps=taps)


def border(is_wrong):
    """Returns how many rows in front of and behind the widest right part are wrong or cut off by wrong ones."""
    if is_wrong.all():
        return is_wrong.size, 0
    edges = np.flatnonzero(np.diff(np.concatenate([[True], is_wrong, [True]]).astype(int)))
    starts, stops = edges[::2], edges[1::2]
    widest = np.argmax(stops - starts)
    return int(starts[widest]), int(is_wrong.size - stops[widest])


def describe(border):
    """Writes out a border, pairs per axis, such as "(1, 1) rows and (0, 2) columns"."""
    names = ("rows", "columns") if len(border) == 2 else ("steps",) * len(border)
    return " and ".join(f"{pair} {name}" for pair, name in zip(border, names, strict=True))


def _finds(reading, rows):
    """Says for each row whether its taps find pixels of the image."""
    places = reading.stride * rows[:, None] - reading.before + np.flatnonzero(reading.taps)
    return ((places >= 0) & (places < reading.size)).any(axis=1)


def _spread(taps, offsets):
    made = np.zeros(taps.size + offsets[-1], bool)
    for offset in offsets:
        made[offset : offset + taps.size] |= taps
    return made
