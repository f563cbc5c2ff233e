import numpy as np
import pytest
import tolerances
from keras import ops
from laws import relative_error

from tfconvkit.ops import kernels


def sample(*shape):
    return np.random.default_rng(0).normal(size=shape)


def test_a_depthwise_kernel_is_a_grouped_one():
    kernel, x = sample(3, 2, 4, 2), sample(1, 7, 8, 4)
    expected = ops.depthwise_conv(ops.convert_to_tensor(x), ops.convert_to_tensor(kernel))
    dense = kernels.ungroup(kernels.depthwise(kernel), groups=4)
    assert relative_error(ops.conv(ops.convert_to_tensor(x), dense), expected) <= tolerances.LAW["float64"]


def test_ungrouping_keeps_groups_apart():
    dense = np.array(kernels.ungroup(sample(2, 3, 2, 6), groups=2))
    assert dense.shape == (2, 3, 4, 6)
    assert not dense[:, :, :2, 3:].any() and not dense[:, :, 2:, :3].any()
    assert np.array_equal(np.concatenate([dense[:, :, :2, :3], dense[:, :, 2:, 3:]], axis=-1), sample(2, 3, 2, 6))


@pytest.mark.parametrize("size, rate, expected", [((3, 2), (2, 3), (5, 4)), ((1, 3), 2, (1, 5)), ((2,), 4, (5,))])
def test_dilation_spreads_the_taps(size, rate, expected):
    kernel = sample(*size, 2, 3)
    dilated = np.array(kernels.dilate(kernel, rate))
    rates = (rate,) * len(size) if isinstance(rate, int) else rate
    taps = tuple(slice(None, None, r) for r in rates)
    assert dilated.shape == (*expected, 2, 3) and np.array_equal(dilated[taps], kernel)
    assert np.count_nonzero(dilated) == kernel.size


def test_flipping_reverses_every_grid_axis_and_no_other():
    kernel = sample(3, 2, 4, 5)
    assert np.array_equal(kernels.flip(kernel), kernel[::-1, ::-1])


@pytest.mark.parametrize("size, anchor", [((3, 3), None), ((2, 5), None), ((4, 1), (3, 0))])
def test_the_delta_moves_images_to_its_anchor(size, anchor):
    x = sample(1, 6, 7, 3)
    y = ops.conv(ops.convert_to_tensor(x), kernels.delta(size, 3, anchor=anchor, dtype="float64"))
    rows, columns = anchor or [(k - 1) // 2 for k in size]
    assert np.array_equal(y, x[:, rows : rows + y.shape[1], columns : columns + y.shape[2]])
