import numpy as np
import pytest
import tolerances
from golden_files import load

from tfconvkit import masks

GOLDEN = load("masks", area="inpaint")


def coverage(drawn):
    return drawn.mean(axis=(1, 2, 3))


def test_brush_strokes_cover_as_much_as_those_of_the_legacy_code():
    expected = GOLDEN["brush"].mean(axis=(1, 2))
    ours = coverage(masks.free_form((64, 64), 300, rng=0))
    deviation = np.hypot(ours.std() / 300**0.5, expected.std(ddof=1) / len(expected) ** 0.5)
    assert abs(ours.mean() - expected.mean()) <= 2.5 * deviation
    assert ours.min() <= expected.min() and expected.max() <= ours.max()


@pytest.mark.parametrize("size, mean, deviation", [((64, 64), 0.439, 0.194), ((128, 128), 0.255, 0.127)])
def test_coverage_is_that_of_the_legacy_recipe(size, mean, deviation):
    """The recipe of golden/inpaint/README.md, drawn 600 times with Pillow: means and deviations of the coverage."""
    ours = coverage(masks.free_form(size, 400, rng=1))
    assert abs(ours.mean() - mean) <= 3 * deviation * (1 / 400 + 1 / 600) ** 0.5
    assert abs(ours.std() / deviation - 1) <= 0.15


@pytest.mark.parametrize("size", ((32, 128), (128, 32)))
def test_strokes_reach_every_part_of_an_image_that_is_not_square(size):
    drawn = masks.free_form(size, 200, rng=0, width=(6, 10)).mean(axis=0)[..., 0]
    thirds = [part.mean() for axis in (0, 1) for part in np.array_split(drawn, 3, axis=axis)]
    assert min(thirds) >= 0.2 * max(thirds) > 0


def test_mirrored_masks_treat_left_and_right_alike():
    drawn = masks.free_form((64, 64), 400, flip=True, rng=0).mean(axis=0)[..., 0]
    for one, other in ((drawn[:, :32], drawn[:, 32:]), (drawn[:32], drawn[32:])):
        assert abs(one.mean() - other.mean()) <= 0.04


def test_a_brush_paints_all_pixels_within_its_radius():
    """One step: the hole is convex, at least a disc, and nowhere thinner than the brush."""
    drawn = masks.free_form((60, 70), 20, strokes=(1, 1), vertices=(1, 1), width=(10, 10), rng=0)[..., 0]
    inside = [mask for mask in drawn if not (mask[[0, -1]].any() or mask[:, [0, -1]].any())]
    for mask in inside:
        for lines in (mask, mask.T):
            assert all((np.diff(np.flatnonzero(line)) == 1).all() for line in lines)
            assert lines.any(axis=0).sum() >= 10
        assert mask.sum() >= 0.95 * np.pi * 25
    assert len(inside) >= 3


@pytest.mark.parametrize("draw", (
    lambda **kwargs: masks.free_form((20, 30), **kwargs),
    lambda **kwargs: masks.box((20, 30), (4, 5), shrink=1, **kwargs),
))
def test_the_seed_decides(draw):
    one, other = draw(count=5, rng=7), draw(count=5, rng=np.random.default_rng(7))
    assert one.shape == (5, 20, 30, 1) and one.dtype == "float32" and set(np.unique(one)) <= {0, 1}
    assert (one == other).all() and (one != draw(count=5, rng=8)).any() and (one[0] != one[1]).any()
    assert (draw(rng=7) == one[0]).all()


