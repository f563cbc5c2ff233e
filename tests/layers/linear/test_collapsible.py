"""The laws of all collapsible layers: one function, collapsed, expanded, and as a plain Conv2D."""

import keras
import numpy as np
import pytest
import tolerances
from hypothesis import given
from hypothesis import strategies as st
from laws import relative_error

from tfconvkit import backend, layers

KINDS = {
    "chain": lambda **kwargs: layers.CollapsibleConv2D(2, 3, inner_filters=4, bias_initializer="normal", **kwargs),
    "residual": lambda **kwargs: layers.CollapsibleConv2D(
        3, (5, 3), kernel_sizes=(1, 3, (3, 1)), inner_filters=(4, 2), residual=True, bias_initializer="normal", **kwargs
    ),
    "even": lambda **kwargs: layers.CollapsibleConv2D(
        2, (4, 2), kernel_sizes=((2, 1), (3, 2)), inner_filters=4, activation="tanh", use_bias=False, **kwargs
    ),
    "branches": lambda **kwargs: layers.BranchConv2D(3, 3, use_batch_norm=False, use_bias=True, **kwargs),
    "dilated": lambda **kwargs: layers.BranchConv2D(
        3, (2, 3), branches=("conv", "average", "pointwise", "identity"), dilation_rate=(2, 3), use_batch_norm=False,
        **kwargs
    ),
    "generator": lambda **kwargs: layers.LinearGenerator(4, (3, 2, 1, 1), **{"strides": 1, **kwargs}),
}


def make(kind, **kwargs):
    layer = KINDS[kind](**kwargs)
    layer.build((None, None, None, 3) if layer.data_format == "channels_last" else (None, 3, None, None))
    return layer


def sample(*shape, dtype="float64"):
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


def both(kind, **kwargs):
    """The layer in both train modes, with the same weights."""
    collapsed, expanded = (make(kind, train_mode=mode, **kwargs) for mode in ("collapsed", "expanded"))
    expanded.set_weights(collapsed.get_weights())
    return collapsed, expanded


@given(
    kind=st.sampled_from(sorted(KINDS)),
    strides=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.sampled_from(("same", "valid")),
    grid=st.tuples(st.integers(7, 11), st.integers(7, 11)),
)
def test_all_forms_compute_one_function(kind, strides, padding, grid):
    collapsed, expanded = both(kind, strides=strides, padding=padding, dtype="float64")
    x = sample(2, *grid, 3)
    y = collapsed(x, training=True)
    assert tuple(y.shape) == collapsed.compute_output_shape(x.shape)
    assert relative_error(expanded(x, training=True), y) <= tolerances.LAW["float64"]
    assert relative_error(collapsed.collapse()(x), y) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("kind", KINDS)
def test_small_images_have_the_same_border(kind):
    collapsed, expanded = both(kind, strides=3, padding="same", dtype="float64")
    for size in range(1, 6):
        x = sample(1, size, 6 - size, 3)
        assert relative_error(expanded(x, training=True), collapsed.collapse()(x)) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("strides", (1, 2))
@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_gradients_are_equal_in_both_train_modes(kind, strides, dtype):
    pair = both(kind, strides=strides, padding="same", dtype=dtype)
    x = sample(2, 8, 9, 3, dtype=dtype)
    cotangent = sample(*pair[0].compute_output_shape(x.shape), dtype=dtype)

    def gradients(layer):
        states = [w.value for w in layer.non_trainable_variables]
        return backend.vjp(
            lambda *weights: layer.stateless_call(list(weights), states, x, training=True)[0],
            [w.value for w in layer.trainable_variables],
            cotangent,
        )

    assert relative_error(*map(gradients, pair)) <= tolerances.TRAIN_MODE[dtype]


@pytest.mark.parametrize("kind", KINDS)
def test_fifty_steps_of_training_are_alike(kind):
    x = sample(4, 8, 8, 3, dtype="float32")
    losses = []
    for layer in both(kind, padding="same"):
        model = keras.Sequential([layer])
        model.compile(keras.optimizers.Adam(3e-3), "mse")
        y = sample(4, *layer.compute_output_shape(x.shape)[1:], dtype="float32")
        losses.append([float(model.train_on_batch(x, y)) for _ in range(50)])
    assert losses[0][-1] < losses[0][0]
    assert relative_error(*losses) <= tolerances.TRAIN_MODE_LOSSES


