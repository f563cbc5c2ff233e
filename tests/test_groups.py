"""Groups, field types and actions: group laws, legacy tables, messages."""

import numpy as np
import pytest
from golden_files import load

from tfconvkit import groups

NAMES = ("C1", "C2", "C4", "D1", "D2", "D4")


@pytest.mark.parametrize("name", NAMES)
def test_tables_obey_the_group_laws(name):
    group = groups.get(name)
    elements = np.arange(group.order)
    products = np.einsum("aij,bjk->abik", group.matrices, group.matrices)
    assert np.array_equal(group.matrices[group.cayley], products)
    assert np.array_equal(group.cayley[elements, group.inverse], np.zeros(group.order))
    assert np.array_equal(group.cayley[0], elements)


@pytest.mark.parametrize("name", ("C4", "D4"))
def test_tables_and_actions_equal_the_legacy_ones(name):
    golden, group = load("groups_and_actions"), groups.get(name)
    assert np.array_equal(group.cayley, golden[f"{name}_cayley"])
    assert np.array_equal(group.inverse, golden[f"{name}_inverse"])
    for element in range(group.order):
        plane = groups.act(name, element, golden[f"{name}_plane_in"], "trivial")
        field = groups.act(name, element, golden[f"{name}_field_in"], "regular")
        assert np.array_equal(plane, golden[f"{name}_plane_acted"][element])
        assert np.array_equal(field, golden[f"{name}_field_acted"][element])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("field", groups.FIELDS)
@pytest.mark.parametrize("data_format", ("channels_last", "channels_first"))
def test_act_is_an_action(name, field, data_format):
    group = groups.get(name)
    channels = 2 * groups.Field(field, group).size
    x = np.random.default_rng(0).normal(size=(2, 3, 4, channels))
    x = x if data_format == "channels_last" else x.transpose(0, 3, 1, 2)
    for a in range(group.order):
        for b in range(group.order):
            twice = groups.act(group, a, groups.act(group, b, x, field, data_format), field, data_format)
            assert np.array_equal(twice, groups.act(group, group.cayley[a, b], x, field, data_format))


def test_act_turns_images_counter_clockwise_and_mirrors_rows():
    x = np.arange(12).reshape(1, 3, 4, 1)
    assert np.array_equal(groups.act("C4", 1, x), np.rot90(x, axes=(1, 2)))
    assert np.array_equal(groups.act("D4", 4, x), x[:, ::-1])
    assert np.array_equal(groups.act("D4", 6, x), x[:, :, ::-1])


def test_act_permutes_components_of_vectors():
    x = np.arange(8).reshape(1, 8)
    assert groups.act("C4", 1, x, "regular").tolist() == [[3, 0, 1, 2, 7, 4, 5, 6]]
    assert np.array_equal(groups.act("C4", 1, x, "trivial"), x)


def test_aliases_name_the_same_groups():
    for alias, name in groups.ALIASES.items():
        assert groups.get(alias) == groups.get(name)
    assert groups.get(groups.get("D4")) == groups.get("D4")


def test_moved_axes_are_those_reversed_or_swapped():
    assert groups.get("C1").moved_axes == (False, False)
    assert groups.get("D1").moved_axes == (True, False)
    assert groups.get("C2").moved_axes == groups.get("C4").moved_axes == (True, True)
    assert groups.get("D2").axis_orbits == ((0,), (1,))
    assert groups.get("C4").axis_orbits == ((0, 1), (0, 1))


def test_a_custom_group_survives_its_configuration():
    mirror = groups.PointGroup("columns", [np.eye(2), np.diag([1, -1])])
    assert groups.get(groups.serialize(mirror)) == mirror
    assert groups.serialize(groups.get("D4")) == "D4"
    assert mirror.moved_axes == (False, True)


@pytest.mark.parametrize(
    ("matrices", "message"),
    [
        ([[[1, 0], [1, 0]]], "signed permutation"),
        ([np.diag([-1, 1]), np.eye(2)], "identity as its first"),
        ([np.eye(2), [[0, -1], [1, 0]]], "closed under products"),
        ([np.eye(2), np.eye(2)], "distinct"),
        (np.eye(2), "signed permutation"),
    ],
)
def test_matrices_that_are_no_group_are_refused(matrices, message):
    with pytest.raises(ValueError, match=message):
        groups.PointGroup("bad", matrices)


