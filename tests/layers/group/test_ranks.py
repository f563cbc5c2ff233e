"""Signals and volumes: the laws of the 2-D layers on one and three grid axes."""

import numpy as np
import pytest
import tolerances
from backends.examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from laws import equivariance_error, relative_error

from tfconvkit import groups, layers, padding

LINE, SPACE = ("C1", "D1"), ("C1", "C4", "C4v", "D4", "O", "Oh")
FIELDS = (("trivial", "regular"), ("regular", "regular"), ("regular", "trivial"), ("trivial", "trivial"))


def law_error(cls, group, grid, fields, **arguments):
    """Equivariance error of a random layer in float64."""
    layer = cls(group=group, dtype="float64", **arguments)
    x = np.random.default_rng(0).normal(size=(1, *grid, groups.Field(fields[0], group).size))
    return equivariance_error(layer, group, x, *fields, at_once=True)


@given(
    group=st.sampled_from(LINE),
    size=st.integers(1, 7),
    strides=st.integers(1, 3),
    rate=st.integers(1, 2),
    grid=st.tuples(st.integers(4, 11)),
    fields=st.sampled_from(FIELDS),
)
def test_same_convolution_of_signals_is_equivariant(group, size, strides, rate, grid, fields):
    arguments = dict(filters=2, kernel_size=size, strides=strides, dilation_rate=rate, padding="same")
    arguments.update(input_field=fields[0], output_field=fields[1], bias_initializer="normal")
    error = law_error(layers.GroupConv1D, groups.get(group, 1), grid, fields, **arguments)
    assert error <= tolerances.LAW["float64"]


@settings(max_examples=examples(40))
@given(
    group=st.sampled_from(SPACE[:-1]),
    size=st.integers(1, 4),
    strides=st.integers(1, 2),
    rate=st.integers(1, 2),
    grid=st.tuples(*[st.integers(3, 6)] * 3),
    fields=st.sampled_from(FIELDS),
)
def test_same_convolution_of_volumes_is_equivariant(group, size, strides, rate, grid, fields):
    arguments = dict(filters=1, kernel_size=size, strides=strides, dilation_rate=rate, padding="same")
    arguments.update(input_field=fields[0], output_field=fields[1], bias_initializer="normal")
    error = law_error(layers.GroupConv3D, groups.get(group, 3), grid, fields, **arguments)
    assert error <= tolerances.LAW["float64"]


@pytest.mark.parametrize("data_format", ("channels_last", "channels_first"))
@pytest.mark.parametrize("size, kernel_size, strides", [(4, 2, 4), (6, 1, 3), (5, (1, 3, 3), (3, 2, 2)), (7, 2, 3)])
def test_windows_smaller_than_the_strides_stand_where_same_puts_them(size, kernel_size, strides, data_format):
    # TensorFlow's own "same" of volumes moves them into the middle of what they leave out.
    arguments = dict(strides=strides, padding="same", input_field="trivial", dtype="float64", data_format=data_format)
    layer = layers.GroupConv3D(2, kernel_size, "C4", **arguments)
    x = np.random.default_rng(0).normal(size=(1, *[size] * 3, 2))
    is_last = data_format == "channels_last"
    y = np.asarray(layer(x if is_last else np.moveaxis(x, -1, 1)))
    y = (y if is_last else np.moveaxis(y, 1, -1))[..., ::4]
    around = [padding.same_pads(size, k, s) for k, s in zip(layer.kernel_size, layer.strides, strict=True)]
    padded = np.pad(x, [(0, 0), *around, (0, 0)])
    expected = ops.conv(padded, np.asarray(layer.kernel), strides, "valid", data_format="channels_last")
    assert relative_error(y, expected) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("fields", FIELDS)
def test_the_48_elements_of_the_cube_are_kept(fields):
    arguments = dict(filters=1, kernel_size=2, strides=2, padding="same", input_field=fields[0], output_field=fields[1])
    error = law_error(layers.GroupConv3D, groups.get("Oh", 3), (4, 5, 4), fields, **arguments)
    assert error <= tolerances.LAW["float64"]


@settings(max_examples=examples(60))
@given(
    kind=st.sampled_from(("Max", "Average")),
    rank=st.sampled_from((1, 3)),
    choice=st.integers(0, 4),
    size=st.integers(1, 4),
    strides=st.integers(1, 3),
    grid=st.tuples(*[st.integers(4, 7)] * 3),
    field=st.sampled_from(groups.FIELDS),
)
def test_same_pooling_of_signals_and_volumes_is_equivariant(kind, rank, choice, size, strides, grid, field):
    group = groups.get((LINE if rank == 1 else SPACE)[choice % (2 if rank == 1 else 5)], rank)
    cls = getattr(layers, f"Group{kind}Pooling{rank}D")
    arguments = dict(pool_size=size, strides=strides, padding="same", field=field)
    error = law_error(cls, group, grid[:rank], (field, field), **arguments)
    assert error <= tolerances.LAW["float64"]


@pytest.mark.parametrize("rank", (1, 3))
def test_orientation_pooling_and_normalisation_take_the_group_of_the_rank(rank):
    name = "D1" if rank == 1 else "C4"
    group = groups.get(name, rank)
    x = np.random.default_rng(0).normal(size=(2, *(3, 4, 5)[:rank], 2 * group.order))
    pooling = layers.GroupPooling(name, dtype="float64")
    norm = layers.GroupBatchNormalization(name, dtype="float64")
    assert equivariance_error(pooling, group, x, "regular", "trivial") <= tolerances.LAW["float64"]
    train = equivariance_error(lambda x: norm(x, training=True), group, x, "regular", "regular")
    assert train <= tolerances.LAW["float64"]
    assert pooling.group == norm.group == group


@pytest.mark.parametrize("rank", (1, 3))
def test_the_identity_orientation_equals_same_of_tensorflow(rank):
    group, grid = groups.get("D1" if rank == 1 else "C4v", rank), (6, 7, 8)[:rank]
    for size, strides in ((2, 1), (3, 2), (4, 3)):
        cls = getattr(layers, f"LiftConv{rank}D")
        layer = cls(2, size, group, strides=strides, padding="same", use_bias=False, dtype="float64")
        x = np.random.default_rng(1).normal(size=(1, *grid, 3))
        y = ops.convert_to_numpy(layer(x))[..., :: group.order]
        kernel = ops.convert_to_tensor(layer.kernel)
        expected = ops.conv(ops.convert_to_tensor(x, "float64"), kernel, strides=strides, padding="same")
        assert relative_error(y, expected) <= tolerances.LAW["float64"]


def test_parameters_follow_the_formula_in_every_rank():
    for rank, name in ((1, "D1"), (2, "D4"), (3, "O")):
        group = groups.get(name, rank)
        layer = getattr(layers, f"GroupConv{rank}D")(5, 3, name)
        layer.build((None, *[8] * rank, 2 * group.order))
        assert layer.count_params() == 3**rank * group.order * 2 * 5 + 5


def test_a_group_of_another_rank_is_refused():
    with pytest.raises(ValueError, match="Unknown group 'O' for rank 2"):
        layers.GroupConv2D(2, 3, "O")
    with pytest.raises(ValueError, match="'D4' acts on 2 grid axes, but 3 are needed here"):
        layers.GroupConv3D(2, 3, groups.get("D4", 2))
