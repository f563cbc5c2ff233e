import numpy as np
import pytest
from keras import layers as plain

from tfconvkit import groups, layers
from tfconvkit.audit import flow
from tfconvkit.audit.graph import Step

C4, D2, D4 = (groups.get(name) for name in ("C4", "D2", "D4"))
LAST = "channels_last"


def step(layer):
    return Step(layer.name, layer, (0,), (1,), None)


def state(*blocks, lost=None):
    return flow.State(blocks or None, LAST, lost)


def regular(group, channels=8):
    return flow.uniform("regular", group, channels)[0]


def trivial(channels=8):
    return flow.uniform("trivial", C4, channels)[0]


def carried(layer, states, shapes, output_shape):
    return flow.propagate(step(layer), states, shapes, output_shape, rank=2)


def test_blocks_are_moved_each_by_its_own_group():
    x = np.random.default_rng(0).normal(size=(1, 4, 4, 11))
    blocks = (regular(D4), trivial(3))
    made = flow.act(blocks, C4, 1, x, LAST)
    turn = D4.index(C4.matrices[1])
    np.testing.assert_array_equal(made[..., :8], groups.act(D4, turn, x[..., :8], "regular"))
    np.testing.assert_array_equal(made[..., 8:], np.rot90(x[..., 8:], axes=(1, 2)))


def test_channels_first_blocks_are_cut_along_the_second_axis():
    x = np.random.default_rng(0).normal(size=(1, 11, 4, 4))
    made = flow.act((regular(C4), trivial(3)), C4, 1, x, "channels_first")
    expected = flow.act((regular(C4), trivial(3)), C4, 1, np.moveaxis(x, 1, -1), LAST)
    np.testing.assert_array_equal(made, np.moveaxis(expected, -1, 1))


def test_action_of_an_element_that_a_group_lacks_is_unknown():
    assert flow.act((regular(C4),), D4, 4, np.zeros((1, 2, 2, 8)), LAST) is None
    assert not flow.contains((trivial(), regular(C4)), D4, 4) and flow.contains((trivial(),), D4, 4)


def test_regular_field_of_one_element_is_an_image_plane():
    assert flow.uniform("regular", groups.get("C1"), 3) == flow.uniform("trivial", C4, 3)


def test_group_of_another_rank_contains_no_element():
    reversal = groups.PointGroup("reversal", [[[1]], [[-1]]])
    assert flow.index_in(reversal, D2, 1) is None and not flow.contains((regular(reversal),), D2, 0)


def test_candidates_are_the_fields_of_the_group_and_of_those_around_it():
    names = [flow.describe(blocks) for blocks in flow.candidates(groups.get("C2"), 8)]
    assert names[:2] == ["trivial", "regular C2"] and {"regular C4", "regular D2", "regular D4"} <= set(names)
    assert "regular D1" not in names
    assert [flow.describe(blocks) for blocks in flow.candidates(C4, 6)] == ["trivial"]


def test_neighbours_of_one_type_become_one_block():
    states = [state(regular(C4, 4)), state(regular(C4, 8)), state(trivial(3))]
    made = carried(plain.Concatenate(), states, [(1, 5, 5, c) for c in (4, 8, 3)], (1, 5, 5, 15))
    assert made.blocks == (regular(C4, 12), trivial(3))


def test_concatenation_along_the_grid_makes_unknown_fields():
    states = [state(trivial(3))] * 2
    assert carried(plain.Concatenate(axis=1), states, [(1, 5, 5, 3)] * 2, (1, 10, 5, 3)).blocks is None


def test_single_channel_may_scale_every_field():
    states, shapes = [state(regular(C4)), state(trivial(1))], [(1, 5, 5, 8), (1, 5, 5, 1)]
    layer = plain.Multiply()
    assert carried(layer, states, shapes, (1, 5, 5, 8)).blocks == (regular(C4),)
    assert flow.mismatch(step(layer), states, shapes, rank=2) is None


def test_plain_convolution_makes_unknown_fields_and_group_layers_declare_theirs():
    shapes = [(1, 5, 5, 8)]
    assert carried(plain.Conv2D(8, 3), [state(regular(C4))], shapes, (1, 3, 3, 8)).blocks is None
    assert carried(layers.GroupConv2D(2, 3, "D4"), [state()], shapes, (1, 3, 3, 16)).blocks == (regular(D4, 16),)
    assert carried(layers.GroupPooling("C4"), [state()], shapes, (1, 5, 5, 2)).blocks == (trivial(2),)


@pytest.mark.parametrize("layer, reason", [(plain.Flatten(), "mixes up"), (plain.Permute((3, 1, 2)), "mixes up")])
def test_layer_that_mixes_grid_and_channels_loses_the_fields(layer, reason):
    shape = (1, 5, 5, 8)
    made = carried(layer, [state(regular(C4))], [shape], tuple(layer.compute_output_shape(shape)))
    assert reason in made.lost
    assert carried(plain.ReLU(), [made], [(1, 200)], (1, 200)).lost == made.lost
    dense = plain.Dense(3)
    dense.build((None, 200))
    assert carried(dense, [made], [(1, 200)], (1, 3)).lost is None


def test_tensor_that_is_no_feature_map_is_lost():
    made = carried(plain.Dense(3), [state()], [(1, 4, 3)], (1, 4, 3))
    assert "gives shape (1, 4, 3), no feature map on 2 grid axes" in made.lost


def test_unknown_fields_are_no_mismatch():
    layer = layers.GroupConv2D(2, 3, "D2")
    assert flow.mismatch(step(layer), [state()], [(1, 5, 5, 8)], rank=2) is None
    assert flow.mismatch(step(layer), [state(regular(D2))], [(1, 5, 5, 8)], rank=2) is None
    assert "fed by regular C4 fields" in flow.mismatch(step(layer), [state(regular(C4))], [(1, 5, 5, 8)], rank=2)
