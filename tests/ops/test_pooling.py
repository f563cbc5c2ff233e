"""Pooling of volumes, axis by axis."""

import numpy as np
import pytest
import tolerances
from keras import ops
from laws import relative_error

from tfconvkit import backend
from tfconvkit.ops.pooling import pool


@pytest.mark.parametrize("function", (ops.max_pool, backend.average_pool))
@pytest.mark.parametrize("padding", ("same", "valid"))
@pytest.mark.parametrize("data_format", ("channels_last", "channels_first"))
def test_volumes_are_pooled_as_by_keras(function, padding, data_format):
    x = np.random.default_rng(0).normal(size=(2, 5, 6, 7, 3)).astype("float32")
    x = x if data_format == "channels_last" else x.transpose(0, 4, 1, 2, 3)
    for size, strides in (((2, 2, 2), (2, 2, 2)), ((3, 1, 2), (1, 2, 3))):
        expected = function(x, size, strides, padding, data_format)
        assert relative_error(pool(function, x, size, strides, padding, data_format), expected) <= tolerances.SAME_LAYER


def test_an_empty_batch_stays_empty():
    assert pool(ops.max_pool, np.zeros((0, 4, 4, 4, 2)), (2, 2, 2), (2, 2, 2), "valid", "channels_last").shape[0] == 0
