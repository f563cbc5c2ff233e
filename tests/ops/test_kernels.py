"""The bank of a group convolution against the legacy banks and against finite differences."""

import numpy as np
import pytest
import tolerances
from golden_files import FOLDER, load, stored_kernel
from keras import ops
from laws import gradient_error, relative_error

from tfconvkit import groups
from tfconvkit.banks import GroupKernel
from tfconvkit.ops.kernels import group_expand

LEGACY = sorted(path.stem for path in FOLDER.glob("groupy_*.npz"))


def legacy_bank(raw, group, input_components):
    fields = ("trivial" if input_components == 1 else "regular", "regular")
    layout = GroupKernel(groups.get(group), raw.shape[:2], (1, 1), "valid", (1, 1), *fields)
    kernel = stored_kernel(raw, input_components)
    rows = layout.rows((0, 0), kernel.shape[-2] // layout.components)
    return np.array(group_expand(ops.convert_to_tensor(kernel), rows))


@pytest.mark.parametrize("name", LEGACY)
def test_banks_equal_the_legacy_banks_exactly(name):
    golden = load(name)
    bank = legacy_bank(golden["w_raw"], name.split("_")[2], int(golden["gconv_shape_info"][3]))
    assert np.array_equal(bank, golden["bank"])


@pytest.mark.parametrize("name", LEGACY)
def test_an_ordinary_convolution_with_the_bank_gives_every_legacy_output(name):
    golden = load(name)
    bank = legacy_bank(golden["w_raw"], name.split("_")[2], int(golden["gconv_shape_info"][3]))
    for key in (k for k in golden if k.startswith("y_")):
        _, grid, stride, padding = key.split("_")
        y = ops.conv(golden[f"x_{grid}"], bank, strides=int(stride[1:]), padding=padding.lower())
        assert relative_error(y, golden[key]) <= tolerances.GOLDEN


@pytest.mark.parametrize("padding", ("SAME", "VALID"))
def test_issue_21_is_reproduced_by_the_legacy_path(padding):
    golden = load("issue21")
    bank = legacy_bank(golden["w"], "C4", 1)
    y = ops.conv(golden[f"{padding}_x"][:, 0], bank, padding=padding.lower())
    assert relative_error(y, golden[f"{padding}_y"][:, 0]) <= tolerances.GOLDEN


def test_every_legacy_equivariance_pair_is_reproduced():
    golden = load("equivariance_pairs")
    for prefix in sorted({key.rsplit("_", 1)[0] for key in golden}):
        inputs, group, _, stride, padding, _ = prefix.split("_")
        order = 1 if inputs == "Z2" else groups.get(group).order
        bank = legacy_bank(golden[f"{prefix}_w"], group, order)
        for x, y in zip(golden[f"{prefix}_x"], golden[f"{prefix}_y"], strict=True):
            value = ops.conv(x, bank, strides=int(stride[1:]), padding=padding.lower())
            assert relative_error(value, y) <= tolerances.GOLDEN


@pytest.mark.parametrize("fields", [("regular", "regular"), ("trivial", "regular"), ("regular", "trivial")])
def test_the_gradient_of_a_stored_number_is_the_sum_over_its_copies(fields):
    layout = GroupKernel(groups.get("D4"), (2, 3), (2, 2), "same", (1, 1), *fields)
    rng, rows = np.random.default_rng(0), layout.rows((1, 0), fields=2)
    kernel = rng.normal(size=layout.stored_shape(2, 3))
    error = gradient_error(lambda k: group_expand(k, rows), [kernel], rng)
    assert error <= tolerances.FINITE_DIFFERENCE
