"""Which layers become one convolution, what is printed, and what is refused."""

import keras
import numpy as np
import pytest
import tolerances
from keras import layers as plain
from laws import relative_error
from surgery.networks import outputs, randomised, sample

from tfconvkit import layers, surgery


def sequential(*parts, shape=(12, 11, 3)):
    return randomised(keras.Sequential([keras.Input(shape), *parts], name="stack"))


def checked(model, **arguments):
    """Collapses a model silently, checks the outputs and returns the classes of what is left."""
    made = surgery.collapse(model, print_fn=None, **arguments)
    x = sample(model) if None not in model.input_shape[1:] else None
    x = np.random.default_rng(0).normal(size=(2, 12, 11, 3)).astype("float32") if x is None else x
    for received, expected in zip(outputs(made, x), outputs(model, x), strict=True):
        assert relative_error(received, expected) <= tolerances.DEPLOYED
    return [type(layer).__name__ for layer in made.layers if not isinstance(layer, plain.InputLayer)]


def printed(model, **arguments):
    lines = []
    surgery.collapse(model, print_fn=lines.append, **arguments)
    return "\n".join(lines)


def same(filters, size=3, **arguments):
    return plain.Conv2D(filters, size, padding="same", **arguments)


def test_one_spatial_convolution_among_pointwise_layers_is_one_layer():
    parts = same(8), plain.BatchNormalization(), plain.Identity(), plain.Conv2D(2, 1, activation="relu", name="last")
    model = sequential(*parts)
    assert checked(model) == ["Conv2D"]
    made = surgery.collapse(model, print_fn=None)
    assert type(made) is keras.Sequential and made.name == "stack"
    assert made.layers[0].name == "last" and made.layers[0].activation is keras.activations.relu


def test_explicit_pads_stand_where_same_would_not():
    parts = same(4, 2, use_bias=False), plain.AveragePooling2D(2)
    assert checked(sequential(*parts, shape=(12, 12, 3))) == ["Conv2D"]
    assert checked(sequential(plain.ZeroPadding2D(1), plain.Conv2D(4, 3), plain.Conv2D(2, 1))) == ["Conv2D"]
    parts = plain.ZeroPadding2D(((0, 2), (1, 0))), plain.Conv2D(4, 3), plain.Conv2D(2, 2)
    assert checked(sequential(*parts)) == ["ZeroPadding2D", "Conv2D"]


def test_a_bias_before_a_padded_kernel_is_carried_by_a_channel_of_ones(tmp_path):
    model = sequential(plain.Conv2D(16, 1), same(16), plain.Conv2D(3, 1))
    assert checked(model) == ["Functional", "Conv2D"]
    made = surgery.collapse(model, print_fn=None)
    made.save(tmp_path / "made.keras")
    loaded = keras.saving.load_model(tmp_path / "made.keras")
    np.testing.assert_array_equal(loaded(sample(model)), made(sample(model)))


def test_a_second_padded_kernel_starts_a_new_run_unless_a_border_is_allowed():
    model = sequential(plain.Rescaling(1 / 255), same(4), plain.BatchNormalization(), same(2, name="second"),
                       plain.BatchNormalization())  # fmt: skip
    assert checked(model) == ["Conv2D", "Conv2D"]
    assert "second starts a run of its own: its zeros around the map" in printed(model)
    report = printed(model, allow_border=True)
    assert "-> second: 5x5, pads same, differs in a border of (1, 1) rows and (1, 1) columns" in report
    assert "multiply-adds: 23,760 -> 19,800" in report


def test_strided_same_pads_need_the_size():
    parts = same(4, strides=2, use_bias=False), plain.BatchNormalization(), plain.Conv2D(2, 2, use_bias=False)
    assert checked(sequential(*parts, shape=(None, None, 3))) == ["Conv2D", "Conv2D"]
    assert "give input_shape" in printed(sequential(*parts, shape=(None, None, 3)))
    assert checked(sequential(*parts, shape=(None, None, 3)), input_shape=(12, 11, 3)) == ["ZeroPadding2D", "Conv2D"]


