import keras
import pytest
from keras import layers as plain

from tfconvkit import audit, layers


def regular_fields(layer):
    return keras.Sequential([keras.Input((8, 8, 3)), layers.LiftConv2D(2, 3, "C4", name="lift"), layer])


@pytest.mark.parametrize(
    "layer, reason",
    [
        (plain.Dense(3), "its weights differ between the orientations of a field: pool over the orientations first"),
        (plain.Conv2D(3, 3), "its kernel is neither symmetric under the group nor a bank of one kernel"),
        (plain.Conv2DTranspose(3, 3), "its kernel is neither symmetric under the group nor a bank of one kernel"),
        (plain.PReLU(alpha_initializer="random_normal"), "it treats each channel of regular C4 fields by itself"),
        (plain.MaxPooling2D(4), 'padding="valid" leaves the last 2 of height 6 unread (window 4, stride 4)'),
        (plain.Resizing(3, 4), ""),
    ],
    ids=lambda value: type(value).__name__,
)
def test_broken_layer_is_explained(layer, reason):
    broken = audit.equivariance(regular_fields(layer), "C4").first_broken
    assert broken.name == layer.name and broken.reason.startswith(reason)


def test_layer_after_a_broken_one_is_not_explained():
    model = regular_fields(plain.Dense(4))
    model.add(plain.Dense(3, name="next"))
    rows = audit.equivariance(model, "C4").rows
    assert not rows[-1].ok and rows[-1].reason == ""


@pytest.mark.parametrize("layer", [plain.BatchNormalization(), plain.LayerNormalization(), plain.PReLU()])
def test_layers_with_weights_per_channel_are_warned_of_on_regular_fields(layer):
    (warning,) = audit.equivariance(regular_fields(layer), "C4").warnings
    assert layer.name in warning and "does not stay equivariant in training" in warning


def test_normalisation_over_whole_fields_needs_no_warning():
    assert audit.equivariance(regular_fields(layers.GroupBatchNormalization("C4")), "C4").warnings == []
