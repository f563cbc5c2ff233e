"""Group convolutions: equivariance, TensorFlow's SAME, golden outputs, gradients, parameters, messages."""

import itertools

import keras
import numpy as np
import pytest
import tolerances
from golden_files import FOLDER, load, stored_kernel
from hypothesis import given
from hypothesis import strategies as st
from keras import ops
from laws import equivariance_error, gradient_error, relative_error
from machine import convolves_channels_first

from tfconvkit import groups, layers, padding

GROUPS = ("C1", "C2", "C4", "D1", "D2", "D4")
FIELDS = (("trivial", "regular"), ("regular", "regular"), ("regular", "trivial"), ("trivial", "trivial"))


def law_error(
    group, kernel_size, strides, rate, grid, fields, kind="same", data_format="channels_last", dtype="float64"
):
    """Equivariance error of a random layer."""
    group = groups.get(group)
    layer = layers.GroupConv2D(
        2,
        kernel_size,
        group,
        input_field=fields[0],
        output_field=fields[1],
        strides=strides,
        dilation_rate=rate,
        padding=kind,
        data_format=data_format,
        bias_initializer="normal",
        activation="tanh",
        dtype=dtype,
    )
    channels = groups.Field(fields[0], group).size
    shape = (1, *grid, channels) if data_format == "channels_last" else (1, channels, *grid)
    x = np.random.default_rng(0).normal(size=shape).astype(dtype)
    return equivariance_error(layer, group, x, *fields, data_format, at_once=True)


@given(
    group=st.sampled_from(GROUPS),
    size=st.integers(1, 7),
    strides=st.integers(1, 3),
    rate=st.integers(1, 2),
    grid=st.tuples(st.integers(4, 11), st.integers(4, 11)),
    fields=st.sampled_from(FIELDS),
)
def test_same_is_equivariant_for_every_kernel_stride_dilation_and_grid(group, size, strides, rate, grid, fields):
    assert law_error(group, size, strides, rate, grid, fields) <= tolerances.LAW["float64"]


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("strides", (1, 2, 3))
def test_same_is_equivariant_in_a_sweep(group, strides):
    for size, rate, (height, width) in itertools.product(range(1, 8), (1, 2), itertools.product((4, 5, 9), (6, 7, 11))):
        error = law_error(group, size, strides, rate, (height, width), ("regular", "regular"))
        assert error <= tolerances.LAW["float64"], (size, rate, height, width)


@given(
    group=st.sampled_from(GROUPS),
    size=st.integers(1, 4),
    strides=st.integers(1, 3),
    rate=st.integers(1, 2),
    outputs=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    fields=st.sampled_from(FIELDS),
)
def test_valid_is_equivariant_where_the_stride_divides(group, size, strides, rate, outputs, fields):
    extent = padding.dilated_size(size, rate)
    grid = tuple((o - 1) * strides + extent for o in outputs)
    assert law_error(group, size, strides, rate, grid, fields, kind="valid") <= tolerances.LAW["float64"]


def test_valid_elsewhere_works_and_is_not_equivariant():
    assert law_error("C4", 3, 2, 1, (8, 8), FIELDS[1], kind="valid") > 0.1


@given(
    group=st.sampled_from(GROUPS),
    size=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    strides=st.integers(1, 3),
    grid=st.tuples(st.integers(5, 9), st.integers(5, 9)),
    fields=st.sampled_from(FIELDS[:3]),
    kind=st.sampled_from(("same", "valid")),
)
def test_kernels_that_are_not_square_are_equivariant(group, size, strides, grid, fields, kind):
    if kind == "valid":
        largest = [max(size[axis] for axis in orbit) for orbit in groups.get(group).axis_orbits]
        grid = tuple((o - 4) * strides + k for o, k in zip(grid, largest, strict=True))
    assert law_error(group, size, strides, 1, grid, fields, kind=kind) <= tolerances.LAW["float64"]


@convolves_channels_first
@pytest.mark.parametrize("fields", FIELDS)
def test_channels_first_is_equivariant(fields):
    # TensorFlow convolves channels first on a CPU in float32 only.
    error = law_error("D4", 3, 2, 1, (8, 5), fields, data_format="channels_first", dtype="float32")
    assert error <= tolerances.LAW["float32"]


