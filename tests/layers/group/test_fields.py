"""Upsampling, dropout of whole fields, restriction to a subgroup, transposed convolutions."""

import keras
import numpy as np
import pytest
import tolerances
from hypothesis import given
from hypothesis import strategies as st
from keras import ops
from laws import equivariance_error, gradient_error, relative_error

from tfconvkit import audit, groups, layers

GROUPS = ("C1", "C2", "C4", "D1", "D2", "D4", "D1_columns")
FIELDS = (("trivial", "regular"), ("regular", "regular"), ("regular", "trivial"), ("trivial", "trivial"))


def sample(grid, field, group, fields=2):
    return np.random.default_rng(0).normal(size=(1, *grid, fields * groups.Field(field, group).size))


@given(
    group=st.sampled_from(GROUPS),
    size=st.one_of(st.integers(1, 6), st.tuples(st.integers(1, 4), st.integers(1, 4))),
    strides=st.integers(1, 3),
    rate=st.integers(1, 2),
    padding=st.sampled_from(("same", "valid")),
    grid=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    fields=st.sampled_from(FIELDS),
)
def test_transposed_convolution_is_equivariant(group, size, strides, rate, padding, grid, fields):
    group = groups.get(group)
    if fields == ("trivial", "trivial") and isinstance(size, tuple):
        size = size[0]
    layer = layers.GroupConvTranspose2D(
        2,
        size,
        group,
        input_field=fields[0],
        output_field=fields[1],
        strides=strides,
        dilation_rate=rate,
        padding=padding,
        bias_initializer="normal",
        dtype="float64",
    )
    error = equivariance_error(layer, group, sample(grid, fields[0], group), *fields, at_once=True)
    assert error <= tolerances.LAW["float64"]


@given(
    size=st.integers(1, 6),
    strides=st.integers(1, 3),
    padding=st.sampled_from(("same", "valid")),
    grid=st.tuples(st.integers(1, 5), st.integers(1, 5)),
)
def test_its_identity_orientation_equals_the_transposed_convolution_of_keras(size, strides, padding, grid):
    group = groups.get("D4")
    layer = layers.GroupConvTranspose2D(
        3, size, group, strides=strides, padding=padding, use_bias=False, dtype="float64"
    )
    x = sample(grid, "regular", group)
    y = ops.convert_to_numpy(layer(x))[..., :: group.order]
    kernel = ops.swapaxes(ops.convert_to_tensor(layer.kernel), -1, -2)
    expected = ops.convert_to_numpy(
        ops.conv_transpose(ops.convert_to_tensor(x, "float64"), kernel, strides=strides, padding=padding)
    )
    # Keras appends empty rows behind a "valid" kernel that is smaller than its strides.
    assert relative_error(y, expected[:, : y.shape[1], : y.shape[2]]) <= tolerances.LAW["float64"]
    assert not expected[:, y.shape[1] :].any() and not expected[:, :, y.shape[2] :].any()


def test_transposed_convolution_is_the_adjoint_of_a_group_convolution():
    """`<y, A x> = <A^T y, x>` with the banks of both layers made of the same numbers."""
    rng = np.random.default_rng(0)
    forward = layers.GroupConv2D(2, 4, "D4", strides=2, padding="same", use_bias=False, dtype="float64")
    back = layers.GroupConvTranspose2D(3, 4, "D4", strides=2, padding="same", use_bias=False, dtype="float64")
    x, y = rng.normal(size=(1, 8, 6, 24)), rng.normal(size=(1, 4, 3, 16))
    forward.build(x.shape)
    back.build(y.shape)
    order, inverse = 8, forward.group.inverse
    kernel = ops.convert_to_numpy(forward.kernel).reshape(4, 4, 3, order, 2)
    moved = np.zeros((4, 4, 2, order, 3))
    # bank[u, t, s] = kernel[M_s^-1 u, s^-1 t]; with the roles of t and s exchanged the component is inverted.
    for g in range(order):
        turned = forward.group.transform(inverse[g], kernel[..., g, :])
        moved[..., inverse[g], :] = np.swapaxes(turned, -1, -2)
    back.set_weights([moved.reshape(4, 4, 2 * order, 3)])
    assert np.vdot(y, forward(x)) == pytest.approx(np.vdot(back(y), x), rel=1e-12)


@pytest.mark.parametrize("fields", FIELDS)
def test_gradients_of_the_transposed_convolution_agree_with_finite_differences(fields):
    layer = layers.GroupConvTranspose2D(
        2, 3, "C4", input_field=fields[0], output_field=fields[1], strides=2, padding="same", dtype="float64"
    )
    rng = np.random.default_rng(0)
    x = sample((3, 4), fields[0], layer.group)
    layer.build(x.shape)
    weights = [rng.normal(size=w.shape) for w in layer.weights]
    error = gradient_error(lambda k, b, x: layer.stateless_call([k, b], [], x)[0], [*weights, x], rng)
    assert error <= tolerances.FINITE_DIFFERENCE


