"""Contextual attention: laws, the numbers of the legacy code, chunks, masks, graphs."""

import golden_files
import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from backends.examples import examples
from backends.running import BACKEND
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from laws import gradient_error, relative_error
from layers.attention import reference

from tfconvkit import backend, layers
from tfconvkit.ops import attention

NAMES = sorted(path.stem for path in (golden_files.GOLDEN / "inpaint").glob("ca_*.npz"))
SOFT = dict(softmax_scale=0.3)


def images(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


def holes(*shape, seed=0, share=0.1):
    return (np.random.default_rng(seed).uniform(size=shape) < share).astype("float32")


def golden_layer(data, **arguments):
    return layers.ContextualAttention(
        patch_size=int(data["cfg_ksize"]),
        rate=int(data["cfg_rate"]),
        fuse_size=int(data["cfg_fuse_k"]) if data["cfg_fuse"] else None,
        softmax_scale=float(data["cfg_softmax_scale"]),
        **arguments,
    )


@pytest.mark.parametrize("chunk_size", (None, 2))
@pytest.mark.parametrize("name", NAMES)
def test_the_legacy_numbers_are_reproduced(name, chunk_size):
    data = golden_files.load(name, area="inpaint")
    layer = golden_layer(data, chunk_size=chunk_size)
    inputs = [data[key] for key in ("f", "b", "mask") if key in data]
    y, weights, offsets = layer(inputs, return_attention=True, return_offsets=True)
    assert np.abs(y - data["y"]).max() <= tolerances.GOLDEN
    assert np.abs(weights - data["attn"]).max() <= tolerances.GOLDEN
    assert np.array_equal(offsets, data["offsets"])
    if "grad_f" not in data:
        return
    gradients, allowed = gradients_of(layer, data), tolerances.GOLDEN
    if name == golden_files.IMPRECISE:
        # The golden float32 is itself 1.6e-5 from these in float64, where the layer's own float32 is 8e-6 from them,
        # and 1.5e-5 in the order of adding of XLA on JAX.
        data.update(gradients_of(golden_layer(data, chunk_size=chunk_size, dtype="float64"), data))
        allowed = tolerances.GOLDEN_ATTENTION_GRADIENT if BACKEND == "jax" else allowed
    for kind, gradient in gradients.items():
        assert np.abs(gradient - data[kind]).max() <= allowed * max(np.abs(data[kind]).max(), 1)


def gradients_of(layer, data):
    dtype = layer.compute_dtype
    f, b, *mask = [data[key].astype(dtype) for key in ("f", "b", "mask") if key in data]
    gradients = backend.vjp(lambda f, b: layer([f, b, *mask]), [f, b], data["grad_seed"].astype(dtype))
    return dict(zip(("grad_f", "grad_b"), map(np.asarray, gradients), strict=True))


def test_the_imprecise_golden_gradients_are_those_of_float64_up_to_their_own_rounding():
    data = golden_files.load(golden_files.IMPRECISE, area="inpaint")
    for kind, gradient in gradients_of(golden_layer(data, dtype="float64"), data).items():
        assert relative_error(data[kind], gradient) <= tolerances.GOLDEN_ATTENTION_GRADIENT


@settings(max_examples=examples(40))
@given(
    sizes=st.tuples(*(st.integers(1, 9),) * 4),
    patch_size=st.integers(1, 5),
    rate=st.integers(1, 3),
    paste=st.integers(0, 5),
    strides=st.integers(1, 3),
    fuse_size=st.integers(1, 6),
    overlap=st.sampled_from(attention.OVERLAPS),
    masked=st.sampled_from(attention.MASKED),
    mask_share=st.sampled_from((None, 0.1, 1.0)),
    chunk_size=st.sampled_from((None, 1, 2, 3)),
)
def test_every_configuration_agrees_with_the_formulas_written_out(sizes, rate, paste, mask_share, chunk_size, **others):
    arguments = dict(rate=rate, paste_size=rate + paste, softmax_scale=0.4, **others)
    f, b = images((2, *sizes[:2], 2), (2, *sizes[2:], 2))
    mask = [] if mask_share is None else [holes(2, *sizes[2:], 1, share=mask_share)]
    layer = layers.ContextualAttention(chunk_size=chunk_size, dtype="float64", **arguments)
    y, weights = layer([f, b, *mask], return_attention=True)
    for sample in range(2):
        expected = reference.attend(f[sample], b[sample], *(m[sample] for m in mask), **arguments)
        assert np.abs(y[sample] - expected[0]).max() <= tolerances.LAW["float64"] * max(1, np.abs(expected[0]).max())
        weight = ops.reshape(weights[sample], expected[1].shape)
        assert np.abs(weight - expected[1]).max() <= tolerances.LAW["float64"]


@pytest.mark.parametrize("chunk_size", (None, 2))
@pytest.mark.parametrize("arguments", (
    dict(),
    dict(overlap="mass", masked="exclude", strides=2, paste_size=3),
    dict(overlap="count", fuse_size=4, patch_size=2),
), ids=str)
def test_gradients_agree_with_finite_differences(arguments, chunk_size):
    layer = layers.ContextualAttention(**SOFT, **arguments, chunk_size=chunk_size, dtype="float64")
    mask = holes(2, 7, 6, 1)
    inputs = images((2, 6, 7, 2), (2, 7, 6, 2))
    error = gradient_error(lambda f, b: layer([f, b, mask]), inputs, np.random.default_rng(0))
    assert error <= tolerances.FINITE_DIFFERENCE


@pytest.mark.parametrize(
    ("chunk_size", "is_graph"), [*((size, False) for size in (1, 3, 4, 7, 8, 20)), (3, True)]
)
def test_chunks_change_nothing(chunk_size, is_graph):
    inputs = [x.astype("float32") for x in images((2, 16, 12, 4), (2, 14, 10, 4))]
    inputs.append(holes(2, 14, 10, 1))
    both = [layers.ContextualAttention(**SOFT, chunk_size=size) for size in (100, chunk_size)]

    def everything(layer):
        def function(f, b):
            return list(layer([f, b, inputs[2]], return_attention=True))

        y, offsets = layer(inputs, return_offsets=True)
        cotangents = images((2, 16, 12, 4), (2, 8, 6, 35))
        return [y, *function(*inputs[:2]), *backend.vjp(function, inputs[:2], cotangents)], offsets

    whole, chunked = (tf.function(everything)(layer) if is_graph else everything(layer) for layer in both)
    assert max(relative_error(*pair) for pair in zip(chunked[0], whole[0], strict=True)) <= tolerances.CHUNKS
    assert np.array_equal(chunked[1], whole[1])


def test_large_images_are_treated_in_chunks_of_bounded_memory():
    settings = attention.Settings()
    small, large = (ops.zeros((1, size, size, 2)) for size in (32, 128))
    assert attention.chunk_lines(small, small, settings) is None
    chunk = attention.chunk_lines(large, large, settings)
    assert 1 <= chunk and chunk * 128**3 <= attention.CHUNK_SCORES < (chunk + 1) * 128**3


@pytest.mark.parametrize("size", ((12, 16), (9, 7)))
def test_counted_overlaps_return_the_background_up_to_its_border(size):
    (f,) = images((2, *size, 96))
    y = layers.ContextualAttention(overlap="count")([f, f])
    assert relative_error(y, f) <= tolerances.GOLDEN
    legacy = layers.ContextualAttention()([f, f])
    assert relative_error(legacy[:, 2:-2, 2:-2], f[:, 2:-2, 2:-2]) <= tolerances.GOLDEN
    assert relative_error(legacy[:, 0, 2:-2], f[:, 0, 2:-2] / 2) <= tolerances.GOLDEN


@pytest.mark.parametrize("channels", (8, 16, 32))
def test_counted_overlaps_return_the_background_of_few_channels(channels):
    (f,) = images((2, 32, 32, channels))
    assert relative_error(layers.ContextualAttention(overlap="count")([f, f]), f) <= tolerances.GOLDEN


@pytest.mark.parametrize("masked", attention.MASKED)
@pytest.mark.parametrize("scale", (0.0, 0.1, 10.0))
def test_mass_keeps_a_constant_background(masked, scale):
    (f,) = images((2, 12, 10, 3))
    b, mask = np.full((2, 9, 14, 3), 0.7), holes(2, 9, 14, 1, share=0.05)
    for paste_size in (2, 3, 4, 5, 6):
        layer = layers.ContextualAttention(
            overlap="mass", masked=masked, softmax_scale=scale, paste_size=paste_size, dtype="float64"
        )
        assert np.abs(layer([f, b, mask]) - 0.7).max() <= tolerances.LAW["float64"]


def test_excluded_patches_leave_rows_that_sum_to_one():
    f, b = images((2, 12, 10, 3), (2, 12, 10, 3))
    mask = holes(2, 12, 10, 1, share=0.05)
    _, weights = layers.ContextualAttention(masked="exclude")([f, b, mask], return_attention=True)
    assert np.abs(ops.sum(weights, axis=-1) - 1).max() <= tolerances.GOLDEN
    _, legacy = layers.ContextualAttention(softmax_scale=0.1)([f, b, mask], return_attention=True)
    assert np.min(np.array(ops.sum(legacy, axis=-1))) < 0.99


@pytest.mark.tensorflow("graphs")
@pytest.mark.parametrize("jit_compile", (False, True))
@pytest.mark.parametrize("masked", attention.MASKED)
def test_fully_masked_samples_give_zeros_and_finite_gradients(masked, jit_compile):
    f, b = (x.astype("float32") for x in images((2, 8, 6, 3), (2, 8, 6, 3)))
    f[0], b[0] = 0, 0
    mask = np.stack([np.zeros((8, 6, 1)), np.ones((8, 6, 1))]).astype("float32")
    layer = layers.ContextualAttention(masked=masked, overlap="mass")

    @tf.function(jit_compile=jit_compile)
    def run(f, b):
        return layer([f, b, mask]), backend.vjp(lambda f, b: layer([f, b, mask]), [f, b], tf.ones_like(f))

    y, gradients = run(f, b)
    assert not np.any(np.array(y[1]))
    assert all(np.isfinite(gradient).all() for gradient in gradients)


def test_a_batch_equals_its_samples_and_each_has_its_own_mask():
    f, b = images((3, 12, 10, 4), (3, 12, 10, 4))
    mask = holes(3, 12, 10, 1)
    layer = layers.ContextualAttention(**SOFT, dtype="float64")
    y = layer([f, b, mask])
    for sample in range(3):
        part = slice(sample, sample + 1)
        assert relative_error(layer([f[part], b[part], mask[part]]), y[part]) <= tolerances.LAW["float64"]
        for other in {0, 1, 2} - {sample}:
            swapped = layer([f[part], b[part], mask[other : other + 1]])
            assert relative_error(swapped, y[part]) > 1e-3


def test_masks_of_any_kind_mean_the_same():
    f, b = images((2, 8, 10, 3), (2, 8, 10, 3))
    mask = np.repeat(holes(1, 8, 10, 1), 2, axis=0)
    layer = layers.ContextualAttention(**SOFT, dtype="float64")
    y = layer([f, b, mask])
    spread = np.zeros((2, 8, 10, 3))
    spread[..., 1:2] = mask
    for other in (mask[:1], mask.astype(bool), 255 * mask.astype("uint8"), spread, -0.5 * mask):
        assert np.array_equal(layer([f, b, other]), y)


@pytest.mark.tensorflow("graphs")
def test_a_function_of_unknown_sizes_is_traced_once_with_its_gradient():
    layer, traces = layers.ContextualAttention(**SOFT), []
    signature = [tf.TensorSpec((None, None, None, size)) for size in (4, 4, 1)]

    @tf.function(input_signature=signature)
    def run(f, b, mask):
        traces.append(f)
        return layer([f, b, mask]), backend.vjp(lambda f, b: layer([f, b, mask]), [f, b], f)

    for batch, sizes in ((1, (8, 10, 6, 8)), (3, (9, 7, 12, 5)), (2, (2, 1, 1, 3))):
        f, b = (x.astype("float32") for x in images((batch, *sizes[:2], 4), (batch, *sizes[2:], 4)))
        mask = holes(batch, *sizes[2:], 1)
        y, gradients = run(f, b, mask)
        assert relative_error(y, layer([f, b, mask])) <= tolerances.SAME_LAYER
        expected = backend.vjp(lambda f, b, mask=mask: layer([f, b, mask]), [f, b], f)
        assert max(map(relative_error, gradients, expected)) <= tolerances.SAME_LAYER
    assert len(traces) == 1


@pytest.mark.parametrize("wanted", ((False, False), (True, False), (False, True), (True, True)))
def test_specifications_of_all_outputs_are_known(wanted):
    names = dict(zip(("return_attention", "return_offsets"), wanted, strict=True))
    layer = layers.ContextualAttention(strides=2, rate=3, dtype="mixed_bfloat16")
    inputs = [np.zeros(shape, "float32") for shape in ((2, 8, 9, 3), (2, 7, 11, 3), (1, 7, 11, 1))]
    outputs = keras.tree.flatten(layer(inputs, **names))
    symbolic = keras.tree.flatten(layer([keras.Input(x.shape[1:], batch_size=len(x)) for x in inputs], **names))
    assert [x.shape for x in symbolic] == [tuple(x.shape) for x in outputs]
    assert [x.dtype for x in symbolic] == [ops.dtype(x) for x in outputs]
    unknown = layer([keras.Input((None, None, 3)), keras.Input((None, None, 3))], **names)
    assert keras.tree.flatten(unknown)[0].shape == (None, None, None, 3)


def test_half_precision_attends_in_float32():
    """Scores around 300 would be off by 0.25 in float16, and weights by a quarter."""
    f, b = (x.astype("float16").astype("float32") for x in images((1, 12, 10, 16), (1, 12, 10, 16)))
    expected = layers.ContextualAttention()([f, b], return_attention=True)
    values = layers.ContextualAttention(dtype="mixed_float16")([f, b], return_attention=True)
    assert {ops.dtype(x) for x in values} == {"float16"}
    values = [ops.cast(x, "float32") for x in values]
    assert relative_error(values, list(expected)) <= tolerances.HALF["float16"]


@pytest.mark.parametrize(("make", "message"), [
    (lambda: layers.ContextualAttention(rate=0), "rate must be a positive integer. Received rate=0"),
    (lambda: layers.ContextualAttention(patch_size=2.5), "patch_size must be a positive integer"),
    (lambda: layers.ContextualAttention(patch_size=-3), "patch_size must be a positive integer"),
    (lambda: layers.ContextualAttention(strides=0), "strides must be a positive integer"),
    (lambda: layers.ContextualAttention(rate=4, paste_size=3), "paste_size must be at least the rate.*paste_size=3"),
    (lambda: layers.ContextualAttention(fuse_size=-1), "fuse_size must be a positive integer"),
    (lambda: layers.ContextualAttention(chunk_size=0), "chunk_size must be a positive integer"),
    (lambda: layers.ContextualAttention(softmax_scale="10"), "softmax_scale must be a number from 0 on.*'10'"),
    (lambda: layers.ContextualAttention(softmax_scale=float("nan")), "softmax_scale must be a number from 0 on"),
    (lambda: layers.ContextualAttention(overlap="mean"), 'overlap must be "legacy" or "count" or "mass"'),
    (lambda: layers.ContextualAttention(masked="drop"), 'masked must be "zero_logit" or "exclude"'),
])
def test_wrong_arguments_are_named_with_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(("shapes", "message"), [
    ([(1, 8, 8, 3)], "list of a foreground, a background and, optionally, a hole mask"),
    ((1, 8, 8, 3), "list of a foreground, a background and, optionally, a hole mask"),
    ([(1, 8, 8, 3), (1, 8, 8)], "rank 4"),
    ([(1, 8, 8, 3), (1, 8, 8, 4)], "same known number of channels"),
    ([(1, 8, 8, 3), (2, 8, 8, 3)], "same batch size"),
    ([(1, 8, 8, 3), (1, 0, 8, 3)], "not empty"),
    ([(1, 8, 8, 3), (1, 6, 8, 3), (1, 8, 8, 1)], "hole mask of the background's height and width.*Resize the mask"),
    ([(4, 8, 8, 3), (4, 8, 8, 3), (2, 8, 8, 1)], "hole mask of the background's height and width"),
    ([(4, 8, 8, 3), (4, 8, 8, 3), (4, 8, 8, 2)], "hole mask of the background's height and width"),
])
def test_wrong_inputs_are_named_with_what_was_expected(shapes, message):
    inputs = [np.zeros(shape, "float32") for shape in shapes] if isinstance(shapes, list) else np.zeros(shapes)
    with pytest.raises(ValueError, match=message):
        layers.ContextualAttention()(inputs)


def test_mass_keeps_a_constant_background_where_weights_underflow():
    """Scores far below the logit 0 of the holes leave weights that float32 cannot hold."""
    hole = np.zeros((1, 12, 12, 1), "float32")
    hole[:, 3:6, 2:7] = 1
    foreground = 3 * np.random.default_rng(2).normal(size=(1, 12, 12, 8)).astype("float32")
    background = np.full((1, 12, 12, 8), 0.7, "float32")
    for masked in ("zero_logit", "exclude"):
        y = layers.ContextualAttention(overlap="mass", masked=masked)([foreground, background, hole])
        assert relative_error(y, background) <= tolerances.LAW["float32"]


@pytest.mark.tensorflow("graphs")
@pytest.mark.parametrize("jit_compile", (False, True))
def test_mass_has_finite_gradients_where_weights_underflow(jit_compile):
    hole = np.zeros((1, 8, 8, 1), "float32")
    hole[:, :2, :2] = 1
    layer = layers.ContextualAttention(overlap="mass")

    @tf.function(jit_compile=jit_compile)
    def gradients(foreground, background):
        with tf.GradientTape() as tape:
            tape.watch([foreground, background])
            loss = tf.reduce_sum(layer([foreground, background, hole]) ** 2)
        return tape.gradient(loss, [foreground, background])

    for gradient in gradients(tf.fill((1, 8, 8, 4), -0.3), tf.fill((1, 8, 8, 4), 0.7)):
        assert np.isfinite(gradient).all()
