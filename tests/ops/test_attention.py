"""The steps of contextual attention, each against its formula."""

import golden_files
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from backends.examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from laws import relative_error
from layers.attention import reference

from tfconvkit import backend
from tfconvkit.ops import patches
from tfconvkit.ops.attention import chunks, diagonals, fusion, pasting, resizing, similarity, weights


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_picked_pixels_are_those_of_the_legacy_code():
    data = golden_files.load("resize_nn_align_corners_index", area="inpaint")
    for number in range(int(data["n"])):
        size, new_size = (int(value) for value in data[f"in_out_{number}"])
        assert np.array_equal(resizing.nearest_indices(size, new_size), data[f"idx_{number}"])


@pytest.mark.tensorflow("graphs")
def test_picked_pixels_are_those_of_tensorflow_whether_sizes_are_known_or_not():
    dynamic = tf.function(resizing.nearest_indices, input_signature=[tf.TensorSpec((), "int32")] * 2)
    for size in range(1, 40):
        image = tf.reshape(tf.range(size, dtype="float32"), (1, size, 1, 1))
        for new_size in range(1, 40):
            resized = tf.compat.v1.image.resize_nearest_neighbor(image, (new_size, 1), align_corners=True)
            indices = resizing.nearest_indices(size, new_size)
            assert np.array_equal(indices, np.ravel(resized))
            assert np.array_equal(dynamic(size, new_size), indices)


@given(size=st.integers(1, 12), step=st.integers(1, 5), count=st.integers(1, 4), start=st.integers(0, 3))
def test_shifted_sums_and_their_gradients_are_adjoint(size, step, count, start):
    x, y = normal(2, start + size + (count - 1) * step + 2), normal(2, size, seed=1)

    def shifted(x):
        return diagonals.shifted_sum(x, step, count, size, start)

    expected = sum(x[:, start + t * step :][:, :size] for t in range(count))
    assert relative_error(shifted(ops.convert_to_tensor(x)), expected) <= tolerances.LAW["float64"]
    (gradient,) = backend.vjp(shifted, [x], y)
    assert np.sum(np.asarray(gradient) * x) == pytest.approx(np.sum(expected * y), rel=1e-12, abs=1e-12)


def test_gradients_of_shifted_sums_can_be_differentiated():
    x = normal(1, 9)

    def squares(x):
        slopes = backend.vjp(lambda x: ops.sum(diagonals.shifted_sum(x, 2, 3, 5) ** 2), [x], np.ones(()))[0]
        return ops.sum(slopes**2)

    (gradient,) = backend.vjp(squares, [x], np.ones(()))
    matrix = np.array([[float(j - i in (0, 2, 4)) for j in range(9)] for i in range(5)])
    gram = 2 * matrix.T @ matrix
    assert relative_error(gradient, 2 * (gram @ gram @ x[0])[None]) <= 1e-12


@settings(max_examples=examples(40))
@given(patch_size=st.integers(1, 6), sizes=st.tuples(*(st.integers(1, 5),) * 4))
def test_scores_are_inner_products_of_patches(patch_size, sizes):
    f, b = normal(2, *sizes[:2], 3), normal(2, *sizes[2:], 3)
    queries = similarity.framed(f, patch_size, below=similarity.lines_below(patch_size))
    scores = similarity.patch_scores(queries, similarity.framed(b, patch_size), patch_size)
    for sample in range(2):
        both = (reference.patches(x[sample], patch_size, 1) for x in (f, b))
        expected = np.einsum("hwxyc,vuxyc->hwvu", *both)
        assert relative_error(scores[sample], expected) <= tolerances.LAW["float64"]


@pytest.mark.tensorflow("reference")
def test_fusion_equals_two_convolutions_with_an_identity_kernel_bit_for_bit():
    scores = np.random.default_rng(0).integers(-9, 9, size=(2, 12, 20)).astype("float32")
    expected = []
    for score in scores:
        score, grids = score[None, ..., None], (3, 4, 4, 5)
        for _ in range(2):
            score = tf.nn.conv2d(score, tf.reshape(tf.eye(3), (3, 3, 1, 1)), 1, "SAME")
            score = tf.transpose(tf.reshape(score, grids), (1, 0, 3, 2))
            score, grids = tf.reshape(score, (1, 12, 20, 1)), (grids[1], grids[0], grids[3], grids[2])
        expected.append(score[0, ..., 0])
    assert np.array_equal(fusion.fused(ops.convert_to_tensor(scores), 3, 4, 5), expected)


