"""Precision of sums."""

import numpy as np
import pytest
from keras import ops

from tfconvkit.ops.precision import at_least_float32, mean


@pytest.mark.parametrize("dtype", ("float16", "bfloat16", "float32", "float64"))
def test_only_half_precision_is_cast(dtype):
    expected = "float64" if dtype == "float64" else "float32"
    assert ops.dtype(at_least_float32(ops.ones(2, dtype))) == expected


def test_the_mean_keeps_float64():
    x = np.random.default_rng(0).normal(size=(3, 5))
    value = mean(ops.convert_to_tensor(x, "float64"), axis=1)
    assert ops.dtype(value) == "float64"
    assert np.allclose(value, x.mean(axis=1), rtol=1e-15)
