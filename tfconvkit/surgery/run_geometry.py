"""How a run of linear layers stands on the image it reads: strides, pads, and the border where it is not exact."""

import math
from typing import NamedTuple

import numpy as np

from tfconvkit import padding
from tfconvkit.surgery import borders


class Geometry(NamedTuple):
    """How a run stands on its image.

    Args:
        strides: Total strides.
        pads: "valid", "same" or `(before, behind)` per axis of the one convolution.
        border: `(before, behind)` per axis: the rows where the one convolution gives something else.
        bias_taps: Dictionary from the outputs of layers that pad a biased map to the tap of a channel of ones that is
            its bias.
        anchors: Dictionary from sums to the anchors of what they add, the pads in front.
    """

    strides: tuple
    pads: str | tuple
    border: tuple
    bias_taps: dict
    anchors: dict

    @property
    def is_exact(self):
        return not any(map(any, self.border))


class Unfit(ValueError):
    """Says why the last layer of a run does not fit into it."""


class View(NamedTuple):
    """A value as the run's image is seen in it.

    Args:
        readings: Per axis a tuple of `borders.Reading`, one per size of the image that is tried.
        bias: Array `(channels,)` of what is added, as far as it does not end with the grid.
    """

    readings: tuple
    bias: np.ndarray


def geometry_of(run, specs):
    """Computes the `Geometry` of a run.

    A channel of ones is used where it makes the convolution exact. A grid of open size is tried for every remainder by
    the strides, at sizes that keep its two ends apart.

    Raises:
        Unfit: where strides, or the pads of an open size, allow no single convolution.
    """
    geometry = _geometry(run, specs, has_ones=True)
    return geometry if geometry.is_exact or not geometry.bias_taps else _geometry(run, specs, has_ones=False)


def _geometry(run, specs, has_ones):
    grid = specs[run.root].shape[1:-1]
    channels = specs[run.root].shape[-1]
    sizes = [_tried_sizes(run, axis, size) for axis, size in enumerate(grid)]
    views = {run.root: View(tuple(tuple(map(borders.start, tried)) for tried in sizes), np.zeros(channels))}
    bias_taps, anchors = {}, {}
    for place, link in enumerate(run.links):
        read = [views[value] for value in link.inputs]
        if link.part.stage is None:
            views[link.output], anchors[link.output] = _sum(read)
        else:
            if has_ones and groups_of(run.links[: place + 1]) == 1:
                read[0] = _with_bias_tap(read[0], link, bias_taps)
            views[link.output] = _advanced(read[0], link.part)
    readings = views[run.links[-1].output].readings
    wrong = [[borders.border(reading.is_wrong) for reading in axis] for axis in readings]
    border = tuple(tuple(map(max, zip(*pairs, strict=True))) for pairs in wrong)
    return Geometry(tuple(axis[0].stride for axis in readings), _pads(readings), border, bias_taps, anchors)


def _tried_sizes(run, axis, size):
    if size is not None:
        return [size]
    parts = [link.part for link in run.links if link.part.stage is not None]
    strides = math.prod(part.stage.strides[axis] for part in parts)
    reach = strides * sum(part.taps(axis).size + sum(part.pads_at(axis, strides)) for part in parts)
    return range(2 * reach + 1, 2 * reach + 1 + strides)


def _advanced(view, part):
    is_biased = bool(view.bias.any())
    readings = tuple(
        tuple(
            borders.advance(
                reading,
                taps=part.taps(axis),
                stride=part.stage.strides[axis],
                pads=part.pads_at(axis, reading.is_wrong.size),
                is_biased=is_biased,
            )
            for reading in tried
        )
        for axis, tried in enumerate(view.readings)
    )
    return View(readings, _moved(view.bias, part.stage) + part.biases)


def _moved(bias, stage):
    """What a convolution makes of a constant map."""
    sums = stage.kernel.sum(axis=tuple(range(stage.kernel.ndim - 2)))
    blocks = sums.reshape(sums.shape[0], stage.groups, -1)
    return np.einsum("gi,igo->go", bias.reshape(stage.groups, -1), blocks).ravel()


def _with_bias_tap(view, link, bias_taps):
    """Returns the view with its bias read from a channel of ones, where a layer that pads needs that and it can be."""
    pads = [{link.part.pads_at(axis, r.is_wrong.size) for r in tried} for axis, tried in enumerate(view.readings)]
    is_read_behind = [any(behind for _, behind in pairs) for pairs in pads]
    if not view.bias.any() or not any(any(pair) for pairs in pads for pair in pairs):
        return view
    taps = [
        {borders.bias_tap(reading, is_read) for reading in tried}
        for tried, is_read in zip(view.readings, is_read_behind, strict=True)
    ]
    if any(len(found) > 1 or None in found for found in taps):
        return view
    tap = bias_taps[link.output] = tuple(found.pop() for found in taps)
    readings = (tuple(borders.with_tap(r, t) for r in tried) for tried, t in zip(view.readings, tap, strict=True))
    return View(tuple(readings), np.zeros_like(view.bias))


def groups_of(links):
    """Returns the number of channel groups that no layer mixes."""
    return math.gcd(*(link.part.stage.groups for link in links if link.part.stage is not None))


def _sum(views):
    pairs = [list(zip(*axes, strict=True)) for axes in zip(*(view.readings for view in views), strict=True)]
    if any(len({reading.stride for reading in readings}) > 1 for axis in pairs for readings in axis):
        raise Unfit("it adds maps that come with different strides")
    offsets = [{tuple(r.before - readings[0].before for r in readings) for readings in axis} for axis in pairs]
    if any(len(found) > 1 for found in offsets):
        raise Unfit("the pads of what it adds depend on sizes that are open; give input_shape")
    anchors = list(zip(*(tuple(r.before for r in axis[0]) for axis in pairs), strict=True))
    return View(tuple(tuple(map(borders.join, axis)) for axis in pairs), sum(view.bias for view in views)), anchors


def _pads(readings):
    """Returns the pads of one convolution, "same" or "valid" where that gives them."""
    pairs = [{(reading.before, reading.behind) for reading in tried} for tried in readings]
    if all(found == {(0, 0)} for found in pairs):
        return "valid"
    if all(_is_same(reading) for tried in readings for reading in tried):
        return "same"
    if any(len(found) > 1 for found in pairs):
        raise Unfit("its pads depend on sizes that are open; give input_shape")
    return tuple(found.pop() for found in pairs)


def _is_same(reading):
    return padding.same_pads(reading.size, reading.taps.size, reading.stride) == (reading.before, reading.behind)
