import keras
import numpy as np
import pytest
from keras import layers as plain
from machine import convolves_channels_first

from tfconvkit import audit, groups, layers

FLOAT32 = 1e-5


def group_network(group, *tail, shape=(8, 8, 3), **kwargs):
    """Lift, normalise, stride 2, pool over orientations; exactly equivariant."""
    parts = [
        layers.LiftConv2D(2, 3, group, padding="same", name="lift", **kwargs),
        layers.GroupBatchNormalization(group, name="norm"),
        plain.ReLU(name="relu"),
        layers.GroupConv2D(3, 2, group, strides=2, padding="same", name="conv", **kwargs),
        layers.GroupPooling(group, name="pool"),
    ]
    return keras.Sequential([keras.Input(shape), *parts, *tail], name="network")


def written_out(model, grid):
    """The same network with plain layers only: each bank becomes the kernel of a Conv2D."""
    parts = [keras.Input((*grid, 3))]
    for layer in model.layers:
        if isinstance(layer, layers.GroupConv2D):
            bank = keras.ops.convert_to_numpy(layer.bank(layer.input.shape[1:-1]))
            conv = plain.Conv2D(bank.shape[-1], bank.shape[:2], layer.strides, padding=layer.padding, name=layer.name)
            conv.build((None, *grid, bank.shape[-2]))
            conv.kernel.assign(bank)
            parts.append(conv)
        elif isinstance(layer, plain.ReLU):
            parts.append(plain.ReLU(name=layer.name))
    return keras.Sequential(parts)


def row_of(report, name):
    return next(row for row in report.rows if row.name == name)


@pytest.mark.parametrize("group", ["C1", "C2", "C4", "D1", "D2", "D4"])
def test_group_network_turns_with_its_input(group):
    head = [plain.GlobalAveragePooling2D(), plain.Dense(4, activation="softmax")]
    report = audit.equivariance(group_network(group, *head), group)
    assert report.ok and report.largest_error < FLOAT32
    assert len(report.rows[0].errors) == groups.get(group).order
    assert report.warnings == [] and report.mismatches == []
    audit.assert_equivariant(group_network(group, *head), group)


def test_error_is_the_largest_difference_over_the_largest_output():
    model = keras.Sequential([keras.Input((5, 5, 2)), plain.Conv2D(2, 3, name="conv")])
    x = np.random.default_rng(7).standard_normal((3, 5, 5, 2)).astype("float32")
    y, moved = np.asarray(model(x)), np.asarray(model(groups.act("D1", 1, x)))
    expected = groups.act("D1", 1, y)
    error = np.abs(moved - expected).max() / np.abs(y).max()
    report = audit.equivariance(model, "D1", batch_size=3, seed=7, fields={"conv": "trivial"})
    assert report.rows[0].errors == (0.0, pytest.approx(error, rel=1e-5))
    assert (report.error, report.rows[0].worst_element) == (report.rows[0].errors[1], 1)


def test_average_pooling_with_same_and_stride_2_is_found_out_on_even_sizes():
    pooling = plain.AveragePooling2D(3, 2, padding="same", name="pool")
    model = keras.Sequential([keras.Input((None, None, 3)), plain.ReLU(name="relu"), pooling, plain.ReLU()])
    assert audit.equivariance(model, "C4", input_shape=(9, 9, 3)).ok
    report = audit.equivariance(model, "C4", input_shape=(8, 8, 3))
    assert not report.ok and report.error > 0.1
    assert report.first_broken.name == "pool"
    assert report.first_broken.reason == 'padding="same" pads (0, 1) on height of size 8 (window 3, stride 2)'


def symmetric_stack(strides):
    model = keras.Sequential([keras.Input((8, 8, 1))])
    for position in range(3):
        conv = plain.Conv2D(1, 3, strides if position == 1 else 1, padding="same", name=f"conv{position}")
        conv.build((None, 8, 8, 1))
        conv.kernel.assign(np.reshape([1.0, 2, 1, 2, 3, 2, 1, 2, 1], (3, 3, 1, 1)))
        model.add(conv)
    return model


def test_stack_of_symmetric_plain_kernels_breaks_only_at_the_stride():
    assert audit.equivariance(symmetric_stack(strides=1), "D4").ok
    report = audit.equivariance(symmetric_stack(strides=2), "D4")
    assert report.first_broken.name == "conv1"
    assert "pads (0, 1) on height of size 8" in report.first_broken.reason


def test_plain_kernel_without_symmetry_is_named():
    model = keras.Sequential([keras.Input((8, 8, 3)), plain.Conv2D(8, 3, padding="same", name="conv")])
    report = audit.equivariance(model, "D4")
    assert report.first_broken.name == "conv" and "neither symmetric" in report.first_broken.reason
    assert report.rows[0].field == "?"