def test_strides_may_differ_on_axes_that_are_not_swapped():
    assert law_error("D2", (2, 3), (2, 1), 1, (8, 7), FIELDS[1]) <= tolerances.LAW["float64"]


@given(
    group=st.sampled_from(GROUPS),
    size=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    strides=st.integers(1, 3),
    rate=st.integers(1, 2),
    grid=st.tuples(st.integers(4, 11), st.integers(4, 11)),
    fields=st.sampled_from(FIELDS[:2]),
)
def test_the_identity_orientation_equals_same_of_tensorflow(group, size, strides, rate, grid, fields):
    group = groups.get(group)
    layer = layers.GroupConv2D(
        2,
        size,
        group,
        input_field=fields[0],
        strides=strides,
        dilation_rate=rate,
        padding="same",
        use_bias=False,
        dtype="float64",
    )
    x = np.random.default_rng(1).normal(size=(1, *grid, groups.Field(fields[0], group).size))
    y = np.asarray(layer(x))[..., :: group.order]
    kernel = np.asarray(layer.kernel)
    dilated = np.zeros([padding.dilated_size(k, rate) for k in size] + list(kernel.shape[2:]))
    dilated[::rate, ::rate] = kernel
    assert relative_error(y, ops.conv(x, dilated, strides=strides, padding="same")) <= tolerances.LAW["float64"]


def golden_cases():
    """Every legacy output that an equivariant layer can give: VALID, and SAME where its pads are symmetric."""
    for path in sorted(FOLDER.glob("groupy_*.npz")):
        for key in (k for k in load(path.stem) if k.startswith("y_")):
            _, grid, stride, kind = key.split("_")
            sizes, s = [int(n) for n in grid.split("x")], int(stride[1:])
            k = int(path.stem.split("_k")[1].split("_")[0])
            if kind == "VALID" or all(padding.is_equivariant(n, k, s, "same") for n in sizes):
                yield path.stem, key, k, s, kind.lower()


@pytest.mark.parametrize(("name", "key", "size", "strides", "kind"), list(golden_cases()))
def test_the_layer_gives_the_legacy_outputs(name, key, size, strides, kind):
    golden, (_, inputs, group, *_) = load(name), name.split("_")
    field = "trivial" if inputs == "Z2" else "regular"
    x = golden["x_" + key.split("_")[1]]
    filters, components = golden["w_raw"].shape[-1], int(golden["gconv_shape_info"][3])
    layer = layers.GroupConv2D(
        filters, size, group, input_field=field, strides=strides, padding=kind, use_bias=False
    )
    layer.build(x.shape)
    layer.set_weights([stored_kernel(golden["w_raw"], components)])
    assert relative_error(layer(x), golden[key]) <= tolerances.GOLDEN


SAME_RULE = sorted({key.rsplit("_", 1)[0] for key in load("equiv_same_rule_own")})


@pytest.mark.parametrize("prefix", SAME_RULE)
def test_the_layer_gives_the_golden_numbers_of_the_same_rule(prefix):
    golden = {key.rsplit("_", 1)[1]: v for key, v in load("equiv_same_rule_own").items() if key.startswith(prefix)}
    inputs, group, _, stride, _ = prefix.split("_")
    raw, field = golden["w"], "trivial" if inputs == "Z2" else "regular"
    layer = layers.GroupConv2D(
        raw.shape[-1],
        raw.shape[:2],
        group,
        input_field=field,
        strides=int(stride[1:]),
        padding="same",
        use_bias=False,
        dtype="float64",
    )
    layer.build(golden["x"].shape)
    layer.set_weights([stored_kernel(raw, 1 if inputs == "Z2" else groups.get(group).order)])
    assert np.array_equal(layer.bank(golden["x"].shape[1:3]), golden["bank"])
    assert relative_error(layer(golden["x"]), golden["y"]) <= tolerances.GOLDEN_FLOAT64


