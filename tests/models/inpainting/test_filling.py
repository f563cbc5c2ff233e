import keras
import numpy as np
import pytest
from models.inpainting import golden_network

from tfconvkit import masks
from tfconvkit.models import DeepFillV2, inpaint
from tfconvkit.ops.attention import contextual

RNG = np.random.default_rng(0)
PHOTOGRAPH = RNG.integers(256, size=(37, 50, 3), dtype="uint8")
HOLE = masks.free_form((37, 50), width=(5, 9), rng=1)[..., 0] > 0


@pytest.fixture(scope="module")
def network():
    return DeepFillV2(width=4, kernel_initializer=keras.initializers.VarianceScaling(5.3, seed=0))


def constant(level):
    """A network that answers one level everywhere."""
    image, mask = keras.Input((None, None, 3)), keras.Input((None, None, 1))
    level = image * 0 + mask * 0 + level
    return keras.Model([image, mask], [image, level])


def test_known_pixels_come_back_bit_for_bit(network):
    filled = inpaint(network, PHOTOGRAPH, HOLE)
    assert filled.dtype == np.uint8 and filled.shape == PHOTOGRAPH.shape
    assert np.array_equal(filled[~HOLE], PHOTOGRAPH[~HOLE])
    assert (filled[HOLE] != PHOTOGRAPH[HOLE]).any()


@pytest.mark.parametrize("size", [(1, 1), (8, 3), (17, 65)])
def test_every_size_goes(size, network):
    image = RNG.integers(256, size=(*size, 3), dtype="uint8")
    mask = RNG.uniform(size=size) < 0.5
    filled = inpaint(network, image, mask)
    assert filled.shape == image.shape and np.array_equal(filled[~mask], image[~mask])


def test_the_hole_is_that_of_the_legacy_network():
    """Its output truncates to grey levels, ours rounds: at most one level above."""
    model, golden = golden_network.set_generator(DeepFillV2(width=8)), golden_network.STAGES
    hole = golden["mask"][0, ..., 0] > 0
    filled = inpaint(model, golden["image"][0].astype("uint8"), hole).astype(int)
    difference = filled[hole] - golden["output_u8_reversed"][0, ..., ::-1][hole]
    assert set(np.unique(difference)) <= {0, 1}


@pytest.mark.parametrize("level, expected", [(-1, 0), (0, 128), (1, 255), (5, 255), (-5, 0), (126 / 127.5 - 1, 126)])
def test_levels_are_rounded_and_clipped(level, expected):
    filled = inpaint(constant(level), PHOTOGRAPH, HOLE)
    assert (filled[HOLE] == expected).all() and np.array_equal(filled[~HOLE], PHOTOGRAPH[~HOLE])


@pytest.mark.parametrize("mask", (
    HOLE, HOLE[..., None], HOLE.astype("float32"), HOLE.astype(int), HOLE * np.uint8(255), HOLE * 200.0 + 20 * ~HOLE,
))
def test_masks_come_in_every_usual_form(mask):
    filled = inpaint(constant(1), PHOTOGRAPH, mask)
    assert (filled[HOLE] == 255).all() and np.array_equal(filled[~HOLE], PHOTOGRAPH[~HOLE])


@pytest.mark.slow
@pytest.mark.parametrize("shape", ((3, 37, 50), (3, 37, 50, 1)))
def test_a_batch_has_one_mask_for_all_or_one_each(shape, network):
    images = RNG.integers(256, size=(3, 37, 50, 3), dtype="uint8")
    holes = RNG.uniform(size=shape) < 0.3
    filled = inpaint(network, images, holes, batch_size=3)
    for image, hole, expected in zip(images, holes, filled, strict=True):
        # Another batch size sums in another order: a level may differ where rounding is on the edge.
        assert np.abs(inpaint(network, image, hole).astype(int) - expected).max() <= 1
    assert (inpaint(constant(1), images, HOLE)[:, HOLE] == 255).all()


def test_nothing_to_fill_changes_nothing(network):
    assert np.array_equal(inpaint(network, PHOTOGRAPH, np.zeros((37, 50))), PHOTOGRAPH)


@pytest.mark.parametrize("image, mask, error, message", [
    (PHOTOGRAPH / 255, HOLE, TypeError, r"expects an image of uint8, 0 to 255. Received float64"),
    (PHOTOGRAPH[..., 0], HOLE, ValueError, r"Received shape \(37, 50\)"),
    (PHOTOGRAPH, HOLE.T, ValueError, r"height and width, \(37, 50\).*Received shape \(50, 37\)"),
    (PHOTOGRAPH, np.stack([HOLE] * 3, axis=-1), ValueError, r"Received shape \(37, 50, 3\)"),
    (PHOTOGRAPH, np.stack([HOLE] * 2), ValueError, r"for each of the 1 images. Received shape \(2, 37, 50\)"),
])
def test_bad_input_is_named(image, mask, error, message):
    with pytest.raises(error, match=message):
        inpaint(constant(0), image, mask)


def test_masks_of_both_ranges_may_stand_in_one_batch(network):
    images = np.random.default_rng(0).integers(0, 256, (2, 13, 21, 3)).astype("uint8")
    hole = np.zeros((13, 21), int)
    hole[3:8, 4:13] = 1
    filled = inpaint(network, images, np.stack([hole, 255 * hole]))
    for sample in range(2):
        expected = inpaint(network, images[sample], hole > 0)
        assert np.array_equal(filled[sample], expected) and (expected != images[sample]).any()


@pytest.mark.parametrize("value", (100, 2, -1, np.nan))
def test_a_mask_of_unclear_values_is_refused(network, value):
    image = np.zeros((13, 21, 3), "uint8")
    with pytest.raises(ValueError, match="boolean, 0 and 1, or 0 to 255"):
        inpaint(network, image, np.where(np.eye(13, 21) > 0, value, 0))


@pytest.mark.slow
def test_every_size_is_traced_with_its_sizes_known(network, monkeypatch):
    """The attention bounds its memory by sizes that it knows."""
    seen = []
    original = contextual.chunk_lines
    monkeypatch.setattr(contextual, "chunk_lines", lambda q, k, s: seen.append(q.shape) or original(q, k, s))
    for size in ((16, 24), (24, 16), (24, 32)):
        inpaint(network, np.zeros((*size, 3), "uint8"), np.eye(*size) > 0)
    assert len(seen) >= 3 and not any(None in shape[1:3] for shape in seen)
