import pytest

from tfconvkit import groups
from tfconvkit.models import GroupCNN, GroupResNet, GroupUNet
from tfconvkit.models.layer_kit import LayerKit

BUILDERS = (GroupCNN, GroupResNet, GroupUNet)


def test_fields_take_the_parameters_of_planes():
    assert [LayerKit("D4").fields(planes) for planes in (32, 64, 128)] == [11, 23, 45]
    assert LayerKit("C4").fields(20) == 10
    assert LayerKit(None).fields(20) == 20
    assert LayerKit("D4").fields(1) == 1


def test_groups_of_order_one_are_no_group():
    trivial = groups.PointGroup("mine", [[[1, 0], [0, 1]]])
    assert [LayerKit(group).group for group in (None, "Z2", "C1", "p1", trivial)] == [None] * 5
    assert LayerKit(groups.get("p4m")).name == "D4"


@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(group="C3"), "Unknown group 'C3'.*Known: .*C4"),
        (dict(group="Oh"), "Unknown group 'Oh' for rank 2"),
        (dict(input_shape=(32, 32)), r"expects input_shape=\(height, .*Received input_shape=\(32, 32\)"),
        (dict(input_shape=(32, 32, None)), "a known number of channels"),
        (dict(input_shape=(32, 0, 1)), r"at least \d+.*Received input_shape=\(32, 0, 1\)"),
        (dict(classes=0), "expects classes as a positive integer. Received classes=0"),
        (dict(classes=2.5), "Received classes=2.5"),
    ],
)
def test_bad_arguments_are_named(builder, arguments, message):
    with pytest.raises(ValueError, match=message):
        builder(**arguments)


@pytest.mark.parametrize("builder", BUILDERS)
def test_a_group_of_volumes_is_refused(builder):
    with pytest.raises(ValueError, match="acts on 3 grid axes, but 2 are needed"):
        builder(groups.get("C4", 3))


@pytest.mark.parametrize("builder", (GroupResNet, GroupUNet))
@pytest.mark.parametrize("widths", [(1, 2, 0), (4,), (2, 3.5, 4), (True, 2, 3)])
def test_bad_widths_are_named(builder, widths):
    with pytest.raises(ValueError, match=f"{builder.__name__} expects widths as .* positive integers.*Received"):
        builder(widths=widths)