def test_unknown_names_list_the_known_ones():
    with pytest.raises(ValueError, match=r"Unknown group 'D3' for rank 2.*C1, C2, C4, D1, .*p4m = D4"):
        groups.get("D3", rank=2)
    with pytest.raises(ValueError, match="Unknown field type 'vector'.*'trivial', 'regular'"):
        groups.act("C4", 1, np.zeros((1, 2, 2, 4)), "vector")


def test_a_group_of_another_rank_is_refused():
    line = groups.PointGroup("line", [[[1]], [[-1]]])
    with pytest.raises(ValueError, match="'line' acts on 1 grid axes, but 2 are needed.*C1, C2"):
        groups.get(line, rank=2)
    with pytest.raises(TypeError, match="name of a group or a PointGroup. Received 4"):
        groups.get(4)


def test_act_refuses_wrong_ranks_and_channels():
    with pytest.raises(ValueError, match=r"2 or 4 axes.*Received shape \(2, 2, 4\)"):
        groups.act(groups.get("C4"), 1, np.zeros((2, 2, 4)))
    with pytest.raises(ValueError, match="multiple.*Received 6 channels"):
        groups.act("C4", 1, np.zeros((1, 2, 2, 6)), "regular")


def test_the_rotations_of_the_cube_are_rotations_and_oh_adds_the_reflections():
    cube, full = groups.get("O", 3), groups.get("Oh", 3)
    assert (np.linalg.det(cube.matrices) > 0).all()
    assert np.array_equal(full.matrices[:24], cube.matrices)
    assert np.array_equal(full.matrices[24:], -cube.matrices)
    assert {groups.get(name, 3).order for name in ("C4", "D4", "C4v")} == {4, 8}


def test_d4_of_the_plane_is_c4v_of_space_on_every_slice():
    x = np.random.default_rng(0).normal(size=(1, 3, 4, 4, 2))
    for element in range(8):
        volume = groups.act(groups.get("C4v", 3), element, x)
        slices = groups.act(groups.get("D4", 2), element, x[0])
        assert np.array_equal(volume[0], slices)


@pytest.mark.parametrize(
    ("large", "small", "rank"), [("D4", "C4", 2), ("D4", "D1_diagonal", 2), ("Oh", "D4", 3), ("D1", "C1", 1)]
)
def test_cosets_of_a_subgroup_are_moved_by_it_within_themselves(large, small, rank):
    group, other = groups.get(large, rank), groups.get(small, rank)
    subgroup = group.subgroup(other)
    assert np.array_equal(group.matrices[subgroup.elements], other.matrices)
    assert sorted(subgroup.cosets.ravel().tolist()) == list(range(group.order))
    for h, element in enumerate(subgroup.elements):
        moved = group.cayley[element, subgroup.cosets]
        assert np.array_equal(moved, subgroup.cosets[:, other.cayley[h]])


def test_what_is_no_subgroup_is_refused():
    with pytest.raises(ValueError, match=r"'D1' is no subgroup of 'C4', which lacks its element \[\[-1, 0\]"):
        groups.get("C4").subgroup(groups.get("D1"))


def test_names_without_a_rank_mean_the_plane_first():
    assert groups.get("D1").rank == 2
    assert groups.get("O").rank == 3
    assert groups.of_rank(groups.get("D1"), 1) == groups.get("D1", 1)
    assert groups.of_rank(groups.get("C4"), 1) == groups.get("C4")


def test_tables_of_the_shared_groups_cannot_be_written():
    with pytest.raises(ValueError, match="read-only"):
        groups.get("C4").cayley[0, 0] = 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: groups.get({"name": "a"}), "keys name and matrices. Received {'name': 'a'}"),
        (lambda: groups.PointGroup("x", [[[1, 0], [0, 1]], [[1, 0]]]), "needs matrices of one size"),
        (lambda: groups.act("C4", 7, np.zeros((1, 2, 2, 4))), "elements 0 to 3. Received element=7"),
        (lambda: groups.act("C4", -1, np.zeros((1, 2, 2, 4))), "elements 0 to 3. Received element=-1"),
        (lambda: groups.act("C4", 1, np.zeros((1, 2, 2, 4)), data_format="NCHW"), "data_format must be .*'NCHW'"),
    ],
)
def test_wrong_arguments_are_named_with_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()