@pytest.mark.parametrize("fields", FIELDS)
def test_gradients_of_kernel_bias_and_input_agree_with_finite_differences(fields):
    layer = layers.GroupConv2D(
        2, 3, "D4", input_field=fields[0], output_field=fields[1], strides=2, padding="same", dtype="float64"
    )
    rng = np.random.default_rng(3)
    x = rng.normal(size=(2, 6, 5, groups.Field(fields[0], layer.group).size))
    layer.build(x.shape)
    weights = [rng.normal(size=w.shape) for w in layer.weights]
    error = gradient_error(lambda k, b, x: layer.stateless_call([k, b], [], x)[0], [*weights, x], rng)
    assert error <= tolerances.FINITE_DIFFERENCE


def test_parameters_are_counted_once_and_not_per_orientation():
    model = keras.Sequential(
        [keras.Input((9, 9, 1)), layers.LiftConv2D(15, 3, "C4", use_bias=False)]
        + [layers.GroupConv2D(15, 3, "C4", padding="same", use_bias=False) for _ in range(2)]
    )
    assert model.layers[0].count_params() == 3 * 3 * 1 * 15
    assert model.layers[1].count_params() == 3 * 3 * 4 * 15 * 15
    with_bias = layers.GroupConv2D(16, 3, "D4")
    with_bias.build((None, 8, 8, 24))
    assert with_bias.count_params() == 3 * 3 * 8 * 3 * 16 + 16


@pytest.mark.parametrize("cls", (layers.GroupConv2D, layers.LiftConv2D, layers.ProjectConv2D))
def test_the_group_of_one_element_is_the_plain_convolution(cls):
    layer, plain = cls(4, 3, "C1", padding="same"), keras.layers.Conv2D(4, 3, padding="same")
    x = np.random.default_rng(0).normal(size=(2, 6, 7, 3)).astype("float32")
    plain(x)
    layer.build(x.shape)
    layer.set_weights(plain.get_weights())
    assert relative_error(layer(x), plain(x)) <= tolerances.LAW["float32"]


def test_initialisers_see_the_fans_of_the_whole_bank():
    for cls, channels in ((layers.LiftConv2D, 4), (layers.GroupConv2D, 32), (layers.ProjectConv2D, 32)):
        layer = cls(64, 3, "D4", kernel_initializer="glorot_normal")
        layer.build((None, 8, 8, channels))
        *_, inputs, outputs = layer.bank((8, 8)).shape
        expected = np.sqrt(2 / (9 * inputs + 9 * outputs))
        assert abs(np.std(np.asarray(layer.kernel)) / expected - 1) < 0.1


def test_initialisers_regularisers_and_constraints_act_on_the_stored_kernel():
    layer = layers.GroupConv2D(
        2, 3, "C4", kernel_initializer="ones", kernel_regularizer="l2", kernel_constraint="non_neg"
    )
    layer.build((None, 8, 8, 4))
    stored = 3 * 3 * 4 * 2
    assert float(np.sum(layer.kernel)) == stored
    assert float(layer.losses[0]) == pytest.approx(0.01 * stored)
    assert layer.kernel.constraint is layer.kernel_constraint


def test_a_kernel_between_images_is_the_mean_of_its_turned_copies():
    group = groups.get("D4")
    for kind, strides, grid in (("valid", 1, (6, 6)), ("same", 1, (6, 5)), ("same", 2, (6, 6))):
        layer = layers.GroupConv2D(
            2, 3, group, input_field="trivial", output_field="trivial", strides=strides, padding=kind, use_bias=False,
            dtype="float64",
        )  # fmt: skip
        x = np.random.default_rng(0).normal(size=(1, *grid, 2))
        layer.build(x.shape)
        # Orbits of the cells in the order of their first cell: corner, edge, centre.
        symmetric = ops.convert_to_numpy(layer.kernel)[[0, 1, 0, 1, 2, 1, 0, 1, 0]].reshape(3, 3, 2, 2)
        lift = layers.LiftConv2D(2, 3, group, strides=strides, padding=kind, use_bias=False, dtype="float64")
        lift.build(x.shape)
        lift.set_weights([symmetric])
        expected = ops.convert_to_numpy(lift(x)).reshape(*layer(x).shape, group.order).mean(axis=-1)
        assert relative_error(layer(x), expected) <= tolerances.LAW["float64"]


