"""Unfold and fold: the definition, the adjoint law, overlaps, transposed convolutions, sizes known at run time."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from hypothesis import assume, given
from hypothesis import strategies as st
from keras import ops
from laws import relative_error

from tfconvkit import backend, padding
from tfconvkit.ops.patches import fold, overlap_count, unfold

AXIS = st.tuples(st.integers(1, 9), st.integers(1, 4), st.integers(1, 4), st.integers(1, 3))
PADDING = st.sampled_from(("valid", "same"))


def arguments_of(axes, pads):
    """The grid and the window arguments of a list of (size, taps, stride, dilation), where a window fits."""
    grid, size, strides, rates = zip(*axes, strict=True)
    assume(pads == "same" or all(n >= (k - 1) * d + 1 for n, k, d in zip(grid, size, rates, strict=True)))
    return grid, dict(size=size, strides=strides, dilation_rate=rates, padding=pads)


def window_pixels(size, taps, stride, rate, pads):
    """The pixel that each tap of each window of one axis sees, `(windows, taps)`."""
    extent = padding.dilated_size(taps, rate)
    before = padding.same_pads(size, extent, stride)[0] if pads == "same" else 0
    windows = padding.output_size(size, extent, stride, pads)
    return np.arange(windows)[:, None] * stride - before + np.arange(taps) * rate


def by_definition(x, axes, pads):
    """Unfolds by looking up each pixel of each window."""
    tables = [window_pixels(*axis, pads) for axis in axes]
    y = np.zeros((len(x), *(len(t) for t in tables), *(t.shape[1] for t in tables), x.shape[-1]), x.dtype)
    for index in itertools.product(*(np.ndindex(t.shape) for t in tables)):
        windows, taps = zip(*index, strict=True)
        pixels = [t[i] for t, i in zip(tables, index, strict=True)]
        if all(0 <= pixel < n for pixel, n in zip(pixels, x.shape[1:-1], strict=True)):
            y[(slice(None), *windows, *taps)] = x[(slice(None), *pixels)]
    return y.reshape(*y.shape[: 1 + len(axes)], -1)


@given(axes=st.lists(AXIS, min_size=1, max_size=3), pads=PADDING)
def test_unfold_is_its_definition_and_fold_its_adjoint(axes, pads):
    grid, arguments = arguments_of(axes, pads)
    assume(np.prod(grid) * np.prod(arguments["size"]) < 3000)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, *grid, 2))
    cut = ops.convert_to_numpy(unfold(x, **arguments))
    assert np.array_equal(cut, by_definition(x, axes, pads))
    patches = rng.normal(size=cut.shape)
    added = ops.convert_to_numpy(fold(patches, grid, **arguments))
    assert added.shape == x.shape
    difference = abs(np.vdot(cut, patches) - np.vdot(x, added))
    assert difference <= tolerances.LAW["float64"] * max(np.vdot(abs(cut), abs(patches)), 1e-30)


@pytest.mark.tensorflow("reference")
@given(axis=st.lists(AXIS, min_size=2, max_size=2), pads=PADDING)
def test_unfold_equals_the_patches_of_tensorflow(axis, pads):
    grid, arguments = arguments_of(axis, pads)
    x = np.random.default_rng(0).normal(size=(2, *grid, 3)).astype("float32")
    size, strides, rates = ((1, *arguments[name], 1) for name in ("size", "strides", "dilation_rate"))
    assert np.array_equal(unfold(x, **arguments), tf.image.extract_patches(x, size, strides, rates, pads.upper()))


@given(axes=st.lists(AXIS, min_size=1, max_size=3), pads=PADDING)
def test_the_averaged_fold_undoes_unfold_on_every_pixel_that_is_seen(axes, pads):
    grid, arguments = arguments_of(axes, pads)
    x = np.random.default_rng(0).normal(size=(1, *grid, 2))
    count = overlap_count(grid, **arguments)
    averaged = fold(unfold(x, **arguments), grid, normalize="count", **arguments)
    assert relative_error(averaged, x * (count > 0)[..., None]) <= tolerances.LAW["float64"]


@given(axes=st.lists(AXIS, min_size=1, max_size=3), pads=PADDING)
def test_the_overlap_count_is_the_fold_of_ones(axes, pads):
    grid, arguments = arguments_of(axes, pads)
    count = overlap_count(grid, **arguments)
    ones = np.ones_like(unfold(np.zeros((1, *grid, 1)), **arguments))
    assert isinstance(count, np.ndarray) and count.dtype == "int32"
    assert np.array_equal(fold(ones, grid, **arguments)[0, ..., 0], count)
    dynamic = (ops.convert_to_tensor(grid[0]), *grid[1:])
    assert np.array_equal(overlap_count(dynamic, **arguments), count)


@pytest.mark.parametrize("pads, expected", [("valid", [1, 1, 1, 2, 1, 1, 2, 1, 1, 1]), ("same", [1, 1, 2] * 3 + [1])])
def test_kernel_four_with_stride_three_overlaps_unevenly_and_is_averaged_exactly(pads, expected):
    assert overlap_count(10, 4, strides=3, padding=pads).tolist() == expected
    x = np.random.default_rng(0).normal(size=(2, 10, 7, 3)).astype("float32")
    averaged = fold(unfold(x, 4, 3, padding=pads), (10, 7), 4, 3, padding=pads, normalize="count")
    assert relative_error(averaged, x) <= tolerances.LAW["float32"]


def test_pixels_between_windows_are_zero():
    assert overlap_count(7, 1, strides=3).tolist() == [1, 0, 0, 1, 0, 0, 1]
    averaged = fold(unfold(np.ones((1, 7, 1)), 1, strides=3), (7,), 1, strides=3, normalize="count")
    assert ops.convert_to_numpy(averaged)[0, :, 0].tolist() == [1, 0, 0, 1, 0, 0, 1]


def pixels_and_kernel(rank, kernel_size, strides, pads):
    """Random pixels, a kernel and the grid of their transposed convolution."""
    rng = np.random.default_rng(rank)
    x = rng.normal(size=(2, *(4, 3, 5)[:rank], 3))
    kernel = rng.normal(size=(*[kernel_size] * rank, 2, 3))
    grid = tuple(padding.transposed_size(n, kernel_size, strides, pads) for n in x.shape[1:-1])
    return x, kernel, grid


def folded(x, kernel, grid, strides, pads):
    """The transposed convolution as `fold(pixels @ kernel^T)`."""
    flat = kernel.reshape(-1, kernel.shape[-1])
    return fold(x @ flat.T, grid, kernel.shape[:-2], strides, padding=pads)


@pytest.mark.parametrize("rank", (1, 2, 3))
@pytest.mark.parametrize("pads", ("valid", "same"))
@pytest.mark.parametrize("kernel_size, strides", [(3, 1), (3, 2), (4, 2), (4, 3), (2, 2), (5, 2)])
def test_a_transposed_convolution_is_a_fold(rank, pads, kernel_size, strides):
    x, kernel, grid = pixels_and_kernel(rank, kernel_size, strides, pads)
    expected = ops.conv_transpose(x, kernel, strides, padding=pads)
    assert relative_error(folded(x, kernel, grid, strides, pads), expected) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("pads", ("valid", "same"))
@pytest.mark.parametrize("kernel_size, strides", [(3, 1), (3, 2), (4, 2), (4, 3), (1, 2), (2, 3)])
def test_a_fold_is_a_convolution_of_the_spread_map_with_the_flipped_kernel(pads, kernel_size, strides):
    x, kernel, grid = pixels_and_kernel(2, kernel_size, strides, pads)
    spread = np.zeros((len(x), *((n - 1) * strides + 1 for n in x.shape[1:-1]), x.shape[-1]))
    spread[:, ::strides, ::strides] = x
    border = [(0, 0), *[(kernel_size - 1, kernel_size - 1)] * 2, (0, 0)]
    full = ops.conv(np.pad(spread, border), np.swapaxes(kernel[::-1, ::-1], 2, 3), padding="valid")
    before = [padding.same_pads(n, kernel_size, strides)[0] if pads == "same" else 0 for n in grid]
    # Where the stride exceeds the kernel, the last row and column of "same" see no window.
    full = np.pad(full, [(0, 0), (0, strides), (0, strides), (0, 0)])
    expected = full[:, before[0] : before[0] + grid[0], before[1] : before[1] + grid[1]]
    assert relative_error(folded(x, kernel, grid, strides, pads), expected) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("strides, rate, pads", [(1, 1, "same"), (2, 1, "same"), (3, 2, "valid")])
def test_each_is_the_gradient_of_the_other(strides, rate, pads):
    rng, arguments = np.random.default_rng(0), dict(size=(3, 4), strides=strides, dilation_rate=rate, padding=pads)
    x = rng.normal(size=(2, 8, 9, 3))
    patches = rng.normal(size=unfold(x, **arguments).shape)
    pulled = backend.vjp(lambda x: unfold(x, **arguments), [x], patches)[0]
    assert relative_error(pulled, fold(patches, (8, 9), **arguments)) <= tolerances.LAW["float64"]
    pulled = backend.vjp(lambda p: fold(p, (8, 9), **arguments), [patches], x)[0]
    assert np.array_equal(pulled, unfold(x, **arguments))


@pytest.mark.tensorflow("graphs")
@pytest.mark.parametrize("jit_compile", (False, True))
@pytest.mark.parametrize("strides, pads", [(1, "same"), (3, "same"), (2, "valid"), (5, "valid")])
def test_sizes_known_at_run_time_are_traced_once(jit_compile, strides, pads):
    arguments, traces = dict(size=4, strides=strides, padding=pads), []

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3))], jit_compile=jit_compile)
    def averaged(x):
        traces.append(x)
        cut, grid = unfold(x, **arguments), tf.shape(x, "int64")[1:-1]
        return cut, fold(cut, grid, normalize="count", **arguments), overlap_count(grid, **arguments)

    for shape in ((1, 8, 9, 3), (2, 7, 4, 3), (0, 5, 6, 3)):
        x = np.random.default_rng(0).normal(size=shape).astype("float32")
        cut, mean, count = averaged(x)
        assert np.array_equal(cut, unfold(x, **arguments))
        assert np.array_equal(count, overlap_count(shape[1:-1], **arguments))
        assert np.allclose(mean, x * (count.numpy() > 0)[..., None], rtol=0, atol=tolerances.SAME_LAYER)
    assert len(traces) == 1 and cut.shape[-1] == 48 and mean.shape[-1] == 3


@pytest.mark.tensorflow("graphs")
def test_shapes_of_traced_functions_keep_the_channels():
    traced = tf.function(lambda x: unfold(x, 3, 2, padding="same")).get_concrete_function(
        tf.TensorSpec((None, None, 8, 3))
    )
    assert traced.output_shapes.as_list() == [None, None, 4, 27]


@pytest.mark.parametrize("dtype", ("float16", "bfloat16"))
def test_half_precision_is_summed_in_float32(dtype):
    # One large and many small numbers: a sum in half precision would lose the small ones.
    patches = np.full((1, 60, 64), 1.0, "float32")
    patches[:, :, 0] = 4096
    added = fold(ops.cast(patches, dtype), (123,), 64)
    assert keras.backend.standardize_dtype(added.dtype) == dtype
    expected = ops.cast(fold(patches, (123,), 64), dtype)
    assert np.array_equal(ops.cast(added, "float32"), ops.cast(expected, "float32"))


def test_integers_stay_exact_integers():
    x = np.arange(2 * 7 * 2).reshape(2, 7, 2)
    cut = unfold(x, 4, 3, padding="same")
    averaged = fold(cut, (7,), 4, 3, padding="same", normalize="count")
    assert keras.backend.standardize_dtype(cut.dtype) == keras.backend.standardize_dtype(averaged.dtype) == "int64"
    assert np.array_equal(averaged, x)


def test_wrong_arguments_are_refused():
    x = np.ones((1, 8, 9, 2))
    with pytest.raises(ValueError, match=r"strides must be a positive integer or 2 of them.*Received strides=0"):
        unfold(x, 3, strides=0)
    with pytest.raises(ValueError, match=r"size must be .* Received size=\(3, 3, 3\)"):
        unfold(x, (3, 3, 3))
    with pytest.raises(ValueError, match=r"dilation_rate must be .* Received dilation_rate=True"):
        unfold(x, 3, dilation_rate=True)
    with pytest.raises(ValueError, match=r'padding must be "valid" or "same". Received padding=.full.'):
        unfold(x, 3, padding="full")
    with pytest.raises(ValueError, match="one, two or three grid axes. Received 0"):
        unfold(np.ones((1, 8)), 3)
    with pytest.raises(ValueError, match=r"No window of 9 pixels \(size=5, dilation_rate=2\) fits .* axis of 8"):
        unfold(x, 5, dilation_rate=2)


def test_patches_that_do_not_fit_the_output_size_are_refused():
    with pytest.raises(ValueError, match=r"Expected patches \(batch, 6, 7, 9 \* channels\) .*shape \(1, 6, 6, 18\)"):
        fold(np.ones((1, 6, 6, 18)), (8, 9), 3)
    with pytest.raises(ValueError, match=r"Expected patches .*Received patches of shape \(1, 6, 7, 17\)"):
        fold(np.ones((1, 6, 7, 17)), (8, 9), 3)
    with pytest.raises(ValueError, match='normalize must be None or "count". Received normalize=.mean.'):
        fold(np.ones((1, 6, 7, 18)), (8, 9), 3, normalize="mean")
    with pytest.raises(ValueError, match=r"output_size must be integers.*Use ops.shape"):
        fold(np.ones((1, 6, 7, 18)), (None, 9), 3)
