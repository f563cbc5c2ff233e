import keras
import pytest
from keras import layers as plain
from laws import relative_error
from surgery.networks import outputs, randomised, sample

from tfconvkit import layers, surgery

FOLDED = 1e-5  # Measured 5.7e-7.


def folded(model):
    """Deploys with folding, checks the outputs and returns the classes of what is left."""
    deployed, x = surgery.deploy(model, fold_batch_norm=True), sample(model)
    for received, expected in zip(outputs(deployed, x), outputs(model, x), strict=True):
        assert relative_error(received, expected) <= FOLDED
    return [type(layer).__name__ for layer in deployed.layers]


def sequential(shape, *parts):
    return randomised(keras.Sequential([keras.Input(shape), *parts]))


@pytest.mark.parametrize("rank", (1, 2, 3))
@pytest.mark.parametrize("kind", ("Conv", "Transpose"))
def test_norm_after_a_plain_convolution_is_folded(rank, kind):
    convolution = getattr(plain, f"Conv{rank}D" + ("Transpose" if kind == "Transpose" else ""))
    model = sequential((5,) * rank + (3,), convolution(4, 3, use_bias=kind == "Conv"), plain.BatchNormalization())
    assert folded(model) == [convolution.__name__]


@pytest.mark.parametrize("arguments", ({"center": False}, {"scale": False}, {"epsilon": 0.1}), ids=str)
def test_norm_without_offset_or_scale_is_folded(arguments):
    norm = layers.GroupBatchNormalization("C4", **arguments)
    assert folded(sequential((6, 6, 3), layers.LiftConv2D(2, 3, "C4"), norm)) == ["Conv2D"]


def test_norm_after_a_group_convolution_in_a_nested_model_is_folded():
    parts = [layers.LiftConv2D(2, 3, "C4", name="lift"), layers.GroupBatchNormalization("C4", name="norm")]
    block = keras.Sequential([keras.Input((6, 6, 3)), *parts], name="block")
    model = sequential((6, 6, 3), block, plain.ReLU())
    deployed = surgery.deploy(model, fold_batch_norm=True)
    assert [layer.name for layer in deployed.get_layer("block").layers] == ["lift"]


def test_norm_stays_where_an_activation_stands_between():
    model = sequential((6, 6, 3), plain.Conv2D(4, 3, activation="relu"), plain.BatchNormalization())
    assert folded(model) == ["Conv2D", "BatchNormalization"]


def test_norm_stays_where_it_normalises_another_axis():
    model = sequential((6, 6, 3), plain.Conv2D(4, 3), plain.BatchNormalization(axis=1))
    assert folded(model) == ["Conv2D", "BatchNormalization"]


def test_norm_stays_where_the_convolution_is_read_twice():
    x = keras.Input((6, 6, 3))
    y = plain.Conv2D(4, 3)(x)
    model = randomised(keras.Model(x, plain.Add()([y, plain.BatchNormalization()(y)])))
    assert "BatchNormalization" in folded(model)
    both = randomised(keras.Model(x, [y, plain.BatchNormalization()(y)]))
    assert "BatchNormalization" in folded(both)


def test_norm_stays_where_it_or_the_convolution_is_shared():
    x = keras.Input((6, 6, 3))
    convolution, norm = plain.Conv2D(3, 3, padding="same"), plain.BatchNormalization()
    assert "BatchNormalization" in folded(randomised(keras.Model(x, norm(convolution(convolution(x))))))
    y = norm(plain.Conv2D(3, 3)(norm(x)))
    assert "BatchNormalization" in folded(randomised(keras.Model(x, y)))


def test_norm_stays_where_it_uses_the_statistics_of_the_batch():
    x = keras.Input((6, 6, 3))
    model = randomised(keras.Model(x, plain.BatchNormalization()(plain.Conv2D(4, 3)(x), training=True)))
    assert "BatchNormalization" in folded(model)