def test_a_valid_kernel_that_is_not_square_stands_in_the_middle_of_its_square():
    layer = layers.LiftConv2D(2, (1, 3), "C4", use_bias=False, dtype="float64")
    x = np.random.default_rng(0).normal(size=(1, 6, 7, 2))
    y = ops.convert_to_numpy(layer(x))[..., ::4]
    kernel = ops.convert_to_tensor(layer.kernel)
    expected = ops.conv(ops.convert_to_tensor(x[:, 1:-1], "float64"), kernel, padding="valid")
    assert relative_error(y, expected) <= tolerances.LAW["float64"]


def test_bias_arguments_act_on_one_number_per_field():
    layer = layers.GroupConv2D(
        3, 1, "C4", kernel_initializer="zeros", bias_initializer="ones", bias_regularizer="l2",
        bias_constraint="non_neg", activity_regularizer="l2",
    )  # fmt: skip
    y = layer(np.zeros((2, 2, 2, 4), "float32"))
    assert np.array_equal(y, np.ones((2, 2, 2, 12)))
    # 0.01 * (three biases of 1), and what Keras makes of twelve outputs of 1 (newer versions average over the batch).
    of_bias, of_outputs = sorted(float(loss) for loss in layer.losses)
    assert of_bias == pytest.approx(0.03) and of_outputs > 0.4
    assert layer.bias.constraint is layer.bias_constraint


def test_the_data_format_of_the_keras_configuration_is_the_default():
    keras.config.set_image_data_format("channels_first")
    try:
        made = [layers.GroupConv2D(2, 3, "C4"), layers.GroupMaxPooling2D("C4"), layers.GroupPooling("C4")]
    finally:
        keras.config.set_image_data_format("channels_last")
    assert {layer.data_format for layer in made} == {"channels_first"}


@pytest.mark.parametrize("kernel_size", (2, 3))
def test_a_layer_with_channels_last_does_not_mind_the_configuration(kernel_size):
    layer = layers.GroupConv2D(2, kernel_size, "C4", padding="same", data_format="channels_last")
    x = np.random.default_rng(0).normal(size=(1, 5, 6, 8)).astype("float32")
    expected = layer(x)
    keras.config.set_image_data_format("channels_first")
    try:
        assert np.array_equal(layer(x), expected)
    finally:
        keras.config.set_image_data_format("channels_last")


@convolves_channels_first
def test_channels_first_shapes_are_computed_and_checked():
    layer = layers.GroupConv2D(2, 3, "C4", strides=2, padding="same", data_format="channels_first")
    assert layer.compute_output_shape((None, 8, 9, 6)) == (None, 8, 5, 3)
    pooling = layers.GroupMaxPooling2D("C4", padding="same", data_format="channels_first")
    assert pooling.compute_output_shape((None, 8, 9, 6)) == (None, 8, 5, 3)
    for each in (layer, pooling):
        each(np.zeros((1, 8, 9, 6), "float32"))
        with pytest.raises(ValueError, match="expected axis 1 of input shape to have value 8"):
            each(np.zeros((1, 4, 9, 6), "float32"))


def test_initialisers_may_be_left_out_callables_and_arrays_of_the_bank():
    default = layers.GroupConv2D(2, 3, "C4", kernel_initializer=None, bias_initializer=None)
    assert isinstance(default.kernel_initializer, keras.initializers.GlorotUniform)
    ours = layers.GroupConv2D(2, 3, "C4", kernel_initializer=lambda shape, dtype=None: np.full(shape, 0.5))
    ours.build((None, 8, 8, 4))
    assert np.array_equal(ours.kernel, np.full((3, 3, 4, 2), 0.5))
    wrong = keras.initializers.Constant(np.ones((3, 3, 4, 2), "float32"))
    with pytest.raises(ValueError, match=r"bank's shape \(3, 3, 4, 8\).*stored shape \(3, 3, 4, 2\), use set_weights"):
        layers.GroupConv2D(2, 3, "C4", kernel_initializer=wrong).build((None, 8, 8, 4))