def test_boxes_stand_where_the_legacy_code_puts_them_and_one_place_further():
    height, width = int(GOLDEN["cfg_height"]), int(GOLDEN["cfg_width"])
    margin = int(GOLDEN["cfg_vertical_margin"]), int(GOLDEN["cfg_horizontal_margin"])
    drawn = masks.box((64, 64), (height, width), 2000, margin=margin, rng=0)[..., 0]
    tops, lefts = drawn.any(axis=2).argmax(axis=1), drawn.any(axis=1).argmax(axis=1)
    assert (drawn.sum(axis=(1, 2)) == height * width).all()
    for ours, expected, low, high in ((tops, GOLDEN["random_bbox_samples"][:, 0], margin[0], 64 - margin[0] - height),
                                      (lefts, GOLDEN["random_bbox_samples"][:, 1], margin[1], 64 - margin[1] - width)):
        assert (ours.min(), ours.max()) == (low, high)
        assert low <= expected.min() and expected.max() <= high - 1
        assert abs(ours.mean() - expected.mean()) <= 3 * expected.std() / len(expected) ** 0.5


def test_boxes_shrink_as_in_the_legacy_code():
    shrink = int(GOLDEN["cfg_max_delta_height"]) // 2, int(GOLDEN["cfg_max_delta_width"]) // 2
    height, width = int(GOLDEN["cfg_height"]), int(GOLDEN["cfg_width"])
    drawn = masks.box((64, 64), (height, width), 300, shrink=shrink, rng=0)[..., 0]
    heights, widths = (set(drawn.any(axis=axis).sum(axis=1).tolist()) for axis in (2, 1))
    assert heights == {height - 2 * step for step in range(shrink[0] + 1)}
    assert widths == {width - 2 * step for step in range(shrink[1] + 1)}
    legacy = GOLDEN["bbox_mask"].reshape(-1, 64, 64)
    assert set(legacy.any(axis=2).sum(axis=1).tolist()) <= heights
    assert set(legacy.any(axis=1).sum(axis=1).tolist()) <= widths


def test_a_box_may_fill_the_image():
    assert masks.box((4, 6), (4, 6)).all()


@pytest.mark.parametrize("number", range(3))
def test_spatial_discounting_is_that_of_deepfill_v1(number):
    golden = load("spatial_discounting_v1", area="inpaint")
    height, width, gamma = golden[f"hwg_{number}"]
    weights = masks.spatial_discount((int(height), int(width)), gamma)
    assert weights.shape == golden[f"mask_{number}"][0].shape
    assert np.abs(weights - golden[f"mask_{number}"][0]).max() <= tolerances.GOLDEN


def test_distances_are_the_shortest_ways_to_a_known_pixel():
    mask = masks.free_form((9, 12), strokes=(1, 1), width=(3, 4), rng=0)[..., 0]
    rows, columns = np.indices(mask.shape)
    known = np.argwhere(mask == 0)
    expected = np.abs(np.stack([rows, columns], axis=-1)[:, :, None] - known).sum(axis=-1).min(axis=-1)
    assert (masks.distance(mask) == expected).all()
    batch = np.stack([mask, mask[::-1]])[..., None]
    assert (masks.distance(batch)[1, ..., 0] == expected[::-1]).all()


def test_discounting_falls_with_the_distance_and_ends_where_nothing_is_known():
    assert np.allclose(masks.discount(np.array([[0, 1, 1, 0]]), 0.9), [[1, 0.9, 0.9, 1]])
    assert (masks.discount(np.ones((3, 3))) == 0).all()


@pytest.mark.parametrize("make, message", [
    (lambda: masks.free_form(64), None),
    (lambda: masks.free_form((64, 0)), r"free_form: size must be a positive integer or .* Received size=\(64, 0\)"),
    (lambda: masks.free_form((64, 64, 3)), r"free_form: size must be a positive integer or a tuple of 2"),
    (lambda: masks.free_form((64, 64), width=(9, 4)), r"width=\(smallest, largest\). Received width=\(9, 4\)"),
    (lambda: masks.box((64, 64), (60, 20), margin=4), r"box_size \+ 2 \* margin <= size"),
    (lambda: masks.box((64, 64), (8, 8), shrink=4), r"2 \* shrink < box_size"),
])
def test_bad_sizes_are_named(make, message):
    if message is None:
        assert make().shape == (64, 64, 1)
        return
    with pytest.raises(ValueError, match=message):
        make()
