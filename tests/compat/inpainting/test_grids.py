"""Resizing, cropping and flattening: the legacy indices, known and unknown sizes."""

import numpy as np
import pytest
import tensorflow as tf
import tolerances
from compat.inpainting.scripts import MODES, run
from golden_files import load
from laws import relative_error

from tfconvkit.compat.inpainting import flatten, local_patch, resize, resize_mask_like

NEAREST = tf.compat.v1.image.resize_nearest_neighbor
INDEX = load("resize_nn_align_corners_index", area="inpaint")
MASKS = load("resize_mask_like", area="inpaint")


@pytest.mark.parametrize("number", range(int(INDEX["n"])))
def test_nearest_neighbours_are_taken_where_they_were(number):
    source, target = INDEX[f"in_out_{number}"]
    x = np.arange(source, dtype="float32")[None, :, None, None] + np.zeros((1, 1, source, 1), "float32")
    y = resize(x, to_shape=(target, target), func=NEAREST)
    assert np.array_equal(y[0, :, 0, 0], INDEX[f"idx_{number}"])


@pytest.mark.parametrize("mode", (*MODES, "eager"))
@pytest.mark.parametrize("number", range(int(MASKS["n"])))
def test_masks_are_resized_as_they_were(number, mode):
    mask, expected = MASKS[f"mask{number}"], MASKS[f"out{number}"]
    like = np.zeros((1, *expected.shape[1:3], 5), "float32")
    resized = resize_mask_like(tf.constant(mask), tf.constant(like)) if mode == "eager" else \
        run(mode, resize_mask_like, [mask, like])[0][0]
    assert np.array_equal(resized, expected) and resized.dtype == mask.dtype


def test_bilinear_resizing_aligns_the_corners():
    golden = load("flow_to_image", area="inpaint")
    for x in (tf.constant(golden["image_tf"]), golden["image_tf"]):
        assert relative_error(resize(tf.constant(x), scale=2), golden["flow_x2_bilinear"]) <= tolerances.GOLDEN


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dynamic", (False, True))
def test_unknown_sizes_are_scaled_at_run_time(dynamic, mode):
    x = np.random.default_rng(0).normal(size=(1, 9, 12, 2)).astype("float32")
    for scale in (2, 1 / 3, 0.5):
        (y,), _ = run(mode, lambda x, scale=scale: resize(x, scale=scale, dynamic=dynamic), [x])
        assert np.array_equal(y, resize(tf.constant(x), scale=scale))


def test_corners_need_not_be_aligned():
    x = tf.reshape(tf.range(4.0), (1, 1, 4, 1))
    assert np.array_equal(resize(x, to_shape=(1, 2), func=NEAREST, align_corners=False)[0, 0, :, 0], [0, 2])
    assert np.array_equal(resize(x, to_shape=(1, 2), func=NEAREST)[0, 0, :, 0], [0, 3])


@pytest.mark.parametrize("mode", MODES)
def test_a_box_is_cropped_as_it_was(mode):
    golden = load("masks", area="inpaint")
    (y,), _ = run(mode, lambda x: local_patch(x, tf.unstack(tf.constant(golden["lp_bbox"]))), [golden["lp_x"]])
    assert np.array_equal(y, golden["lp_y"])
    assert np.array_equal(local_patch(golden["lp_x"], golden["lp_bbox"]), golden["lp_y"])


def test_flattening_is_row_major_and_keeps_an_unknown_batch():
    x = np.arange(24.0).reshape(2, 3, 2, 2)
    assert np.array_equal(flatten(tf.constant(x)), x.reshape(2, 12))
    with tf.Graph().as_default():
        assert flatten(tf.compat.v1.placeholder("float32", (None, 3, 4, 5))).shape.as_list() == [None, 60]
    (y,), _ = run("graph", flatten, [x])
    assert np.array_equal(y, x.reshape(2, 12))