@given(
    group=st.sampled_from(GROUPS),
    size=st.integers(1, 3),
    interpolation=st.sampled_from(("nearest", "bilinear", "bicubic")),
    field=st.sampled_from(groups.FIELDS),
    grid=st.tuples(st.integers(2, 5), st.integers(2, 5)),
)
def test_upsampling_is_equivariant(group, size, interpolation, field, grid):
    group = groups.get(group)
    # Bilinear and bicubic resizing of TensorFlow computes in float32.
    dtype = "float64" if interpolation == "nearest" else "float32"
    layer = layers.GroupUpSampling2D(group, size, field=field, interpolation=interpolation, dtype=dtype)
    x = sample(grid, field, group).astype(dtype)
    assert equivariance_error(layer, group, x, field, field) <= tolerances.LAW[dtype]


def test_spatial_dropout_of_fields_is_equivariant_for_the_same_draw():
    group = groups.get("D4")
    x = sample((4, 5), "regular", group, fields=20)

    def dropped(x):
        layer = layers.GroupDropout("D4", 0.5, spatial=True, seed=3, dtype="float64")
        return layer(x, training=True)

    y = ops.convert_to_numpy(dropped(x))
    assert 0 < (y == 0).mean() < 1
    assert equivariance_error(dropped, group, x, "regular", "regular") <= tolerances.LAW["float64"]


@pytest.mark.parametrize("data_format", ("channels_last", "channels_first"))
def test_dropout_drops_all_orientations_of_a_field_together(data_format):
    shape = (3, 6, 7, 20) if data_format == "channels_last" else (3, 20, 6, 7)
    layer = layers.GroupDropout("C4", 0.3, data_format=data_format, seed=0)
    y = ops.convert_to_numpy(layer(np.ones(shape, "float32"), training=True))
    y = y if data_format == "channels_last" else y.transpose(0, 2, 3, 1)
    fields = y.reshape(3, 6, 7, 5, 4)
    assert (fields == fields[..., :1]).all()
    kept = fields[..., 0] != 0
    assert abs(kept.mean() - 0.7) < 0.06
    assert np.allclose(fields[kept], 1 / 0.7)
    assert np.array_equal(layer(np.ones(shape, "float32"), training=False), np.ones(shape))


@pytest.mark.parametrize(("large", "small"), [("D4", "C4"), ("D4", "D1_diagonal"), ("D2", "D1_columns"), ("C4", "C1")])
def test_restriction_turns_with_every_element_of_the_subgroup(large, small):
    group, other = groups.get(large), groups.get(small)
    layer = layers.GroupRestrict(group, other)
    x = sample((4, 5), "regular", group)
    y = ops.convert_to_numpy(layer(x))
    for h, element in enumerate(group.subgroup(other).elements):
        moved = ops.convert_to_numpy(layer(groups.act(group, element, x, "regular")))
        assert np.array_equal(moved, groups.act(other, h, y, "regular"))
    assert sorted(y.ravel()) == sorted(ops.convert_to_numpy(layer(x)).ravel())


def test_the_audit_follows_a_network_that_gives_up_a_part_of_its_symmetry():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.LiftConv2D(2, 3, "D4", padding="same"),
            layers.GroupRestrict("D4", "C4"),
            layers.GroupConv2D(3, 3, "C4", padding="same"),
            layers.GroupUpSampling2D("C4"),
            layers.GroupConvTranspose2D(2, 2, "C4", strides=2, padding="same"),
            layers.GroupDropout("C4", 0.2),
            layers.GroupPooling("C4"),
        ]
    )
    report = audit.equivariance(model, "C4")
    assert report.ok and report.error < 1e-5
    rows = {row.class_name: row for row in audit.count(model)}
    assert rows["GroupConvTranspose2D"].multiply_adds == 16 * 16 * 2 * 2 * 12 * 8
    assert not audit.equivariance(model, "D4").ok


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.GroupUpSampling2D("C4", (1, 2)), "'C4' swaps the grid axes .* size must be equal"),
        (lambda: layers.GroupUpSampling2D("C4", 0), "size.*Received size=0"),
        (lambda: layers.GroupUpSampling2D("C4").build((None, 4, 4, 6)), "multiple of 4. Received 6 channels"),
        (lambda: layers.GroupUpSampling2D("C4", field="scalar"), 'field must be "trivial" or "regular"'),
        (lambda: layers.GroupDropout("C4", 0.5).build((None, 4, 4, 6)), "multiple of 4. Received 6 channels"),
        (lambda: layers.GroupDropout("C4", 1.5), "rate"),
        (lambda: layers.GroupRestrict("C4", "D1"), "'D1' is no subgroup of 'C4'"),
        (lambda: layers.GroupRestrict("D4", "C4").build((None, 4, 4, 4)), "multiple of 8. Received 4 channels"),
        (lambda: layers.GroupConvTranspose2D(0, 3, "C4"), "filters must be a positive integer"),
        (lambda: layers.GroupConvTranspose2D(2, 3, "C4").build((None, 0, 4, 4)), "is empty, expected sizes"),
        (lambda: layers.GroupConvTranspose2D(2, 3, "C4", strides=(1, 2)), "strides must be equal"),
    ],
)
def test_wrong_arguments_are_named_with_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()
