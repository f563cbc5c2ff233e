"""A plain network becomes an equivariant one of the same cost."""

import keras
import numpy as np
import pytest
import tolerances
from laws import equivariance_error

from tfconvkit import audit, groups, layers
from tfconvkit.surgery import to_equivariant

L = keras.layers


def residual(input_shape=(16, 16, 3), dtype=None):
    """A network of 8 convolutions with residuals."""
    inputs = keras.Input(input_shape)
    x = L.ReLU()(L.BatchNormalization()(L.Conv2D(32, 3, padding="same", use_bias=False, dtype=dtype)(inputs)))
    for width, strides in ((32, 1), (64, 2), (96, 2)):
        y = L.Conv2D(width, 3, strides=strides, padding="same", use_bias=False)(x)
        y = L.ReLU()(L.BatchNormalization()(y))
        y = L.BatchNormalization()(L.Conv2D(width, 3, padding="same", use_bias=False)(y))
        if strides > 1:
            x = L.Conv2D(width, 1, strides=strides, padding="same")(x)
        x = L.ReLU()(L.Add()([x, y]))
    x = L.GlobalAveragePooling2D()(L.Dropout(0.2)(x))
    return keras.Model(inputs, L.Dense(10)(x), name="residual")


@pytest.mark.parametrize("group", ("C4", "D4"))
@pytest.mark.parametrize("match", ("parameters", "compute"))
def test_a_residual_network_keeps_its_cost_and_becomes_equivariant(group, match):
    plain, lines = residual(), []
    model = to_equivariant(plain, group, match=match, print_fn=lines.append)
    if match == "parameters":
        cost, target = model.count_params(), plain.count_params()
    else:
        cost, target = (audit.count(m).total.multiply_adds for m in (model, plain))
    assert abs(cost / target - 1) < 0.05
    audit.assert_equivariant(model, group)
    assert model.output_shape == plain.output_shape
    assert any("Conv2D of 64 planes -> GroupConv2D of" in line for line in lines)
    assert f"{target:,} -> {cost:,}" in lines[-1]


