"""Cropping per channel against indexing, in both forms, and its gradient against finite differences."""

import numpy as np
import pytest
import tensorflow as tf
import tolerances
from backends import running
from keras import ops
from laws import gradient_error

from tfconvkit import backend
from tfconvkit.ops.cropping import crop_per_channel

GRIDS = ((5,), (4, 5), (3, 4, 5))
STARTS = np.array([[0, 1, 1], [1, 1, 0], [0, 0, 0], [1, 0, 1]])


def expected(x, starts):
    """`y[n, i, c] = x[n, i + starts[c], c]`, channel by channel."""
    cropped = starts.any(axis=0)
    grid = x.shape[1:-1]
    channels = []
    for channel, start in enumerate(starts):
        window = tuple(slice(s, s + n - c) for s, n, c in zip(start, grid, cropped, strict=True))
        channels.append(x[(slice(None), *window, channel)])
    return np.stack(channels, axis=-1)


@pytest.mark.parametrize("is_compiled", (False, True))
@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_every_channel_is_cropped_at_its_start(grid, is_compiled):
    starts = STARTS[:, : len(grid)]
    x = np.random.default_rng(0).normal(size=(2, *grid, 4))
    function = running.graph(lambda x: crop_per_channel(x, starts), is_compiled)
    assert np.array_equal(function(x), expected(x, starts))
    assert np.array_equal(crop_per_channel(x, starts), expected(x, starts))


def test_axes_without_a_start_are_left_alone():
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 4))
    starts = STARTS[:, :2] * [0, 1]
    assert np.array_equal(crop_per_channel(x, starts), expected(x, starts))


def test_channels_may_come_first():
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 4))
    y = crop_per_channel(np.moveaxis(x, -1, 1), STARTS[:, :2], "channels_first")
    assert np.array_equal(np.moveaxis(np.array(y), 1, -1), expected(x, STARTS[:, :2]))


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_the_gradient_is_the_adjoint(grid):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, *grid, 4))
    error = gradient_error(lambda x: crop_per_channel(x, STARTS[:, : len(grid)]), [x], rng)
    assert error <= tolerances.FINITE_DIFFERENCE


@pytest.mark.parametrize("is_compiled", (False, True))
@pytest.mark.parametrize("data_format", ("channels_last", "channels_first"))
def test_a_bias_per_channel_is_added_to_what_is_cropped(data_format, is_compiled):
    rng = np.random.default_rng(0)
    x, bias, v = rng.normal(size=(2, 4, 5, 4)), rng.normal(size=4), rng.normal(size=(2, 3, 4, 4))
    moved = (lambda x: x) if data_format == "channels_last" else (lambda x: np.moveaxis(x, -1, 1))

    def crop(x, bias):
        return crop_per_channel(x, STARTS[:, :2], data_format, bias)

    y = running.graph(crop, is_compiled)(moved(x), bias)
    assert np.allclose(y, moved(expected(x, STARTS[:, :2]) + bias), rtol=0, atol=tolerances.LAW["float64"])
    slopes = running.graph(lambda x, bias: backend.vjp(crop, [x, bias], moved(v)), is_compiled)(moved(x), bias)
    assert np.allclose(slopes[1], v.sum(axis=(0, 1, 2)), rtol=0, atol=tolerances.LAW["float64"])
    assert gradient_error(crop, [moved(x), bias], rng) <= tolerances.FINITE_DIFFERENCE


def test_a_bias_of_other_channels_is_refused():
    with pytest.raises(ValueError, match=r"bias as 4 numbers.*\(3,\)"):
        crop_per_channel(np.ones((1, 4, 5, 4)), STARTS[:, :2], bias=np.ones(3))


@pytest.mark.tensorflow("graphs")
def test_tensorflow_is_asked_whether_xla_compiles():
    answers = {}

    def ask(key):
        answers[key] = backend.is_depthwise_fast()
        return ops.ones(())

    ask("eager")
    tf.function(ask)("graph")
    tf.function(ask, jit_compile=True)("compiled")
    tf.function(lambda: tf.function(ask)("inside compiled"), jit_compile=True)()
    assert answers == {"eager": True, "graph": True, "compiled": False, "inside compiled": False}
