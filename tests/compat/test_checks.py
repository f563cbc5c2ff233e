"""Bad input to the legacy convolution: expected, received, remedy."""

import numpy as np
import pytest
import tensorflow as tf

from tfconvkit.compat import groupy

INDICES, SHAPE_INFO, W_SHAPE = groupy.gconv2d_util("C4", "C4", 2, 3, 3)
BAD_CALLS = {
    "strides": (dict(strides=2), r"strides must be a list \[1, s, s, 1\]. Received strides=2. Put 1"),
    "batch strides": (dict(strides=[2, 1, 1, 1]), r"Received strides=\[2, 1, 1, 1\]"),
    "padding": (dict(padding="same"), '"SAME" or "VALID". Received padding=\'same\'. Write it in capitals'),
    "data format": (dict(data_format="NCHW"), '"NHWC". Received data_format=\'NCHW\'. Transpose'),
    "channels": (dict(input=np.zeros((1, 5, 5, 6))), r"\(batch, height, width, 8\).*shape \(1, 5, 5, 6\). Pass"),
    "rank": (dict(input=np.zeros((5, 5, 8))), r"Received shape \(5, 5, 8\)"),
    "filter": (dict(filter=np.zeros((3, 5, 8, 3))), r"square filter of shape \(3, 3, 8, 3\). Received .*3, 5, 8, 3"),
    "filter of Z2": (dict(filter=np.zeros((3, 3, 2, 3))), r"Received shape \(3, 3, 2, 3\). Create the filter with"),
    "shape of indices": (
        dict(gconv_indices=INDICES[:, :1]),
        r"indices of shape \(4, 4, 3, 3\) with values from 0 to 35. Received shape \(4, 1, 3, 3\). Take both",
    ),
    "values of indices": (dict(gconv_indices=INDICES + 1), "Received values from 1 to 36. Take both"),
    "shape of a tensor of indices": (
        dict(gconv_indices=tf.constant(INDICES[:2])),
        r"Received shape \(2, 4, 3, 3\)",
    ),
}


def call(**changes):
    arguments = dict(
        input=np.zeros((1, 5, 5, 8)),
        filter=np.zeros(W_SHAPE),
        strides=[1, 1, 1, 1],
        padding="SAME",
        gconv_indices=INDICES,
        gconv_shape_info=SHAPE_INFO,
    )
    return groupy.gconv2d(**{**arguments, **changes})


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_input_is_answered_by_what_was_expected(name):
    changes, message = BAD_CALLS[name]
    with pytest.raises(ValueError, match=message):
        call(**changes)


def test_a_wrong_bias_is_answered_by_the_shape_expected():
    with pytest.raises(ValueError, match=r"shape \(3,\), one number per field .* Received shape \(4,\). Create it"):
        groupy.gconv2d_addbias(tf.zeros((1, 5, 5, 12)), tf.zeros(4), SHAPE_INFO)


def test_open_shapes_are_let_through():
    with tf.Graph().as_default():
        placeholder = tf.compat.v1.placeholder
        x, w, bias = placeholder("float64", [None] * 4), placeholder("float64", [None] * 4), placeholder("float64")
        y = groupy.gconv2d_addbias(call(input=x, filter=w), bias, SHAPE_INFO)
        with tf.compat.v1.Session() as session:
            fed = {x: np.ones((1, 5, 5, 8)), w: np.zeros(W_SHAPE), bias: np.arange(3)}
            assert np.array_equal(session.run(y, fed)[0, 0, 0], np.repeat(np.arange(3), 4))


def test_checks_can_be_left_out():
    swapped = INDICES + 1
    with pytest.raises(ValueError, match="Received values"):
        groupy.transform_filter_2d_nhwc(np.zeros(W_SHAPE), swapped, SHAPE_INFO)
    with pytest.raises(ValueError, match="group_expand expects table"):  # as the operation itself does
        groupy.transform_filter_2d_nhwc(np.ones(W_SHAPE), swapped, SHAPE_INFO, validate_args=False)
