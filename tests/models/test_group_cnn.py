import keras
import pytest
from models.cases import parameters

from tfconvkit import layers
from tfconvkit.models import GroupCNN


@pytest.mark.parametrize("group, trainable, stored", [(None, 21630, 21870), ("C4", 24620, 24740), ("D4", 26757, 26841)])
def test_counts_are_the_documented_ones(group, trainable, stored):
    model = GroupCNN(group)
    assert (parameters(model), model.count_params()) == (trainable, stored)


@pytest.mark.parametrize("group", (None, "C4"))
def test_the_grid_shrinks_as_in_the_paper(group):
    model = GroupCNN(group)
    sizes = [layer.output.shape[1] for layer in model.layers if "conv" in type(layer).__name__.lower()]
    assert sizes == [26, 24, 10, 8, 6, 4, 1]
    assert model.get_layer("pool").output.shape[1] == 12
    assert model.output_shape == (None, 10)


def test_the_widths_are_those_of_the_paper():
    assert {GroupCNN(None).get_layer(f"conv{n}").filters for n in range(1, 7)} == {20}
    assert {GroupCNN("C4").get_layer(f"conv{n}").filters for n in range(1, 7)} == {10}


def test_dropout_is_the_papers_unless_given():
    def drops(**arguments):
        model = GroupCNN(**arguments)
        return [(type(layer), layer.rate) for layer in model.layers if isinstance(layer, keras.layers.Dropout)]

    assert drops(group=None) == [(keras.layers.Dropout, 0.3)] * 6
    assert drops(group="C4") == drops(group=None, dropout=0) == []
    assert drops(group="C4", dropout=0.2) == [(layers.GroupDropout, 0.2)] * 6


def test_the_head_is_optional():
    assert GroupCNN("C4", include_top=False).output_shape == (None, 4, 4, 40)
    assert GroupCNN("C4", classifier_activation="softmax").layers[-1].activation is keras.activations.softmax
    assert GroupCNN("C4", name="mine").name == "mine"


def test_the_smallest_input_is_27():
    assert GroupCNN("C4", (27, 40, 1)).output_shape == (None, 10)
    with pytest.raises(ValueError, match=r"GroupCNN needs a height and a width of at least 27.*\(26, 40, 1\)"):
        GroupCNN("C4", (26, 40, 1))


@pytest.mark.parametrize("dropout", (-0.1, 1, 1.5))
def test_a_bad_dropout_is_named(dropout):
    with pytest.raises(ValueError, match=rf"expects dropout in \[0, 1\). Received dropout={dropout}"):
        GroupCNN("C4", dropout=dropout)


def test_a_bad_width_is_named():
    with pytest.raises(ValueError, match="expects width as a positive integer. Received width=0"):
        GroupCNN("C4", width=0)