def test_arguments_may_be_numpy_integers_arrays_and_capitals():
    layer = layers.GroupConv2D(np.int64(2), np.array([3, 3]), "C4", padding="SAME")
    assert (layer.filters, layer.kernel_size, layer.padding) == (2, (3, 3), "same")


def test_a_bank_needs_the_sizes_that_it_depends_on():
    layer = layers.GroupConv2D(2, 3, "C4", strides=2, padding="same", name="conv")
    layer.build((None, None, None, 4))
    with pytest.raises(ValueError, match=r'"conv": Expected 2 known grid sizes. Received \(None, 8\)'):
        layer.bank((None, 8))


def test_a_custom_group_is_equivariant_and_serialised():
    mirror = groups.PointGroup("columns", [np.eye(2, dtype=int), np.diag([1, -1])])
    layer = layers.GroupConv2D(2, 2, mirror, strides=2, padding="same", dtype="float64")
    x = np.random.default_rng(0).normal(size=(1, 6, 8, 4))
    assert equivariance_error(layer, mirror, x, "regular", "regular") <= tolerances.LAW["float64"]
    assert layers.GroupConv2D.from_config(layer.get_config()).group == mirror


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filters": 0}, r'GroupConv2D "conv": filters must be a positive integer. Received filters=0'),
        ({"filters": 2.5}, "filters must be a positive integer. Received filters=2.5"),
        ({"kernel_size": (3, 3, 3)}, r"kernel_size must be .* tuple of 2 .* Received kernel_size=\(3, 3, 3\)"),
        ({"strides": 0}, "strides must be a positive integer .* Received strides=0"),
        ({"dilation_rate": -1}, "dilation_rate must be a positive integer"),
        ({"group": "D3"}, "Unknown group 'D3' for rank 2. Known: rank 2: C1, C2, C4, D1, "),
        ({"group": groups.PointGroup("line", [[[1]], [[-1]]])}, "'line' acts on 1 grid axes, but 2 are needed"),
        ({"padding": "causal"}, 'padding must be "valid" or "same". Received padding=\'causal\''),
        ({"input_field": "vector"}, 'input_field must be "trivial" or "regular". Received'),
        ({"output_field": "vector"}, 'output_field must be "trivial" or "regular". Received'),
        ({"data_format": "NHWC"}, 'data_format must be "channels_last" or "channels_first"'),
        ({"strides": (1, 2)}, "GroupConv2D \"conv\": Group 'C4' swaps the grid axes .* strides must be equal"),
    ],
)
def test_wrong_arguments_are_named_with_what_was_expected(arguments, message):
    with pytest.raises(ValueError, match=message):
        layers.GroupConv2D(**{"filters": 2, "kernel_size": 3, "group": "C4", "name": "conv", **arguments})


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((None, 8, 4), "expects an input of rank 4.*Received input shape"),
        ((None, 8, 8, 6), "multiple of 4. Received 6 channels.*LiftConv2D"),
        ((None, 2, 8, 4), r'grid \(2, 8\) is too small for padding="valid".*padding="same"'),
        ((None, 8, 8, None), "needs a known number of channels"),
        ((None, 8, 8, 0), "positive multiple of 4. Received 0 channels"),
    ],
)
def test_wrong_shapes_are_named_with_what_was_expected(shape, message):
    with pytest.raises(ValueError, match=message):
        layers.GroupConv2D(2, 3, "C4").build(shape)


def test_a_grid_too_small_is_named_after_building_too():
    layer = layers.GroupConv2D(2, 3, "C4")
    layer.build((None, None, None, 4))
    with pytest.raises(ValueError, match="too small"):
        layer(np.zeros((1, 2, 2, 4), "float32"))
    with pytest.raises(ValueError, match="too small"):
        layers.GroupConv2D(2, 3, "C4", padding="same").build((None, 0, 5, 4))


def test_lift_and_project_refuse_other_field_types():
    with pytest.raises(ValueError, match='LiftConv2D has input_field="trivial".*Use GroupConv2D'):
        layers.LiftConv2D(2, 3, "C4", input_field="regular")
    with pytest.raises(ValueError, match='ProjectConv2D has output_field="trivial"'):
        layers.ProjectConv2D(2, 3, "C4", output_field="regular")