def test_groups_that_nothing_mixes_stay():
    assert checked(sequential(plain.DepthwiseConv2D(3, depth_multiplier=2), plain.BatchNormalization())) == [
        "DepthwiseConv2D"
    ]
    model = sequential(plain.Conv2D(4, 1), plain.ReLU(), plain.Conv2D(8, 3, groups=2), plain.BatchNormalization())
    assert surgery.collapse(model, print_fn=None).layers[-1].groups == 2
    assert checked(sequential(plain.SeparableConv2D(4, 3), plain.BatchNormalization())) == ["Conv2D"]
    assert checked(sequential(plain.DepthwiseConv2D(3, strides=1), plain.AveragePooling2D((2, 1)))) == ["Conv2D"]


def test_single_layers_and_poolings_stay():
    parts = plain.Conv2D(4, 3), plain.ReLU(), plain.BatchNormalization(), plain.AveragePooling2D(2)
    assert checked(sequential(*parts)) == ["Conv2D", "ReLU", "BatchNormalization", "AveragePooling2D"]
    assert checked(sequential(plain.BatchNormalization(), same(4))) == ["BatchNormalization", "Conv2D"]
    assert checked(sequential(same(4), plain.AveragePooling2D(3, padding="same"))) == ["Conv2D", "AveragePooling2D"]


def test_signals_are_collapsed_too():
    parts = plain.Conv1D(4, 3, padding="causal", use_bias=False), plain.BatchNormalization(), plain.Conv1D(2, 2)
    assert checked(sequential(*parts, shape=(15, 3))) == ["ZeroPadding1D", "Conv1D"]


def residual(activation=None):
    image = keras.Input((10, 9, 4), name="image")
    x = plain.Conv2D(8, 1, use_bias=False, name="wide")(image)
    x = same(4, activation=activation, name="inner")(x)
    x = plain.BatchNormalization(name="norm")(x)
    return image, plain.Add(name="add")([image, x, plain.Conv2D(4, 1, name="side")(image)])


def test_branches_with_a_residual_are_one_convolution():
    image, x = residual()
    model = randomised(keras.Model(image, plain.ReLU()(x)))
    assert checked(model) == ["Conv2D", "ReLU"]
    operation = randomised(keras.Model(image, image + same(4)(image)))
    assert checked(operation) == ["Conv2D"]


def test_an_activation_ends_a_run():
    image, x = residual("relu")
    assert checked(randomised(keras.Model(image, x))) == ["Conv2D", "BatchNormalization", "Conv2D", "Add"]


def test_a_map_that_is_read_elsewhere_is_not_inside_a_run():
    image = keras.Input((10, 9, 3))
    x = plain.Conv2D(4, 3, name="b")(plain.Conv2D(4, 3, name="a")(image))
    heads = [plain.Conv2D(2, 1, name=name, activation="relu")(x) for name in ("c", "d")]
    for made in (heads, [*heads, x], [heads[0], plain.GlobalMaxPooling2D()(x)]):
        model = randomised(keras.Model(image, made))
        assert checked(model)[0] == "Conv2D" and len(checked(model)) == 3
        assert "a, b -> b: 5x5, pads valid, exact" in printed(model)


def test_shared_layers_and_nested_models_are_collapsed_at_each_call():
    block = keras.Sequential([keras.Input((None, None, 3)), plain.Conv2D(8, 1), plain.Conv2D(3, 3)], name="block")
    image = keras.Input((12, 11, 3))
    model = randomised(keras.Model(image, block(plain.ReLU()(block(image)))))
    assert checked(model) == ["Conv2D", "ReLU", "Conv2D"]


def test_other_dtypes_and_inputs_are_not_mixed():
    half = plain.Conv2D(4, 3, dtype="mixed_float16")
    report = printed(sequential(half, plain.BatchNormalization()))
    assert "another dtype than the layers before it: float32 and mixed_float16" in report
    bytes_in = keras.Input((8, 8, 3), dtype="uint8")
    x = plain.Conv2D(4, 3)(plain.Conv2D(4, 3)(plain.Rescaling(1 / 255)(bytes_in)))
    assert [type(layer).__name__ for layer in surgery.collapse(keras.Model(bytes_in, x), print_fn=None).layers[1:]] == [
        "Rescaling", "Conv2D"
    ]  # fmt: skip