@pytest.mark.parametrize("kind", KINDS)
def test_channels_may_stand_first(kind):
    last, first = make(kind, strides=2, padding="same"), make(kind, strides=2, padding="same",
                                                              data_format="channels_first", train_mode="expanded")
    first.set_weights(last.get_weights())
    x = sample(2, 8, 9, 3, dtype="float32")
    moved = np.moveaxis(x, -1, 1)
    for y in (first(moved), first(moved, training=True)):
        assert first.compute_output_shape(moved.shape) == tuple(y.shape)
        assert relative_error(np.moveaxis(np.array(y), 1, -1), last(x)) <= tolerances.LAW["float32"]
    # Keras' own convolution runs channels first on some processors only.
    plain = first.collapse()
    assert plain.data_format == "channels_first" and plain.compute_output_shape(moved.shape) == tuple(y.shape)
    assert np.array_equal(plain.kernel, last.collapse().kernel)


@pytest.mark.parametrize("kind", KINDS)
def test_half_precision_composes_in_float32(kind):
    layer = make(kind, dtype="mixed_float16")
    exact = make(kind)
    exact.set_weights(layer.get_weights())
    _, kernel = layer(sample(1, 8, 8, 3), return_kernel=True)
    assert keras.ops.dtype(kernel) == "float32"
    assert np.array_equal(kernel, exact.effective_kernel())


@pytest.mark.tensorflow("graphs")
@pytest.mark.parametrize("kind", KINDS)
def test_expanded_training_knows_its_shape_late(kind):
    import tensorflow as tf

    layer = make(kind, strides=3, padding="same", train_mode="expanded")
    function = tf.function(lambda x: layer(x, training=True), input_signature=[tf.TensorSpec((None, None, None, 3))])
    for grid in ((7, 9), (8, 7), (9, 8)):
        x = sample(1, *grid, 3, dtype="float32")
        assert relative_error(function(x), layer(x)) <= tolerances.SAME_LAYER


def test_the_base_layer_is_the_identity():
    x = sample(1, 4, 5, 3, dtype="float32")
    assert np.array_equal(layers.Collapsible()(x), x)
    layer = layers.Collapsible(strides=2, padding="same")
    assert np.array_equal(layer(x), x[:, ::2, ::2]) and np.array_equal(layer.collapse()(x), x[:, ::2, ::2])


def test_a_collapsed_layer_is_a_copy_that_stands_by_itself():
    layer = make("chain", padding="same", activation="relu")
    plain = layer.collapse()
    assert type(plain) is keras.layers.Conv2D and plain.name == layer.name and plain.activation is layer.activation
    before = plain.get_weights()
    layer.set_weights([w + 1 for w in layer.get_weights()])
    assert all(np.array_equal(a, b) for a, b in zip(before, plain.get_weights(), strict=True))


@pytest.mark.parametrize("arguments, message", [
    (dict(strides=0), r"strides must be a positive integer or a tuple of 2"),
    (dict(padding="full"), r'padding must be "valid" or "same"'),
    (dict(train_mode="both"), r'train_mode must be "collapsed" or "expanded". Received train_mode=\'both\''),
    (dict(train_mode=True), r"train_mode must be"),
    (dict(data_format="HWC"), r'data_format must be "channels_last" or "channels_first"'),
])
@pytest.mark.parametrize("kind", KINDS)
def test_bad_arguments_are_named(kind, arguments, message):
    with pytest.raises(ValueError, match=f'"c": {message}'):
        KINDS[kind](**arguments, name="c")


@pytest.mark.parametrize("shape, message", [
    ((8, 8, 3), r"expects an input of rank 4"),
    ((1, 8, 8, None), r"needs a known number of channels"),
    ((1, 1, 8, 3), r"the grid \(1, 8\) of input shape \(1, 1, 8, 3\) is too small"),
    ((1, 3, 0, 8), r"takes \(batch, height, width, channels\): move the axes"),
])
@pytest.mark.parametrize("kind", KINDS)
def test_bad_shapes_are_named(kind, shape, message):
    with pytest.raises(ValueError, match=message):
        KINDS[kind]().build(shape)


@pytest.mark.parametrize("method", ("effective_kernel", "effective_bias", "collapse"))
@pytest.mark.parametrize("kind", KINDS)
def test_composition_needs_weights(kind, method):
    with pytest.raises(ValueError, match=r"has no weights to compose yet. Call it on an input, or build"):
        getattr(KINDS[kind](), method)()


@pytest.mark.parametrize("train_mode", ("collapsed", "expanded"))
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_kernel_comes_with_the_output(kind, train_mode):
    layer, x = make(kind, train_mode=train_mode, dtype="float64"), sample(2, 9, 8, 3)
    y, kernel = layer(x, training=True, return_kernel=True)
    assert relative_error(y, layer(x, training=True)) == 0
    assert relative_error(kernel, layer.effective_kernel()) == 0
    symbolic = layer(keras.Input((9, 8, 3), dtype="float64"), return_kernel=True)
    assert [tuple(part.shape) for part in symbolic] == [(None, *y.shape[1:]), tuple(kernel.shape)]
    assert [part.dtype for part in symbolic] == ["float64", "float64"]
