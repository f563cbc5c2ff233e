"""A collapsed stack equals the stack: everywhere, or up to the border that is reported."""

import math
import re

import keras
import numpy as np
import pytest
import tolerances
from backends.examples import examples
from backends.running import BACKEND
from golden_files import load
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers as plain
from laws import relative_error
from surgery.networks import randomised

from tfconvkit import surgery
from tfconvkit.ops import kernels

STACKS = (
    "1x1_then_3x3_then_1x1", "depthwise_mult2_then_1x1_s2", "depthwise_then_1x1", "dilation2_then_3x3", "even_kernels",
    "grouped2", "nonsquare", "stride1_then2", "stride2_3_1", "stride2_then_3x3", "stride2_then_dilation2",
    "valid_biases",
)  # fmt: skip
# Only a bias that zeros replace makes these differ: a channel of ones carries it.
CARRIED = ("1x1_then_3x3_then_1x1", "stride2_3_1")
POLICY = {"dtype": "float64"}
# Outside TensorFlow Keras normalises in float32 (backends/skips.py): no law of float64 holds there.
NORM = ("norm",) if BACKEND == "tensorflow" else ()


def collapsed(model, **arguments):
    """Collapses a model and returns it with the borders that were printed, one per run."""
    lines = []
    made = surgery.collapse(model, print_fn=lines.append, **arguments)
    pairs = [re.findall(r"\((\d+), (\d+)\)", line.partition("differs in a border of")[2]) for line in lines]
    borders = [[tuple(map(int, pair)) for pair in found] for found in pairs if found]
    return made, borders[0] if borders else [(0, 0), (0, 0)]


def outputs(model, x):
    return keras.ops.convert_to_numpy(model(x))


def sequential(shape, parts):
    return randomised(keras.Sequential([keras.Input(shape, dtype="float64"), *parts]))