def test_the_original_is_untouched_and_shares_no_weights():
    model = sequential(same(4), plain.BatchNormalization(), plain.ReLU(), plain.Conv2D(2, 3))
    model.compile("adam", "mse")
    before = model.get_weights()
    made = surgery.collapse(model, print_fn=None)
    made.set_weights([weight + 1 for weight in made.get_weights()])
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(new, old)
    assert model.compiled and not made.compiled


def test_layers_of_this_package_are_collapsed_and_deployed():
    parts = [
        layers.CollapsibleConv2D(8, 3, inner_filters=16, padding="same", residual=True, activation="relu", name="a"),
        layers.BranchConv2D(8, 3, padding="same", activation="relu", name="b"),
        layers.CollapsibleConv2D(3, (2, 3), strides=2, padding="same", name="c"),
        plain.ReLU(name="d"),
        layers.LinearGenerator(4, (3, 1), strides=2, name="e"),
    ]
    model = sequential(*parts)
    expected = ["Conv2D", "Conv2D", "Conv2D", "ReLU", "Conv2D"]
    assert checked(model) == expected
    deployed = surgery.deploy(model)
    assert [type(layer).__name__ for layer in deployed.layers] == expected
    assert [layer.name for layer in deployed.layers] == list("abcde")
    assert {type(layer).__module__.partition(".")[0] for layer in deployed.layers} == {"keras"}
    assert relative_error(deployed(sample(model)), model(sample(model))) <= tolerances.DEPLOYED


def test_named_layers_alone_are_collapsed():
    model = sequential(same(4, name="a"), plain.BatchNormalization(name="b"), plain.Conv2D(4, 1, name="c"))
    made = surgery.collapse(model, layers=["a", "b"], print_fn=None)
    assert [layer.name for layer in made.layers] == ["a", "c"]


def training_norm():
    image = keras.Input((8, 8, 3))
    return keras.Model(image, plain.BatchNormalization(name="b")(plain.Conv2D(4, 3, name="a")(image), training=True))


@pytest.mark.parametrize("model, names, message", [
    (lambda: sequential(plain.Conv2D(4, 3, name="a"), plain.ReLU(name="b"), plain.Conv2D(4, 1, name="c")), ["a", "b"],
     r'"b" \(ReLU\) cannot be collapsed: ReLU is no linear layer. Leave it out'),
    (lambda: sequential(plain.Conv2D(4, 3, activation="relu", name="a"), plain.Conv2D(4, 1, name="c")), ["a", "c"],
     r'"a" \(Conv2D\) cannot be collapsed: its activation "relu" ends a run'),
    (lambda: sequential(same(4, name="a"), same(4, name="c")), ["a", "c"],
     r'"c" \(Conv2D\) cannot be collapsed: its zeros .* a border of \(1, 1\) rows and \(1, 1\) columns'),
    (training_norm, ["a", "b"], r'"b" \(BatchNormalization\) cannot be .* training=True'),
    (lambda: sequential(same(4, name="a"), plain.BatchNormalization(name="b")), ["a", "z"],
     r"layers must be names .* Received 'z', which is none of a, b"),
], ids=("activation layer", "activation", "border", "training norm", "unknown"))  # fmt: skip
def test_a_demanded_layer_that_cannot_be_collapsed_is_named(model, names, message):
    with pytest.raises(ValueError, match=message):
        surgery.collapse(model(), layers=names, print_fn=None)


def test_a_norm_in_training_mode_stays():
    made = surgery.collapse(training_norm(), print_fn=None)
    assert [type(layer).__name__ for layer in made.layers[1:]] == ["Conv2D", "BatchNormalization"]


def test_models_that_are_code_or_not_built_are_refused():
    with pytest.raises(TypeError, match="Expected a Keras model"):
        surgery.collapse("model")
    with pytest.raises(ValueError, match="is not built"):
        surgery.collapse(keras.Sequential([plain.Conv2D(4, 3)]))
