"""Summaries in graphs of tf.compat.v1."""

import numpy as np
import pytest
import tensorflow as tf

from tfconvkit.compat.inpainting import gradients_summary, images_summary, scalar_summary

v1 = tf.compat.v1


def merged():
    with v1.Session() as session:
        return {value.tag: value for value in v1.Summary.FromString(session.run(v1.summary.merge_all())).value}


def test_scalars_and_gradients_are_summarised():
    with tf.Graph().as_default():
        x = tf.constant([1.0, -3.0])
        with v1.variable_scope("losses"):
            scalar_summary("loss", x[0])
        gradients_summary(tf.reduce_sum(x**2), x, name="slope")
        values = merged()
    assert values["losses/loss"].simple_value == 1 and values["slope"].simple_value == 8


@pytest.mark.parametrize("color_format, pixel", [("BGR", (0, 127, 255)), ("RGB", (255, 127, 0)),
                                                 ("GREY", (255, 0, 0))])
def test_images_are_scaled_and_clipped(color_format, pixel):
    with tf.Graph().as_default(), v1.Session():
        images_summary(tf.constant([[[[5.0, 0.0, -5.0]]]]), "raw", 1, color_format=color_format)
        image, = (value.image for value in merged().values())
        shown = tf.io.decode_png(image.encoded_image_string).eval()
    assert np.array_equal(shown[0, 0], pixel)


def test_a_writer_gets_the_value_at_once():
    class Writer:
        def add_summary(self, summary, step):
            self.written = v1.Summary.FromString(summary).value[0].simple_value, step

    writer = Writer()
    with tf.Graph().as_default(), v1.Session():
        scalar_summary("rate", 0.5, summary_writer=writer, step=7)
        with pytest.raises(ValueError, match="needs a step and a session. Received step=None"):
            scalar_summary("rate", 0.5, summary_writer=writer)
    assert writer.written == (0.5, 7)


def test_without_a_graph_nothing_happens():
    scalar_summary("loss", tf.constant(1.0))
    images_summary(tf.zeros((1, 2, 2, 3)), "raw", 1)
    gradients_summary(tf.constant(1.0), tf.constant(1.0))
    assert not v1.get_default_graph().get_collection(v1.GraphKeys.SUMMARIES)


def test_an_unknown_colour_format_is_refused():
    with pytest.raises(NotImplementedError, match="one of .'BGR', 'GREY', 'RGB'.. Received 'HSV'"):
        images_summary(tf.zeros((1, 2, 2, 3)), "raw", 1, color_format="HSV")
