import itertools
import math

import numpy as np
import pytest
import tensorflow as tf
import tolerances
from golden_files import load
from keras import ops
from laws import gradient_error, relative_error

from tfconvkit.ops.blur_kernels import scale_centre
from tfconvkit.ops.resize import imresize, mirrored, taps

GOLDEN = load("kgan_imresize", "linear")
IMAGE = GOLDEN["image_hwc"]
NAMES = ("cubic", "lanczos2", "lanczos3", "linear", "box")
RNG = np.random.default_rng(0)


@pytest.mark.parametrize("kernel", NAMES)
@pytest.mark.parametrize("scale", (0.3, 0.5, 0.75, 1.0, 1.5, 3.0))
def test_a_constant_image_stays_constant(kernel, scale):
    y = imresize(np.full((1, 9, 7, 2), 3.5), scale, kernel=kernel)
    assert y.shape == (1, math.ceil(9 * scale), math.ceil(7 * scale), 2)
    assert relative_error(y, np.full(y.shape, 3.5)) <= tolerances.LAW["float64"]


# A box of one pixel begins on its left end: enlarged, where pixels lie on its ends, it is not symmetric.
@pytest.mark.parametrize("kernel, scale", [pair for pair in itertools.product(NAMES, (0.5, 2.0)) if pair != ("box", 2)])
def test_flipped_images_have_flipped_results(kernel, scale):
    x = RNG.normal(size=(12, 10, 2))
    y = np.asarray(imresize(x, scale, kernel=kernel))
    for flip in (np.flipud, np.fliplr):
        assert relative_error(imresize(flip(x), scale, kernel=kernel), flip(y)) <= tolerances.LAW["float64"]


def test_a_ramp_is_sampled_in_the_middle_of_what_a_pixel_replaces():
    ramp = np.tile(np.arange(60.0)[:, None, None], (1, 8, 1))
    inner = np.asarray(imresize(ramp, 0.5))[5:-5, 0, 0]
    assert relative_error(inner, np.arange(60).reshape(-1, 2).mean(axis=1)[5:-5]) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("size", (5, 6))
def test_a_kernel_with_its_mass_at_the_centre_of_the_scale_does_so_too(size):
    ramp = np.tile(np.arange(60.0)[:, None, None], (1, 8, 1))
    row = int(scale_centre((size, size), 3)[0])
    kernel = np.zeros((size, size))
    kernel[row, 2] = 1
    inner = np.asarray(imresize(ramp, 1 / 3, kernel=kernel))[3:-3, 0, 0]
    assert np.array_equal(inner, np.arange(60).reshape(-1, 3).mean(axis=1)[3:-3])


@pytest.mark.parametrize("kernel", (*NAMES, RNG.normal(size=(5, 4))), ids=str)
def test_the_gradient_is_the_adjoint(kernel):
    x = RNG.normal(size=(1, 7, 8, 2))
    assert gradient_error(lambda x: imresize(x, 0.5, kernel=kernel), [x], RNG) <= tolerances.FINITE_DIFFERENCE


def test_a_kernel_of_numbers_has_a_gradient():
    x, k = RNG.normal(size=(1, 7, 8, 2)), RNG.normal(size=(3, 4))
    assert gradient_error(lambda k: imresize(x, 0.5, kernel=k), [k], RNG) <= tolerances.FINITE_DIFFERENCE


def test_mirroring_repeats_for_taps_far_outside():
    assert np.array_equal(mirrored(np.arange(-7, 8), 3), np.pad(np.arange(3), (7, 5), mode="symmetric"))


@pytest.mark.parametrize("name", [key for key in GOLDEN if key.endswith("_signed_mirror")])
def test_interpolations_give_the_legacy_numbers_mirrored_at_all_borders(name):
    kernel, scale = name.split("_")[0], float(name.split("_sf")[1][:4])
    error = relative_error(imresize(IMAGE.astype("float64"), scale, kernel=kernel), GOLDEN[name])
    # The legacy Lanczos weights are off by float32's 1.2e-7; compat.kernelgan has them.
    assert error <= (tolerances.LANCZOS if "lanczos" in name else tolerances.GOLDEN_FLOAT64)