@pytest.mark.parametrize("group, found", [("C4", "regular C4"), ("D4", "regular D4")])
def test_banks_written_out_as_plain_kernels_are_recognised(group, found):
    model = group_network(group, shape=(7, 7, 3))
    report = audit.equivariance(written_out(model, (7, 7)), "C4")
    assert report.ok, report.first_broken
    assert [row.field for row in report.rows] == [found] * 3


def test_network_of_a_larger_group_passes_for_its_subgroups():
    model = group_network("D4")
    for group in ("C1", "C2", "C4", "D1", "D2"):
        report = audit.equivariance(model, group)
        assert report.ok, group
        assert row_of(report, "lift").field == "regular D4"


def test_network_of_a_smaller_group_fails_for_a_larger_one():
    report = audit.equivariance(group_network("C4"), "D4")
    lift = report.first_broken
    assert lift.name == "lift" and lift.worst_element >= 4
    assert max(lift.errors[:4]) < FLOAT32 < min(lift.errors[4:])
    assert lift.reason == f"its group 'C4' does not contain element {lift.worst_element} of group 'D4'"
    assert "regular C4 has no elements [4, 5, 6, 7] of D4" in lift.remark
    with pytest.raises(AssertionError, match=r'"lift" \(LiftConv2D, regular C4\) is the first layer that breaks it'):
        audit.assert_equivariant(group_network("C4"), "D4")


def mismatched_network(*between, second="D2"):
    parts = [layers.LiftConv2D(2, 3, "C4", name="first"), *between, layers.GroupConv2D(2, 3, second, name="second")]
    return keras.Sequential([keras.Input((9, 9, 3)), *parts])


@pytest.mark.parametrize(
    "between",
    [[], [plain.ReLU(), plain.BatchNormalization(), plain.MaxPooling2D(3, 1), plain.Dropout(0.1)]],
    ids=["next to each other", "through layers that carry fields"],
)
def test_fields_of_another_group_of_the_same_order_are_a_mismatch(between):
    report = audit.equivariance(mismatched_network(*between), "C2")
    expected = "\"second\" (GroupConv2D of group 'D2') needs regular D2 fields, but is fed by regular C4 fields"
    assert report.mismatches == [expected] and not report.ok
    assert report.first_broken.name == "second" and report.first_broken.reason == expected
    with pytest.raises(AssertionError, match="is fed by regular C4 fields"):
        audit.assert_equivariant(mismatched_network(*between), "C1")


def test_mismatch_fails_although_every_measured_error_is_small():
    report = audit.equivariance(mismatched_network(), "C1")
    assert report.first_broken is None and report.largest_error == 0 and not report.ok


def test_image_planes_fed_to_a_layer_for_regular_fields_are_a_mismatch():
    pooled = layers.GroupPooling("C4")
    model = keras.Sequential(
        [keras.Input((9, 9, 3)), layers.LiftConv2D(4, 3, "C4"), pooled, layers.GroupConv2D(1, 3, "C4", name="conv")]
    )
    assert "needs regular C4 fields, but is fed by trivial fields" in audit.equivariance(model, "C4").mismatches[0]


def test_sum_of_fields_of_two_groups_is_a_mismatch():
    inputs = keras.Input((8, 8, 3))
    parts = [layers.LiftConv2D(2, 3, group)(inputs) for group in ("C4", "D2")]
    report = audit.equivariance(keras.Model(inputs, plain.Add(name="sum")(parts)), "C2")
    assert report.mismatches == ['"sum" (Add) joins regular C4 and regular D2 fields']


def test_residual_sum_and_concatenation_carry_their_fields():
    inputs = keras.Input((8, 8, 4))
    lifted = layers.LiftConv2D(2, 3, "C4", padding="same")(inputs)
    added = keras.ops.add(lifted, layers.GroupConv2D(2, 3, "C4", padding="same")(lifted))
    joined = plain.Concatenate(name="join")([added, inputs, lifted])
    report = audit.equivariance(keras.Model(inputs, plain.ReLU(name="relu")(joined)), "C4")
    assert report.ok
    assert row_of(report, "relu").field == "regular C4 (8) + trivial (4) + regular C4 (8)"


def test_fresh_plain_normalisation_of_regular_fields_is_warned_of():
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.LiftConv2D(2, 3, "C4"), plain.BatchNormalization(name="norm")]
    )
    report = audit.equivariance(model, "C4")
    assert report.ok
    (warning,) = report.warnings
    assert warning.startswith('"norm" (BatchNormalization) treats each orientation of its regular C4 fields as a plane')
    model.get_layer("norm").moving_mean.assign(np.arange(8.0))
    report = audit.equivariance(model, "C4")
    assert report.first_broken.name == "norm" and "use GroupBatchNormalization" in report.first_broken.reason