def test_it_trains_and_stays_equivariant():
    model = to_equivariant(residual(), "C4", print_fn=None)
    rng = np.random.default_rng(0)
    images, labels = rng.normal(size=(16, 16, 16, 3)).astype("float32"), rng.integers(0, 10, 16)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    losses = model.fit(images, labels, epochs=4, batch_size=8, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    audit.assert_equivariant(model, "C4")


def test_the_law_holds_in_float64():
    keras.config.set_dtype_policy("float64")
    try:
        model = to_equivariant(residual(input_shape=(None, None, 1)), "D4", print_fn=None)
    finally:
        keras.config.set_dtype_policy("float32")
    x = np.random.default_rng(0).normal(size=(1, 9, 12, 1))
    group = groups.get("D4")
    moved = [np.asarray(model(groups.act(group, element, x))) for element in range(8)]
    # Outside TensorFlow Keras' global pooling computes in float32 (backends/skips.py). Measured: 2.2e-7.
    allowed = tolerances.LAW["float64" if keras.backend.backend() == "tensorflow" else "float32"]
    assert np.abs(np.stack(moved) - moved[0]).max() / np.abs(moved[0]).max() <= allowed


def test_image_to_image_networks_end_in_planes_again():
    inputs = keras.Input((16, 16, 2))
    x = skip = L.Conv2D(16, 3, padding="same", activation="relu")(inputs)
    x = L.Conv2D(32, 3, padding="same", activation="relu")(L.MaxPooling2D(2, padding="same")(x))
    x = L.Concatenate()([L.UpSampling2D(2)(x), skip])
    x = L.Conv2DTranspose(16, 2, padding="same", activation="relu")(x)
    plain = keras.Model(inputs, L.Activation("sigmoid")(L.Conv2D(3, 1, name="out")(x)))
    model = to_equivariant(plain, "D4", print_fn=None)
    assert isinstance(model.get_layer("out"), layers.ProjectConv2D)
    assert model.output_shape == plain.output_shape
    x = np.random.default_rng(0).normal(size=(1, 16, 16, 2)).astype("float32")
    assert equivariance_error(model, groups.get("D4"), x, "trivial", "trivial") <= tolerances.LAW["float32"]


def test_operations_of_keras_ops_are_kept():
    inputs = keras.Input((8, 8, 1))
    x = L.Conv2D(8, 3, padding="same")(inputs)
    x = keras.ops.relu(x) + L.Conv2D(8, 1)(x)
    model = to_equivariant(keras.Model(inputs, L.GlobalMaxPooling2D()(x)), "D4", print_fn=None)
    audit.assert_equivariant(model, "D4")


def test_nested_models_shared_layers_and_signals_are_turned():
    shared = L.Conv1D(8, 3, padding="same", activation="relu", name="shared")
    chain = [keras.Input((12, 8)), shared, L.AveragePooling1D(2), L.SpatialDropout1D(0.1)]
    block = keras.Sequential(chain, name="block")
    inputs = keras.Input((12, 2))
    x = L.Conv1D(8, 3, padding="same")(inputs)
    x = L.Add()([block(x), block(L.ReLU()(x))])
    plain = keras.Model(inputs, L.Dense(2)(L.GlobalMaxPooling1D()(x)))
    model = to_equivariant(plain, "D1", print_fn=None)
    assert sum(isinstance(layer, layers.GroupConv1D) for layer in model.layers) == 2
    audit.assert_equivariant(model, groups.get("D1", 1))


def test_the_model_saves_and_loads(tmp_path):
    model = to_equivariant(residual(), "C4", print_fn=None)
    model.save(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(2, 16, 16, 3)).astype("float32")
    assert np.array_equal(keras.saving.load_model(tmp_path / "model.keras")(x), model(x))


def stack(*chain, input_shape=(8, 8, 3)):
    return keras.Sequential([keras.Input(input_shape), *chain])


@pytest.mark.parametrize(
    ("chain", "message"),
    [
        ([L.Conv2D(4, 3), L.Flatten(name="flat"), L.Dense(2)], '"flat".*grid positions.*GlobalAveragePooling'),
        ([L.Conv2D(4, 3), L.Dense(2, name="dense")], '"dense".*stands on a feature map'),
        ([L.Conv2D(6, 3, groups=3, name="conv")], '"conv".*grouped convolutions.*groups=1'),
        ([L.DepthwiseConv2D(3, name="depth"), L.Conv2D(4, 3)], '"depth" .DepthwiseConv2D.*no equivariant counterpart'),
        ([L.Conv2D(4, 3, strides=2, name="conv"), L.GlobalMaxPooling2D()], '"conv".*size 8 unread.*padding="same"'),
        ([L.Conv2D(4, 3), L.ZeroPadding2D(((0, 1), (0, 1)), name="p"), L.GlobalMaxPooling2D()], '"p".*not symmetric'),
        ([L.GlobalMaxPooling2D(), L.Dense(2)], "has no convolution"),
        ([L.Conv2D(4, 3, strides=(1, 2), padding="same"), L.GlobalMaxPooling2D()], "strides must be equal"),
        ([L.Conv2D(4, 3), L.LayerNormalization(name="norm"), L.GlobalMaxPooling2D()], '"norm".*no equivariant'),
    ],
)
def test_what_cannot_be_turned_is_refused_by_name(chain, message):
    with pytest.raises(ValueError, match=message):
        to_equivariant(stack(*chain), "C4", print_fn=None)


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match='match must be "parameters" or "compute"'):
        to_equivariant(residual(), "C4", match="flops")
    with pytest.raises(ValueError, match="Unknown group 'C5' for rank 2"):
        to_equivariant(residual(), "C5")
    with pytest.raises(ValueError, match='match="compute" needs known sizes'):
        to_equivariant(residual(input_shape=(None, None, 3)), "C4", match="compute")
