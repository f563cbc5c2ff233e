import pytest
from keras import layers as plain

from tfconvkit import groups, layers
from tfconvkit.audit import geometry

C4 = groups.get("C4")


def fault(layer, size, group=C4, output_size=None):
    if output_size is None:
        output_size = layer.compute_output_shape((None, *size, 4))[1:3]
    return geometry.fault(layer, group, size, output_size)


def test_each_axis_is_judged_by_its_own_size():
    pooling = plain.MaxPooling2D(2)
    assert fault(pooling, (8, 6)) is None
    assert fault(pooling, (8, 7)) == 'padding="valid" leaves the last 1 of width 7 unread (window 2, stride 2)'


def test_axis_that_the_group_leaves_alone_is_not_judged():
    assert fault(plain.MaxPooling2D(2), (8, 7), groups.get("D1")) is None


def test_group_that_only_swaps_the_axes_needs_no_symmetric_windows():
    diagonal = groups.PointGroup("diagonal", [[[1, 0], [0, 1]], [[0, 1], [1, 0]]])
    assert fault(plain.MaxPooling2D(2), (7, 7), diagonal) is None
    assert "pool_size=(2, 3) differs" in fault(plain.MaxPooling2D((2, 3), 1), (7, 7), diagonal)


def test_pooling_that_sees_the_whole_grid_is_symmetric():
    assert fault(plain.AveragePooling2D(3, 2, padding="same"), (2, 2)) is None
    assert fault(plain.AveragePooling2D(3, 2, padding="same"), (4, 4)) is not None


def test_dilation_widens_the_window():
    conv = plain.Conv2D(1, 2, dilation_rate=2, padding="same")
    assert fault(conv, (8, 8), output_size=(8, 8)) is None
    conv = plain.Conv2D(1, 2, padding="same")
    reason = 'padding="same" pads (0, 1) on height of size 8 (window 2, stride 1)'
    assert fault(conv, (8, 8), output_size=(8, 8)) == reason


def test_transposed_convolution_follows_the_convolution_of_its_output():
    conv = plain.Conv2DTranspose(1, 4, 2, padding="same")
    assert fault(conv, (4, 4), output_size=(8, 8)) is None
    conv = plain.Conv2DTranspose(1, 3, 2, padding="same")
    assert "to height 8" in fault(conv, (4, 4), output_size=(8, 8))


def test_group_layers_protect_what_their_own_group_moves():
    lift = layers.LiftConv2D(1, (2, 3), "C4", strides=2, padding="same")
    assert fault(lift, (8, 8)) is None
    assert fault(layers.LiftConv2D(1, 2, "C4", strides=2), (7, 7)) is not None
    assert "on width of size 8" in fault(layers.LiftConv2D(1, 2, "D1", padding="same"), (8, 8), groups.get("D2"))


@pytest.mark.parametrize("layer", [plain.ReLU(), plain.Dense(2), plain.Conv2D(1, 3), layers.GroupPooling("C4")])
def test_layers_with_a_rule_are_known(layer):
    assert geometry.is_known(layer)


@pytest.mark.parametrize("layer", [plain.Flatten(), plain.Resizing(4, 4), plain.CenterCrop(4, 4)])
def test_layers_without_a_rule_are_not_known(layer):
    assert not geometry.is_known(layer)