def test_plain_normalisation_of_image_planes_needs_no_warning():
    model = keras.Sequential([keras.Input((8, 8, 3)), plain.BatchNormalization()])
    assert audit.equivariance(model, "C4").warnings == []


def test_flattened_grid_is_not_judged_but_what_follows_is():
    tail = [plain.Flatten(name="flat"), plain.ReLU(name="act"), plain.Dense(3, name="head")]
    report = audit.equivariance(group_network("C4", *tail), "C4")
    assert [row.name for row in report.not_judged] == ["flat", "act"]
    assert row_of(report, "flat").remark == 'not judged: "flat" (Flatten) mixes up grid positions and channels'
    assert report.first_broken.name == "head" and "pool over the grid first" in report.first_broken.reason


def test_flattened_grid_of_one_position_is_judged():
    tail = [plain.GlobalAveragePooling2D(keepdims=True), plain.Flatten(name="flat"), plain.Dense(3)]
    report = audit.equivariance(group_network("C4", *tail), "C4")
    assert report.ok and report.not_judged == []


def test_output_that_is_not_judged_does_not_pass():
    model = group_network("C4", plain.Flatten(name="flat"))
    assert not audit.equivariance(model, "C4").ok
    with pytest.raises(AssertionError, match='not shown to be equivariant .* "flat" is not judged'):
        audit.assert_equivariant(model, "C4")


def test_fixed_rectangle_is_judged_only_for_elements_that_keep_it():
    report = audit.equivariance(group_network("D4", shape=(8, 6, 3)), "D4")
    assert [g for g, error in enumerate(report.rows[0].errors) if error is None] == [1, 3, 5, 7]
    assert report.first_broken is None and report.largest_error < FLOAT32 and not report.ok
    assert "swap axes of different sizes, and the input (8, 6, 3) is fixed" in report.rows[0].remark


def test_open_rectangle_is_judged_for_every_element():
    model = group_network("D4", shape=(None, None, 3))
    assert audit.equivariance(model, "D4", input_shape=(8, 5, 3)).ok


def test_nested_and_shared_layers_are_judged_at_every_call():
    nested = keras.Sequential(
        [keras.Input((None, None, 8)), layers.GroupConv2D(2, 3, "C4", padding="same", name="conv")], name="block"
    )
    inputs = keras.Input((8, 8, 3))
    lifted = layers.LiftConv2D(2, 3, "C4")(inputs)
    report = audit.equivariance(keras.Model(inputs, nested(nested(lifted))), "C4")
    assert report.ok
    assert [row.name for row in report.rows][1:] == ["block/conv", "block/conv (call 2)"]


def test_layers_by_themselves_are_judged_with_the_fields_they_declare():
    for layer, channels in (
        (layers.GroupConv2D(2, 3, "D4", padding="same"), 16),
        (layers.GroupMaxPooling2D("D4", padding="same"), 16),
        (layers.ProjectConv2D(2, 3, "D4"), 8),
        (layers.GroupPooling("D4"), 24),
    ):
        assert audit.equivariance(layer, "D4", input_shape=(8, 8, channels)).ok, layer


def test_input_field_can_be_given():
    model = keras.Sequential([keras.Input((8, 8, 8)), plain.Conv2D(2, 1, kernel_initializer="ones", name="sum")])
    assert audit.equivariance(model, "C4", input_field="regular").ok
    with pytest.raises(ValueError, match="a regular field of group 'D4' has 8 components|multiple of it"):
        audit.equivariance(keras.Sequential([keras.Input((8, 8, 3)), plain.ReLU()]), "D4", input_field="regular")


def test_vector_of_a_globally_pooled_regular_field_is_permuted():
    parts = [layers.LiftConv2D(2, 3, "C4"), plain.GlobalMaxPooling2D(name="pooled"), layers.GroupPooling("C4")]
    report = audit.equivariance(keras.Sequential([keras.Input((8, 8, 3)), *parts]), "C4")
    assert report.ok and row_of(report, "pooled").field == "regular C4"


def test_field_of_a_layer_can_be_given_or_left_out():
    model = group_network("C4", plain.Conv2D(3, 3, name="odd"))
    assert not audit.equivariance(model, "C4").ok
    report = audit.equivariance(model, "C4", fields={"odd": None})
    assert report.first_broken is None and [row.name for row in report.not_judged] == ["odd"]
    with pytest.raises(ValueError, match=r"fields names layers that \"network\" does not have: \['other'\]. Known"):
        audit.equivariance(model, "C4", fields={"other": "regular"})