def wrong_border(received, expected):
    """Counts, from the middle of the map, where rows and columns begin to differ."""
    is_wrong = (np.abs(received - expected) > 1e-9 * np.abs(expected).max()).any(axis=(0, -1))
    middle = [size // 2 for size in is_wrong.shape]
    lines = is_wrong[:, middle[1]], is_wrong[middle[0]]
    return [_from_the_middle(line, start) for line, start in zip(lines, middle, strict=True)]


def _from_the_middle(line, start):
    wrong = np.flatnonzero(line)
    return int(max(wrong[wrong < start], default=-1) + 1), int(line.size - min(wrong[wrong > start], default=line.size))


def inside(y, border):
    (top, bottom), (left, right) = border
    return y[:, top : y.shape[1] - bottom, left : y.shape[2] - right]


@st.composite
def kinds(draw):
    """Draws class and arguments of a linear layer; there are 4 filters, so that any groups fit."""
    kind = draw(st.sampled_from(("Conv2D", "Conv2D", "DepthwiseConv2D", "SeparableConv2D", *NORM, "pool")))
    if kind == "norm":
        return plain.BatchNormalization, {}
    if kind == "pool":
        return plain.AveragePooling2D, {"pool_size": draw(st.integers(1, 3)), "strides": draw(st.integers(1, 2))}
    strides, dilation = draw(st.sampled_from(((1, 1), (1, 2), (2, 1), (3, 1))))
    size = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    arguments = {"kernel_size": size, "strides": strides, "use_bias": draw(st.booleans())}
    if kind != "SeparableConv2D":
        arguments["dilation_rate"] = dilation
    if kind != "DepthwiseConv2D":
        arguments["filters"] = 4
    if kind == "Conv2D":
        arguments["groups"] = draw(st.sampled_from((1, 1, 2, 4)))
    return getattr(plain, kind), arguments


def stacks(min_size, max_stride):
    """Draws stacks of layers whose strides multiply to no more than `max_stride`, so that images stay small."""
    return st.lists(kinds(), min_size=min_size, max_size=5).filter(lambda stack: total_stride(stack) <= max_stride)


def total_stride(stack):
    return math.prod(arguments.get("strides", 1) for _, arguments in stack)


def padded(stack, padding):
    """Makes the layers; poolings stay "valid", since "same" ones are not linear at the edge."""
    made = []
    for kind, arguments in stack:
        pads = {"padding": padding} if "kernel_size" in arguments else {}
        made.append(kind(**arguments, **pads, **POLICY))
    return made


@settings(max_examples=examples(20))
@given(stack=stacks(min_size=1, max_stride=6))
def test_a_valid_stack_is_one_convolution(stack):
    model = sequential((None, None, 4), padded(stack, "valid"))
    made, border = collapsed(model, input_shape=(100, 97, 4))
    x = np.random.default_rng(0).normal(size=(1, 100, 97, 4))
    assert border == [(0, 0), (0, 0)]
    assert relative_error(outputs(made, x), outputs(model, x)) <= tolerances.LAW["float64"]
    if any("kernel_size" in arguments for _, arguments in stack):
        assert len(made.layers) == 1


@settings(max_examples=examples(20))
@given(stack=stacks(min_size=2, max_stride=4), size=st.integers(80, 85))
def test_a_same_stack_is_one_convolution_up_to_the_border_that_is_reported(stack, size):
    model = sequential((size, size + 5, 4), padded(stack, "same"))
    made, border = collapsed(model, allow_border=True)
    x = np.random.default_rng(0).normal(size=(1, size, size + 5, 4))
    received, expected = outputs(made, x), outputs(model, x)
    assert relative_error(inside(received, border), inside(expected, border)) <= tolerances.LAW["float64"]
    assert wrong_border(received, expected) == border


@settings(max_examples=examples(12))
@given(stack=stacks(min_size=2, max_stride=4), size=st.integers(40, 45))
def test_a_same_stack_stays_exact_where_no_border_is_allowed(stack, size):
    model = sequential((size, size + 5, 4), padded(stack, "same"))
    made, border = collapsed(model)
    x = np.random.default_rng(0).normal(size=(1, size, size + 5, 4))
    assert border == [(0, 0), (0, 0)]
    assert relative_error(outputs(made, x), outputs(model, x)) <= tolerances.LAW["float64"]


@settings(max_examples=examples(10))
@given(st.data())
def test_branches_of_any_kind_are_one_convolution(data):
    image = keras.Input((None, None, 4), dtype="float64")
    strides = data.draw(st.sampled_from((1, 2)))
    branches = []
    for _ in range(data.draw(st.integers(2, 3))):
        kind = data.draw(st.sampled_from((plain.Conv2D, plain.SeparableConv2D)))
        y = kind(4, data.draw(st.integers(1, 2)) * 2 - 1, padding="same", **POLICY)(image)
        y = plain.Conv2D(4, 1, strides=strides, use_bias=data.draw(st.booleans()), **POLICY)(y)
        branches.append(plain.BatchNormalization(**POLICY)(y) if NORM else y)
    branches += [image] if strides == 1 else []
    model = randomised(keras.Model(image, plain.Add(**POLICY)(branches)))
    made, border = collapsed(model)
    x = np.random.default_rng(0).normal(size=(2, 13, 12, 4))
    assert border == [(0, 0), (0, 0)] and len(made.layers) <= 3
    assert relative_error(outputs(made, x), outputs(model, x)) <= tolerances.LAW["float64"]


def golden_stack(golden, padding):
    parts, number = [], 0
    while f"w{number}" in golden:
        strides, dilation, groups = map(int, golden[f"cfg{number}_stride_dil_groups"])
        size, filters = golden[f"w{number}"].shape[:2], golden[f"w{number}"].shape[-1]
        arguments = {"strides": strides, "dilation_rate": dilation, "groups": groups, "padding": padding}
        parts.append(plain.Conv2D(filters, size, use_bias=f"b{number}" in golden, **arguments, **POLICY))
        number += 1
    model = keras.Sequential([keras.Input(golden["x"].shape[1:], dtype="float64"), *parts])
    model.set_weights([golden[f"{kind}{i}"] for i in range(number) for kind in "wb" if f"{kind}{i}" in golden])
    return model


@pytest.mark.parametrize("name", STACKS)
def test_golden_kernels_and_valid_outputs_are_reproduced(name):
    golden = load(f"seq_{name}", "linear")
    made, _ = collapsed(golden_stack(golden, "valid"))
    kernel, bias = made.layers[-1].get_weights()
    kernel = kernels.ungroup(kernel, made.layers[-1].groups)
    assert relative_error(kernel, golden["kernel"]) <= tolerances.GOLDEN_FLOAT64
    assert relative_error(bias, golden["bias"]) <= tolerances.GOLDEN_FLOAT64
    assert relative_error(outputs(made, golden["x"]), golden["y_valid"]) <= tolerances.GOLDEN_FLOAT64


@pytest.mark.parametrize("name", sorted(set(STACKS) - set(CARRIED)))
def test_golden_borders_are_reported(name):
    golden = load(f"seq_{name}", "linear")
    made, border = collapsed(golden_stack(golden, "same"), allow_border=True)
    assert relative_error(outputs(made, golden["x"]), golden["y_collapsed_padded"]) <= tolerances.GOLDEN_FLOAT64
    grid = golden["y_same_stack"].shape[1:3]
    for pair, key, size in zip(border, ("border_rows", "border_cols"), grid, strict=True):
        assert [*range(pair[0]), *range(size - pair[1], size)] == golden[key].tolist()


@pytest.mark.parametrize("name", CARRIED)
def test_golden_stacks_whose_border_comes_from_a_bias_alone_are_exact(name):
    golden = load(f"seq_{name}", "linear")
    assert golden["border_rows"].size
    made, border = collapsed(golden_stack(golden, "same"))
    assert border == [(0, 0), (0, 0)] and made.layers[-1].kernel.shape[-2] == golden["kernel"].shape[-2] + 1
    assert relative_error(outputs(made, golden["x"]), golden["y_same_stack"]) <= tolerances.GOLDEN_FLOAT64