@pytest.mark.parametrize("name", [key for key in GOLDEN if key.startswith("k") and "_sf" in key])
def test_kernels_of_numbers_give_the_legacy_numbers(name):
    kernel, scale = name.split("_sf")
    y = imresize(IMAGE, {"0.33": 1 / 3}.get(scale, float(scale)), kernel=GOLDEN[kernel])
    assert relative_error(y, GOLDEN[name]) <= tolerances.GOLDEN


@pytest.mark.parametrize("kernel", ("cubic", GOLDEN["k7"]), ids=("cubic", "numbers"))
def test_samples_of_a_batch_are_resized_alike(kernel):
    batch = np.stack([IMAGE, IMAGE[::-1]])
    y = np.asarray(imresize(batch, 0.5, kernel=kernel))
    for sample, image in zip(y, batch, strict=True):
        assert np.array_equal(sample, imresize(image, 0.5, kernel=kernel))


@pytest.mark.tensorflow("graphs")
@pytest.mark.parametrize("kernel", ("cubic", GOLDEN["k8"]), ids=("cubic", "numbers"))
@pytest.mark.parametrize("jit_compile", (False, True))
def test_graphs_take_any_batch(kernel, jit_compile):
    resize = tf.function(lambda x: imresize(x, 0.5, kernel=kernel), jit_compile=jit_compile,
                         input_signature=[tf.TensorSpec((None, 20, 24, 3))])
    for batch in (1, 3):
        x = RNG.uniform(size=(batch, 20, 24, 3)).astype("float32")
        assert relative_error(resize(x), imresize(x, 0.5, kernel=kernel)) <= tolerances.SAME_LAYER


@pytest.mark.parametrize("dtype", ("float16", "bfloat16"))
def test_half_precision_is_computed_in_float32(dtype):
    x = ops.cast(IMAGE, dtype)
    y = imresize(x, 0.5)
    assert ops.dtype(y) == dtype
    assert relative_error(y, ops.cast(imresize(ops.cast(x, "float32"), 0.5), dtype)) == 0


def test_integers_become_float32():
    image = (IMAGE * 255).astype("uint8")
    assert relative_error(imresize(image, 0.5), imresize(image.astype("float32"), 0.5)) == 0


def test_axes_may_have_their_own_scale():
    y = imresize(IMAGE, (0.5, 2))
    assert relative_error(y, imresize(imresize(IMAGE, (0.5, 1)), (1, 2))) <= tolerances.LAW["float32"]
    assert relative_error(y, imresize(IMAGE, output_shape=(10, 48))) == 0


def test_weights_sum_to_one():
    for name in NAMES:
        assert relative_error(taps(20, 9, 0.45, name)[1].sum(axis=1), np.ones(9)) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("arguments, message", [
    (dict(), "either scale or output_shape. Received scale=None, output_shape=None"),
    (dict(scale=0.5, output_shape=(3, 3)), "either scale or output_shape. Received scale=0.5"),
    (dict(scale=0), "new sizes from 1 on. Received scale=0"),
    (dict(scale=0.5, kernel="gaussian"), "Received kernel='gaussian'"),
    (dict(scale=2, kernel=np.ones((3, 3))), r"scale of at most 1. Received shape \(3, 3\), scale \(2.0, 2.0\)"),
    (dict(scale=0.5, kernel=np.ones((3, 3, 1))), r"array \(height, width\).*Received shape \(3, 3, 1\)"),
])
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        imresize(IMAGE, **arguments)


@pytest.mark.parametrize("shape", ((20, 24), (1, 1, 20, 24, 3)))
def test_another_rank_is_refused(shape):
    with pytest.raises(ValueError, match=r"expects \(batch, height, width, channels\) or"):
        imresize(np.ones(shape), 0.5)
