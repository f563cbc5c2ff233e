import keras
import numpy as np
import pytest
import tolerances
from laws import equivariance_error
from models import cases

from tfconvkit import groups
from tfconvkit.models import GroupResNet


@pytest.mark.parametrize("group, trainable", [(None, 2636458), ("C4", 2632026), ("D4", 2618679)])
def test_counts_are_those_of_the_paper(group, trainable):
    assert cases.parameters(GroupResNet(group)) == trainable


def test_the_depth_counts_the_layers_with_kernels_on_the_long_way():
    model = GroupResNet(None, depth=20, widths=(2, 3, 4))
    way = [layer for layer in model.layers if isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense))]
    assert sum("shortcut" not in layer.name for layer in way) == 20
    assert model.name == "group_resnet20_plain"


def test_stages_have_the_widths_and_grids_of_the_paper():
    model = GroupResNet("D4")
    shapes = [model.get_layer(f"stage{stage}_block7_relu").output.shape[1:] for stage in (1, 2, 3)]
    assert shapes == [(32, 32, 88), (16, 16, 184), (8, 8, 360)]


def test_shortcuts_by_padding_have_no_parameters():
    widths = dict(depth=8, widths=(2, 3, 7))
    projected, padded = GroupResNet("C4", **widths), GroupResNet("C4", **widths, shortcut="padding")
    assert cases.parameters(projected) - cases.parameters(padded) == 4 * 2 * 3 + 2 * 3 + 4 * 3 * 7 + 2 * 7


def test_shortcuts_by_padding_keep_every_second_pixel_and_append_zeros():
    model = GroupResNet(None, (8, 8, 1), depth=8, widths=(2, 3, 4), shortcut="padding")
    read, added = model.get_layer("stage1_block1_relu").output, model.get_layer("stage2_block1_add").input[0]
    x = np.random.default_rng(0).normal(size=(1, 8, 8, 1)).astype("float32")
    before, after = (np.asarray(y) for y in keras.Model(model.input, [read, added])(x))
    assert np.array_equal(after[..., :2], before[:, ::2, ::2]) and not after[..., 2:].any()


def test_kernels_start_from_he_normal():
    model = GroupResNet("D4")
    for name, inputs in (("stage1_block1_conv1", 88), ("stage3_block2_conv1", 360)):
        deviation = np.std(model.get_layer(name).get_weights()[0])
        assert deviation == pytest.approx(np.sqrt(2 / (9 * inputs)), rel=0.05)


@pytest.mark.parametrize("depth, remedy", [(43, 44), (2, 8), (18, 20), (45.0, 44), ("44", 44)])
def test_a_depth_that_is_not_6n_plus_2_is_named(depth, remedy):
    with pytest.raises(ValueError, match=rf"depth = 6n \+ 2.*Received depth={depth!r}. Use depth={remedy}"):
        GroupResNet("D4", depth=depth)


def test_an_unknown_shortcut_is_named():
    with pytest.raises(ValueError, match='expects shortcut="projection" or "padding". Received shortcut=\'option A\''):
        GroupResNet("D4", shortcut="option A")


@pytest.mark.slow
@pytest.mark.parametrize("group", ("C4", "D4"))
def test_the_network_of_44_layers_turns_with_its_input_also_after_a_step(group):
    with cases.float64():
        model = cases.randomised(GroupResNet(group))
        x = cases.sample(model, (32, 32), batch=1)
        law = model, groups.get(group, 2), x, "trivial", "trivial"
        assert equivariance_error(*law, at_once=True) <= tolerances.WHOLE_NETWORK
        cases.train_step(model, x)
        assert equivariance_error(*law, at_once=True) <= tolerances.WHOLE_NETWORK
