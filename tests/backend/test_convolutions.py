import keras
import numpy as np
import pytest
from keras import ops

from tfconvkit import backend

KERNELS = {1: (3, 4, 6), 2: (3, 2, 4, 6), 3: (3, 2, 1, 4, 6)}
SIZES = (8, 9, 7)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("rank", KERNELS)
def test_no_images_give_no_images_of_the_shape_of_one(rank, padding, dtype):
    x, kernel = ops.ones((1, *SIZES[:rank], 4), dtype), ops.ones(KERNELS[rank], dtype)
    one, none = (backend.conv(images, kernel, strides=2, padding=padding) for images in (x, x[:0]))
    assert tuple(none.shape) == (0, *one.shape[1:]) and none.dtype == one.dtype
    if rank < 3:
        one, none = (backend.depthwise_conv(images, kernel, strides=2, padding=padding) for images in (x, x[:0]))
        assert tuple(none.shape) == (0, *one.shape[1:]) and none.shape[-1] == 24


def test_a_step_on_no_images_leaves_the_kernel_alone():
    x, kernel = np.zeros((0, 8, 9, 4), "float32"), np.ones((3, 3, 4, 6), "float32")
    slopes = backend.vjp(lambda x, k: backend.conv(x, k, padding="valid"), [x, kernel], np.zeros((0, 6, 7, 6)))
    assert [tuple(v.shape) for v in slopes] == [x.shape, kernel.shape] and not np.any(np.asarray(slopes[1]))


def test_a_batch_of_unknown_size_is_convolved_by_keras():
    x = keras.Input((8, 8, 4))
    assert backend.conv(x, ops.ones((3, 3, 4, 6)), padding="valid").shape == (None, 6, 6, 6)
