import keras
import pytest
from keras import layers as plain

from tfconvkit import audit, layers


def rows_of(model, **kwargs):
    return {row.name: row for row in audit.count(model, **kwargs)}


def issue_21_network(group="C4"):
    parts = [
        layers.LiftConv2D(5, 3, group, use_bias=False, name="lift"),
        layers.GroupConv2D(7, 3, group, use_bias=False, name="conv"),
    ]
    return keras.Sequential([keras.Input((28, 28, 3)), *parts])


def test_issue_21_network_stores_135_and_315_times_4():
    counts = audit.count(issue_21_network())
    assert [row.stored for row in counts] == [135, 315 * 4]
    assert counts.total.stored == issue_21_network().count_params() == 135 + 315 * 4


def test_expanded_bank_repeats_the_stored_numbers_per_orientation():
    rows = rows_of(issue_21_network("D4"))
    assert (rows["lift"].expanded, rows["conv"].expanded) == (8 * 135, 8 * rows["conv"].stored)
    assert rows["conv"].plain == rows["conv"].expanded == 3 * 3 * 40 * 56


def test_plain_layer_with_the_same_planes_holds_what_the_row_says():
    model = keras.Sequential([keras.Input((9, 9, 3)), layers.LiftConv2D(4, (2, 3), "D2", name="lift")])
    reference = plain.Conv2D(16, (2, 3))
    reference.build((None, 9, 9, 3))
    assert rows_of(model)["lift"].plain == reference.count_params()


def test_multiply_adds_are_counted_on_the_real_support():
    model = keras.Sequential(
        [keras.Input((8, 6, 2)), layers.LiftConv2D(3, 3, "C4", strides=2, padding="same", name="lift")]
    )
    row = rows_of(model)["lift"]
    assert row.expanded == 4 * 4 * 2 * 12 + 12
    assert row.multiply_adds == 4 * 3 * (4 * 4 * 2 * 12)
    assert row.plain == 3 * 3 * 2 * 12 + 12


@pytest.mark.parametrize(
    "layer, multiply_adds",
    [
        (plain.Conv2D(5, 3), 6 * 6 * 3 * 3 * 4 * 5),
        (plain.Conv2D(6, 3, groups=2, strides=2, padding="same"), 4 * 4 * 3 * 3 * 2 * 6),
        (plain.DepthwiseConv2D(3, depth_multiplier=2), 6 * 6 * 3 * 3 * 4 * 2),
        (plain.SeparableConv2D(5, 3), 6 * 6 * (3 * 3 * 4 + 4 * 5)),
        (plain.Conv2DTranspose(5, 3, strides=2), 8 * 8 * 3 * 3 * 4 * 5),
        (plain.Dense(5), 8 * 8 * 4 * 5),
        (plain.ReLU(), 0),
        (plain.BatchNormalization(), 0),
        (layers.ProjectConv2D(5, 3, "C4"), 6 * 6 * 3 * 3 * 4 * 5),
        (layers.GroupPooling("C4"), 0),
        (plain.ConvLSTM2D(2, 3), None),
    ],
)
def test_multiply_adds_of_every_kind_of_layer(layer, multiply_adds):
    shape = (2, 8, 8, 4) if isinstance(layer, plain.ConvLSTM2D) else (8, 8, 4)
    model = keras.Sequential([keras.Input(shape), layer])
    (row,) = audit.count(model)
    assert row.multiply_adds == multiply_adds
    assert audit.count(model).total.multiply_adds == multiply_adds


def test_normalisation_is_expanded_like_the_plain_one():
    model = keras.Sequential([keras.Input((8, 8, 12)), layers.GroupBatchNormalization("C4", name="norm")])
    row = rows_of(model)["norm"]
    assert (row.stored, row.trainable, row.expanded, row.plain) == (12, 6, 48, 48)


def shared_model():
    nested = keras.Sequential([keras.Input((None, None, 4)), plain.Conv2D(4, 3, name="conv")], name="block")
    inputs = keras.Input((9, 9, 4))
    return keras.Model(inputs, plain.Dense(2, name="head")(nested(nested(inputs))))


def test_shared_layer_is_stored_once_and_computed_for_every_call():
    rows = rows_of(shared_model())
    assert (rows["block/conv"].stored, rows["block/conv"].calls) == (3 * 3 * 4 * 4 + 4, 2)
    assert rows["block/conv"].multiply_adds == (7 * 7 + 5 * 5) * 3 * 3 * 4 * 4
    assert audit.count(shared_model()).total.stored == shared_model().count_params()


def test_frozen_weights_are_stored_but_not_trainable():
    model = issue_21_network()
    model.layers[0].trainable = False
    assert [row.trainable for row in audit.count(model)] == [0, 1260]


def test_open_grid_leaves_multiply_adds_open_until_a_shape_is_given():
    parts = [layers.LiftConv2D(3, 3, "C4", strides=2, padding="same", name="lift")]
    model = keras.Sequential([keras.Input((None, None, 3)), *parts])
    row = rows_of(model)["lift"]
    assert (row.stored, row.expanded, row.multiply_adds) == (84, None, None)
    row = rows_of(model, input_shape=(32, 32, 3))["lift"]
    assert row.output_shape == (None, 16, 16, 12)
    assert (row.expanded, row.multiply_adds) == (4 * 4 * 3 * 12 + 12, 16 * 16 * 4 * 4 * 3 * 12)


def test_channels_first_counts_the_same():
    for data_format, shape in (("channels_last", (8, 6, 3)), ("channels_first", (3, 8, 6))):
        layer = layers.LiftConv2D(2, 3, "C4", data_format=data_format, name="lift")
        row = rows_of(keras.Sequential([keras.Input(shape), layer]))["lift"]
        assert (row.stored, row.expanded, row.multiply_adds) == (56, 224, 6 * 4 * 3 * 3 * 3 * 8)


class OwnWeight(keras.Model):
    """A subclassed model with a weight of its own beside its layers."""

    def __init__(self):
        super().__init__()
        self.inner = plain.Dense(2)

    def build(self, input_shape):
        self.inner.build(input_shape)
        self.shift = self.add_weight(shape=(2,))

    def call(self, inputs):
        return self.inner(inputs) + self.shift


def test_subclassed_model_is_one_row_with_all_its_weights():
    model = OwnWeight()
    model.build((None, 3))
    counts = audit.count(model)
    assert counts.is_whole and [row.stored for row in counts] == [model.count_params()] == [10]


def test_weight_of_a_functional_model_itself_is_not_forgotten():
    model = issue_21_network()
    model.scale = model.add_weight(shape=(3,), name="scale")
    counts = audit.count(model)
    assert counts[-1].name == "(no layer)" and counts.total.stored == model.count_params()
