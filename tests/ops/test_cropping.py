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
