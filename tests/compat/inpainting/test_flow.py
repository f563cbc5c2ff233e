"""Pictures of the attention flow: golden numbers, the legacy rules, tensors and arrays alike."""

import numpy as np
import pytest
import tensorflow as tf
from compat.inpainting.scripts import MODES, run
from golden_files import load

from tfconvkit.compat.inpainting import (
    flow_to_image,
    flow_to_image_tf,
    highlight_flow,
    highlight_flow_tf,
    make_color_wheel,
)

GOLDEN = load("flow_to_image", area="inpaint")


def test_the_colour_wheel_is_middleburys():
    assert np.array_equal(make_color_wheel(), GOLDEN["colorwheel"])


def test_a_batch_is_painted_as_it_was():
    image = flow_to_image(GOLDEN["offsets"])
    assert np.array_equal(image, GOLDEN["image"]) and image.dtype == "float32"


def test_each_sample_alone_is_painted_as_it_was():
    images = [flow_to_image(each[None])[0] for each in GOLDEN["offsets"]]
    assert np.array_equal(images, GOLDEN["image_each"])


def test_no_motion_is_white():
    assert np.array_equal(flow_to_image(np.zeros((1, 4, 4, 2))), GOLDEN["image_zero"])
    assert np.all(GOLDEN["image_zero"] == 255)


@pytest.mark.parametrize("mode", (*MODES, "eager", "compiled"))
def test_tensors_are_painted_as_arrays_are(mode):
    offsets = GOLDEN["offsets"]
    if mode in MODES:
        (image,), _ = run(mode, flow_to_image_tf, [offsets])
    else:
        image = tf.function(flow_to_image_tf, jit_compile=mode == "compiled")(tf.constant(offsets))
    # One level is 0.008: no floor falls on the other side of a whole number.
    assert np.abs(image - GOLDEN["image_tf"]).max() <= 1e-6


def test_attended_positions_are_highlighted_as_they_were():
    assert np.array_equal(highlight_flow(GOLDEN["hl_in"]), GOLDEN["hl_out"])
    (image,), _ = run("graph", highlight_flow_tf, [GOLDEN["hl_in"]])
    assert np.array_equal(image, GOLDEN["hl_out"] / np.float32(127.5) - 1)


def test_a_position_attended_twice_is_highlighted_once():
    flow = np.zeros((2, 3, 3, 2), int)
    assert (highlight_flow_tf(flow).numpy() == 1).sum() == 2 * 3 == (highlight_flow(flow) == 255).sum()
