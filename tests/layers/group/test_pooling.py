"""Pooling over orientations and over the grid."""

import numpy as np
import pytest
import tolerances
from hypothesis import given
from hypothesis import strategies as st
from keras import ops
from laws import equivariance_error, gradient_error, relative_error

from tfconvkit import backend, groups, layers

GROUPS = ("C1", "C2", "C4", "D1", "D2", "D4")
SPATIAL = (layers.GroupMaxPooling2D, layers.GroupAveragePooling2D)


def law_error(cls, group, pool_size, strides, grid, field, padding="same", data_format="channels_last"):
    group = groups.get(group)
    layer = cls(
        group, pool_size, strides=strides, padding=padding, field=field, data_format=data_format, dtype="float64"
    )
    channels = 2 * groups.Field(field, group).size
    shape = (1, *grid, channels) if data_format == "channels_last" else (1, channels, *grid)
    x = np.random.default_rng(0).normal(size=shape)
    return equivariance_error(layer, group, x, field, field, data_format, at_once=True)


@given(
    cls=st.sampled_from(SPATIAL),
    group=st.sampled_from(GROUPS),
    size=st.one_of(st.integers(1, 5), st.tuples(st.integers(1, 4), st.integers(1, 4))),
    strides=st.integers(1, 3),
    grid=st.tuples(st.integers(4, 11), st.integers(4, 11)),
    field=st.sampled_from(groups.FIELDS),
)
def test_same_pooling_is_equivariant_for_every_window_stride_and_grid(cls, group, size, strides, grid, field):
    assert law_error(cls, group, size, strides, grid, field) <= tolerances.LAW["float64"]


@given(
    cls=st.sampled_from(SPATIAL),
    group=st.sampled_from(GROUPS),
    size=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    strides=st.integers(1, 3),
    outputs=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    field=st.sampled_from(groups.FIELDS),
)
def test_valid_pooling_is_equivariant_where_the_stride_divides(cls, group, size, strides, outputs, field):
    largest = [max(size[axis] for axis in orbit) for orbit in groups.get(group).axis_orbits]
    grid = tuple((o - 1) * strides + k for o, k in zip(outputs, largest, strict=True))
    assert law_error(cls, group, size, strides, grid, field, padding="valid") <= tolerances.LAW["float64"]


@pytest.mark.parametrize("cls", SPATIAL)
@pytest.mark.parametrize("field", groups.FIELDS)
def test_channels_first_pooling_is_equivariant(cls, field):
    error = law_error(cls, "D4", 2, 2, (7, 8), field, data_format="channels_first")
    assert error <= tolerances.LAW["float64"]


@pytest.mark.parametrize(("cls", "pool"), list(zip(SPATIAL, (ops.max_pool, ops.average_pool), strict=True)))
def test_the_identity_component_equals_same_of_tensorflow(cls, pool):
    for size, strides, grid in ((2, 2, (7, 8)), (2, 1, (5, 5)), (3, 2, (8, 9)), (1, 3, (6, 7)), ((2, 3), 2, (7, 6))):
        x = np.random.default_rng(0).normal(size=(2, *grid, 12))
        y = cls("C4", size, strides=strides, padding="same", dtype="float64")(x)
        expected = pool(ops.convert_to_tensor(x[..., ::4], "float64"), size, strides, "same")
        assert relative_error(np.asarray(y)[..., ::4], expected) <= tolerances.LAW["float64"]


@pytest.mark.parametrize(("cls", "pool"), list(zip(SPATIAL, (ops.max_pool, ops.average_pool), strict=True)))
@pytest.mark.parametrize("group", ("D1", "D1_columns", "D1_diagonal"))
def test_axes_that_the_group_leaves_alone_are_pooled_as_by_tensorflow(cls, pool, group):
    for size, strides, grid in ((3, 2, (8, 8)), (3, 2, (7, 8)), (2, 3, (8, 7)), (4, 3, (9, 8))):
        x = np.random.default_rng(0).normal(size=(2, *grid, 4))
        layer = cls(group, size, strides=strides, padding="same", dtype="float64")
        expected = pool(ops.convert_to_tensor(x[..., ::2], "float64"), size, strides, "same")
        assert relative_error(ops.convert_to_numpy(layer(x))[..., ::2], expected) <= tolerances.LAW["float64"]


def test_average_pooling_of_images_is_the_mean_over_the_elements():
    """On a swapped, not square window the elements share fewer windows: each counts as often as it occurs."""
    group = groups.get("D4")
    x = np.random.default_rng(0).normal(size=(1, 5, 6, 2))
    layer = layers.GroupAveragePooling2D("D4", (1, 2), strides=2, padding="same", field="trivial", dtype="float64")
    plain = layers.GroupAveragePooling2D("D4", (1, 2), strides=2, padding="same", dtype="float64")
    components = ops.convert_to_numpy(plain(np.repeat(x, group.order, axis=-1)))
    expected = components.reshape(1, 3, 3, 2, group.order).mean(axis=-1)
    assert relative_error(layer(x), expected) <= tolerances.LAW["float64"]


