"""Masks by the legacy random numbers: golden boxes exactly, golden strokes up to pixels on their edges."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from compat.inpainting.scripts import MODES, run
from golden_files import load

from tfconvkit.compat.inpainting import (
    bbox2mask,
    brush_stroke_mask,
    random_bbox,
    spatial_discounting_mask,
    v1,
)

GOLDEN = load("masks", area="inpaint")
SETTINGS = {key.removeprefix("cfg_"): value.tolist() for key, value in GOLDEN.items() if key.startswith("cfg_")}
FLAGS = SimpleNamespace(**SETTINGS)
CONFIG = SimpleNamespace(**{name.upper(): value for name, value in SETTINGS.items()})
BOXES = list(zip(GOLDEN["bbox_np_random_seed"], GOLDEN["bbox"], GOLDEN["bbox_mask"], strict=True))
STROKES = list(zip(GOLDEN["brush_np_random_seed"], GOLDEN["brush"], strict=True))


@pytest.mark.parametrize("seed, bbox, expected", BOXES)
@pytest.mark.parametrize("fill", [lambda bbox: bbox2mask(FLAGS, bbox), lambda bbox: v1.bbox2mask(bbox, CONFIG)])
def test_boxes_are_filled_as_they_were(fill, seed, bbox, expected):
    np.random.seed(seed)
    mask = fill(bbox)
    assert np.array_equal(mask[0, ..., 0], expected) and mask.dtype == "float32"


@pytest.mark.parametrize("mode", MODES)
def test_a_graph_draws_boxes_and_masks_anew_in_every_run(mode):
    def build():
        bbox = random_bbox(FLAGS)
        return bbox, bbox2mask(FLAGS, bbox), brush_stroke_mask(FLAGS)

    draws, _ = run(mode, build, [], calls=20)
    assert len({tuple(map(int, bbox)) for bbox, _, _ in draws}) > 15
    assert len({strokes.tobytes() for _, _, strokes in draws}) == 20
    for (top, left, height, width), mask, strokes in draws:
        rows, columns = (np.flatnonzero(mask[0, ..., 0].any(axis=axis)) for axis in (1, 0))
        assert top <= rows[0] and rows[-1] < top + height and left <= columns[0] and columns[-1] < left + width
        assert mask.shape == strokes.shape == (1, 64, 64, 1)


def test_boxes_take_the_same_positions_as_they_did():
    draws = np.array([[int(number) for number in random_bbox(FLAGS)] for _ in range(400)])
    legacy = GOLDEN["random_bbox_samples"]
    # All positions are equally likely, so both samples reach the ends of the range (or all but).
    assert np.array_equal(draws[0, 2:], legacy[0, 2:])
    assert np.abs(draws.min(axis=0) - legacy.min(axis=0)).max() <= 1
    assert np.abs(draws.max(axis=0) - legacy.max(axis=0)).max() <= 1
    assert draws[:, 0].max() < 64 - 4 - 24 and draws[:, 1].max() < 64 - 2 - 20


@pytest.mark.parametrize("seed, expected", STROKES)
def test_strokes_are_the_legacy_ones_up_to_their_edges(seed, expected):
    np.random.seed(seed)
    mask = brush_stroke_mask(FLAGS)[0, ..., 0]
    # Measured: 0.9% of the pixels, drawn by another library.
    assert np.mean(mask != expected) <= 0.015


def test_wide_images_get_no_stroke_on_the_right_as_they_did():
    np.random.seed(0)
    masks = [brush_stroke_mask({"img_shapes": [64, 256]}) for _ in range(50)]
    reached = np.flatnonzero(np.any(masks, axis=(0, 1, 2, 4)))
    assert 64 < reached[-1] < 96


@pytest.mark.parametrize("number", range(3))
def test_the_discounting_of_version_1_is_reproduced(number):
    height, width, gamma = load("spatial_discounting_v1", area="inpaint")[f"hwg_{number}"]
    expected = load("spatial_discounting_v1", area="inpaint")[f"mask_{number}"]
    config = {"HEIGHT": int(height), "WIDTH": int(width), "SPATIAL_DISCOUNTING_GAMMA": float(gamma)}
    weights = spatial_discounting_mask({**config, "DISCOUNTED_MASK": True})
    assert np.abs(weights - expected).max() <= 1e-6 and weights.shape == expected.shape
    assert np.all(spatial_discounting_mask({**config, "DISCOUNTED_MASK": False}) == 1)


@pytest.mark.parametrize("call, message", [
    (lambda: random_bbox({"img_shapes": [64, 64]}), 'Expected a setting "height" .or "HEIGHT".. Received'),
    (lambda: random_bbox({**SETTINGS, "height": 56}), "Received height=56, vertical_margin=4, image height=64. Use"),
    (lambda: brush_stroke_mask(SimpleNamespace()), 'Expected a setting "img_shapes"'),
])
def test_bad_settings_are_answered(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_numbers_of_a_box_may_be_tensors():
    settings = {**SETTINGS, "max_delta_height": 0, "max_delta_width": 0}
    assert tf.reduce_sum(bbox2mask(settings, tf.unstack(tf.constant([1, 2, 3, 4])))) == 12
