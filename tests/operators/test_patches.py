"""The identity, masks and windows."""

import numpy as np
import pytest
from operators import cases

from tfconvkit.operators import Identity, Mask, Unfold
from tfconvkit.ops import patches


def test_masks_multiply_and_invert():
    hole = np.array([[[1], [0]], [[1], [1]]])
    mask = Mask(hole, shape=(2, 2, 3))
    x = np.ones((1, 2, 2, 3), "float32")
    assert mask.dtype == "float32" and np.array_equal(mask.matvec(x), x * hole)
    assert np.allclose(mask.pinv().matvec(x), x * hole)


def test_the_identity_changes_nothing():
    x = cases.numbers(2, 3, 4)
    assert np.array_equal(Identity((3, 4), "float64").matvec(x), x)


def test_windows_are_those_of_the_function():
    operator = Unfold((6, 7), 2, size=(2, 3), strides=2, dilation_rate=2, dtype="float64")
    x, _ = cases.samples(operator)
    assert np.array_equal(operator.matvec(x), patches.unfold(x, (2, 3), 2, 2))


def test_a_mask_that_does_not_broadcast_is_named():
    with pytest.raises(ValueError, match=r"must broadcast to shape=\(2, 3, 1\). Received a mask of shape \(2, 3\)"):
        Mask(np.ones((2, 3)), shape=(2, 3, 1))