def test_coinciding_windows_are_plain_pooling():
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 8)).astype("float32")
    y = layers.GroupMaxPooling2D("D4")(x)
    assert np.array_equal(y, ops.max_pool(x, 2, 2, "valid"))


def test_max_pooling_of_images_takes_the_window_of_every_element():
    x = np.zeros((1, 3, 3, 1), "float32")
    x[0, 2, 2, 0] = 1
    y = layers.GroupMaxPooling2D("C4", 2, strides=3, padding="same", field="trivial")(x)
    assert np.asarray(y).ravel().tolist() == [1.0]


@pytest.mark.parametrize("cls", SPATIAL)
@pytest.mark.parametrize("field", groups.FIELDS)
def test_gradients_of_pooling_agree_with_finite_differences(cls, field):
    layer = cls("C4", 2, padding="same", field=field, dtype="float64")
    rng = np.random.default_rng(0)
    error = gradient_error(lambda x: layer(x), [rng.normal(size=(1, 5, 5, 4))], rng)
    assert error <= tolerances.FINITE_DIFFERENCE


@pytest.mark.parametrize("reduction", ("max", "mean", "sum", "norm"))
@pytest.mark.parametrize("data_format", ("channels_last", "channels_first"))
def test_orientation_pooling_turns_fields_into_images(reduction, data_format):
    group = groups.get("D4")
    layer = layers.GroupPooling(group, reduction, data_format=data_format, dtype="float64")
    shape = (2, 4, 5, 24) if data_format == "channels_last" else (2, 24, 4, 5)
    x = np.random.default_rng(0).normal(size=shape)
    assert equivariance_error(layer, group, x, "regular", "trivial", data_format) <= tolerances.LAW["float64"]


def test_orientation_pooling_reduces_the_components_of_each_field():
    x = np.random.default_rng(0).normal(size=(2, 3, 3, 8))
    fields = x.reshape(2, 3, 3, 2, 4)
    expected = {
        "max": fields.max(-1),
        "mean": fields.mean(-1),
        "sum": fields.sum(-1),
        "norm": np.linalg.norm(fields, axis=-1),
    }
    for reduction, value in expected.items():
        maps, vectors = (layers.GroupPooling("C4", reduction, dtype="float64")(fields) for fields in (x, x[:, 0, 0]))
        assert relative_error(maps, value) <= tolerances.LAW["float64"]
        assert relative_error(vectors, value[:, 0, 0]) <= tolerances.LAW["float64"]


def test_the_norm_has_a_finite_gradient_at_zero_and_does_not_overflow():
    layer = layers.GroupPooling("C4", "norm")
    gradient = backend.vjp(lambda x: layer(x), [np.zeros((1, 4), "float32")], np.ones((1, 1)))[0]
    assert np.array_equal(gradient, np.zeros((1, 4)))
    half = layers.GroupPooling("C4", "norm", dtype="float16")(np.full((1, 4), 300.0, "float16"))
    assert np.asarray(half).tolist() == [[600.0]]


def test_the_mean_of_half_precision_does_not_overflow():
    half = layers.GroupPooling("C4", "mean", dtype="float16")(np.full((1, 4), 30000.0, "float16"))
    assert np.asarray(half).tolist() == [[30000.0]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.GroupPooling("C4", "median"), 'reduction must be "max" or "mean" or .*Received .*median'),
        (lambda: layers.GroupPooling("C4").build((None, 8, 8, 6)), "multiple of 4. Received 6 channels"),
        (lambda: layers.GroupMaxPooling2D("C4", 0), "pool_size must be a positive integer"),
        (lambda: layers.GroupMaxPooling2D("C4", padding="full"), 'padding must be "valid" or "same"'),
        (lambda: layers.GroupMaxPooling2D("C4", field="scalar"), 'field must be "trivial" or "regular"'),
        (lambda: layers.GroupMaxPooling2D("C5"), "Unknown group 'C5'"),
        (lambda: layers.GroupMaxPooling2D("C4").build((None, 8, 8, 6)), "multiple of 4. Received 6 channels"),
        (lambda: layers.GroupMaxPooling2D("C4").build((None, 8, 4)), "expects an input of rank 4"),
        (lambda: layers.GroupAveragePooling2D("C4", 3).build((None, 2, 8, 4)), "too small"),
        (lambda: layers.GroupMaxPooling2D("C4", strides=(1, 2)), "strides must be equal"),
    ],
)
def test_wrong_arguments_are_named_with_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()