def test_other_inputs_are_kept_the_same():
    image, scale = keras.Input((8, 8, 3), dtype="uint8"), keras.Input((4,))
    lifted = layers.LiftConv2D(2, 3, "C4")(plain.Rescaling(1 / 255)(image))
    pooled = plain.GlobalAveragePooling2D()(layers.GroupPooling("C4")(lifted))
    model = keras.Model([image, scale], plain.Dense(3)(plain.Concatenate()([pooled, scale])))
    report = audit.equivariance(model, "C4")
    assert report.ok and report.largest_error < FLOAT32


@convolves_channels_first
def test_channels_first_model_is_moved_along_its_own_axes():
    model = keras.Sequential(
        [
            keras.Input((3, 8, 8)),
            layers.LiftConv2D(2, 3, "C4", padding="same", data_format="channels_first"),
            layers.GroupBatchNormalization("C4", axis=1),
            plain.MaxPooling2D(2, data_format="channels_first"),
            layers.GroupPooling("C4", data_format="channels_first"),
        ]
    )
    report = audit.equivariance(model, "C4")
    assert report.ok and report.rows[-1].field == "trivial"


class Subclassed(keras.Model):
    def __init__(self, group):
        super().__init__(name="whole")
        self.lift, self.pool = layers.LiftConv2D(2, 3, group), layers.GroupPooling(group)

    def call(self, inputs):
        return self.pool(self.lift(inputs))


def test_subclassed_model_is_judged_by_its_output():
    report = audit.equivariance(Subclassed("C4"), "C4", input_shape=(8, 8, 3))
    assert report.ok and report.warnings == ['"whole" is written as a subclass: it is judged by its outputs alone.']
    assert not audit.equivariance(Subclassed("C4"), "D4", input_shape=(8, 8, 3)).ok


def test_training_mode_changes_nothing_in_the_model():
    model = group_network("C4", plain.Dropout(0.5, name="drop"))
    before = [keras.ops.convert_to_numpy(variable).copy() for variable in model.variables]
    report = audit.equivariance(model, "C4", training=True)
    assert report.ok and row_of(report, "drop").remark == "judged without its noise"
    for variable, old in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable), old)


def test_constant_output_is_warned_of():
    head = [plain.GlobalAveragePooling2D(), plain.Dense(2, kernel_initializer="zeros", name="head")]
    warnings = audit.equivariance(group_network("C4", *head), "C4").warnings
    assert warnings == ['The output "head" does not depend on the input: its error says nothing.']


def test_open_sizes_ask_for_an_input_shape():
    with pytest.raises(ValueError, match=r"leaves sizes of its input open: .* input_shape=\(32, 32, 3\)"):
        audit.equivariance(group_network("C4", shape=(None, None, 3)), "C4")


def test_shape_too_small_for_the_model_is_named_before_anything_runs():
    parts = [layers.LiftConv2D(2, 3, "C4"), plain.MaxPooling2D(3, 2, name="pool")]
    with pytest.raises(ValueError, match=r'Layer "pool" \(MaxPooling2D\) does not take an input of shape .*2, 2, 8\)'):
        audit.equivariance(keras.Sequential([keras.Input((None, None, 3)), *parts]), "C4", input_shape=(4, 4, 3))


LINE = groups.PointGroup("line", [[[1]], [[-1]]])
AXIS = groups.PointGroup("axis", [np.eye(3, dtype=int), np.diag([-1, -1, 1])])


@pytest.mark.parametrize(
    "group, pooling, grid",
    [
        (LINE, plain.AveragePooling1D(3, 2, padding="same"), (9,)),
        (AXIS, plain.AveragePooling3D(3, 2, padding="same"), (5, 7, 4)),
    ],
)
def test_grids_of_other_ranks_are_judged_alike(group, pooling, grid):
    model = keras.Sequential([keras.Input((*[None] * len(grid), 2)), pooling])
    assert audit.equivariance(model, group, input_shape=(*grid, 2)).ok
    assert not audit.equivariance(model, group, input_shape=(8, *grid[1:], 2)).ok
    assert audit.safe_sizes(model, group, (7, 8, 9)).sizes == [7, 9]


def test_group_given_as_an_object_or_by_a_name_of_the_right_rank():
    model = group_network("C4")
    assert audit.equivariance(model, groups.get("C4")).group == audit.equivariance(model, "p4").group
    with pytest.raises(ValueError, match="Unknown group 'C3' for rank 2"):
        audit.equivariance(model, "C3")