@settings(max_examples=examples(40))
@given(size=st.integers(1, 7), sizes=st.tuples(*(st.integers(1, 4),) * 4))
def test_fusion_and_its_gradient_are_adjoint(size, sizes):
    h, w, v, u = sizes
    x, y = normal(2, h * w, v * u), normal(2, h * w, v * u, seed=1)
    fused = np.asarray(fusion.fused(ops.convert_to_tensor(x), size, w, u))
    (gradient,) = backend.vjp(lambda x: fusion.fused(x, size, w, u), [x], y)
    assert np.sum(np.asarray(gradient) * x) == pytest.approx(np.sum(fused * y), rel=1e-11, abs=1e-11)


@given(size=st.integers(1, 9), rate=st.integers(1, 4), pixels=st.integers(1, 14))
def test_windows_are_counted(size, rate, pixels):
    count, (before, after) = reference.same_padding(pixels, size, rate)
    covered = np.zeros(pixels + before + after + rate)
    for window in range(count):
        covered[window * rate : window * rate + size] += 1
    windows = pasting.Windows(size, rate)
    assert windows.before(pixels) == before
    assert np.array_equal(windows.counts(pixels), covered[before : before + pixels])


@settings(max_examples=examples(40))
@given(rate=st.integers(1, 3), more=st.integers(0, 6), sizes=st.tuples(*(st.integers(1, 7),) * 4))
def test_pasting_equals_the_fold_of_weighted_patches(rate, more, sizes):
    windows, (height, width) = pasting.Windows(rate + more, rate), sizes[:2]
    grids = [resizing.reduced_size(size, rate) for size in sizes]
    b, a = normal(1, *sizes[2:], 2), normal(1, *grids)
    drawn = pasting.pasted(ops.convert_to_tensor(a), pasting.blocks(b, windows), windows)
    image = pasting.assembled(drawn, windows, height, width)
    unfolded = reference.patches(b[0], windows.size, rate)
    expected = reference.fold(np.tensordot(a[0], unfolded, axes=2), rate, (height, width, 2))
    assert relative_error(image[0], expected) <= tolerances.LAW["float64"]


def test_pasting_with_one_window_each_returns_the_fold_of_the_unfolded_background():
    b = normal(1, 8, 10, 3)
    windows, identity = pasting.Windows(4, 2), np.eye(20).reshape(1, 4, 5, 4, 5)
    drawn = pasting.pasted(ops.convert_to_tensor(identity), pasting.blocks(b, windows), windows)
    image = pasting.assembled(drawn, windows, 8, 10)
    unfolded = patches.unfold(ops.convert_to_tensor(b), (4, 4), strides=(2, 2), padding="same")
    folded = patches.fold(unfolded, (8, 10), (4, 4), strides=(2, 2), padding="same")
    assert relative_error(image, folded) <= tolerances.LAW["float64"]


def test_offsets_point_from_each_query_to_the_first_of_its_best_keys():
    attention = np.zeros((1, 6, 4), "float32")
    attention[0, 1, 2:], attention[0, 5, 3] = 1, 1
    offsets = weights.offsets(ops.convert_to_tensor(attention), 2, width_f=3, width_b=4, strides=2)
    expected = [(-2, 0), (0, -1), (-2, -2), (-3, 0), (-3, -1), (-1, 0)]
    assert [tuple(pair) for pair in np.asarray(offsets[0])] == expected


@pytest.mark.parametrize("chunk", (2, 3, 5, 7))
def test_overhanging_chunks_are_joined_where_they_overlap(chunk):
    """Each line contributes to itself and, doubled, to the two behind it."""
    x = normal(2, 7, 3)

    def part(first, shared, x):
        numbers = ops.arange(chunk, dtype="int32")
        lines = ops.take(x, first + numbers, axis=1)
        lines = lines * ops.reshape(ops.cast(numbers >= shared, x.dtype), (1, -1, 1))
        padded = ops.pad(lines, ((0, 0), (2, 2), (0, 0)))
        return [padded[:, 2:] + 2 * padded[:, 1:-1] + 2 * padded[:, :-2]]

    blank = ops.zeros((2, chunk + 2, 3), "float64")
    (joined,) = chunks.in_chunks(part, [ops.convert_to_tensor(x)], 7, chunk, [blank])
    padded = np.pad(x, ((0, 0), (2, 2), (0, 0)))
    assert relative_error(joined, padded[:, 2:] + 2 * padded[:, 1:-1] + 2 * padded[:, :-2]) <= 1e-12
