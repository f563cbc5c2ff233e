"""Composed kernels against the chain of convolutions, written tap by tap in NumPy."""

import itertools

import numpy as np
import pytest
import tolerances
from backends.running import compiled
from golden_files import GOLDEN, load
from hypothesis import given
from hypothesis import strategies as st
from keras import ops
from laws import gradient_error, relative_error

from tfconvkit.ops import kernels
from tfconvkit.ops.kernels import Stage
from tfconvkit.ops.kernels.composition import _best_splits

SEQUENCES = sorted(path.stem for path in (GOLDEN / "linear").glob("seq_*.npz"))
GENERATORS = sorted(path.stem for path in (GOLDEN / "linear").glob("kgan_g*.npz"))
BLOCKS = sorted(path.stem for path in (GOLDEN / "linear").glob("sesr_*.npz"))


def convolved(x, stage):
    """A "valid" correlation of `(batch, height, width, channels)`, the definition itself."""
    (kh, kw, inputs, filters), groups = stage.kernel.shape, stage.groups
    (sh, sw), (dh, dw) = stage.strides, stage.dilation_rate
    height, width = ((n - (k - 1) * d - 1) // s + 1
                     for n, k, d, s in zip(x.shape[1:3], (kh, kw), (dh, dw), (sh, sw), strict=True))
    y = np.zeros((*x.shape[:1], height, width, groups, filters // groups))
    for u, v in itertools.product(range(kh), range(kw)):
        pixels = x[:, u * dh : u * dh + sh * (height - 1) + 1 : sh, v * dw : v * dw + sw * (width - 1) + 1 : sw]
        pixels = pixels.reshape(*pixels.shape[:3], groups, inputs)
        y += np.einsum("nhwgi,igo->nhwgo", pixels, stage.kernel[u, v].reshape(inputs, groups, -1))
    return y.reshape(*y.shape[:3], filters) + (0 if stage.bias is None else stage.bias)


def chained(x, stages):
    for stage in stages:
        x = convolved(x, stage)
    return x


def extent(stage):
    return [(k - 1) * d + 1 for k, d in zip(stage.kernel.shape, stage.dilation_rate, strict=False)]


def summed(x, stages):
    """The sum of branches whose windows are centred on those of the largest."""
    largest = [max(extents) for extents in zip(*map(extent, stages), strict=True)]
    total = 0
    for stage in stages:
        starts = [(k - 1) // 2 - (e - 1) // 2 for k, e in zip(largest, extent(stage), strict=True)]
        ends = [n - (k - e - a) for n, k, e, a in zip(x.shape[1:3], largest, extent(stage), starts, strict=True)]
        total = total + convolved(x[:, starts[0] : ends[0], starts[1] : ends[1]], stage)
    return total


def numbers(rng, *shape):
    return rng.normal(size=shape)


pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def stage_lists(draw, parallel=False):
    """Lists of stages that fit: one after the other, or side by side."""
    rng = np.random.default_rng(draw(st.integers(0, 2**20)))
    inputs, strides, filters = draw(st.sampled_from((1, 2, 4))), draw(pairs), draw(st.sampled_from((1, 2, 4, 6)))
    stages = []
    for _ in range(draw(st.integers(1, 5))):
        if not parallel:
            strides, filters = draw(pairs), draw(st.sampled_from((1, 2, 4, 6)))
        groups = draw(st.sampled_from([g for g in (1, 2, 4) if inputs % g == 0 and filters % g == 0]))
        kernel = numbers(rng, *draw(pairs), inputs // groups, filters)
        bias = numbers(rng, filters) if draw(st.booleans()) else None
        dilation = draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
        stages.append(Stage(kernel, bias, strides, dilation, groups))
        inputs = inputs if parallel else filters
    return stages


def plain(stage):
    """The composed stage as arrays, after a look at what it promises."""
    assert (stage.dilation_rate, stage.groups) == ((1, 1), 1)
    return stage._replace(kernel=np.array(stage.kernel), bias=None if stage.bias is None else np.array(stage.bias))


def sample(stage, channels, spare):
    size = [k + s - 1 for k, s in zip(stage.kernel.shape[:2], spare, strict=True)]
    return np.random.default_rng(0).normal(size=(2, *size, channels))


def channels_of(stage):
    return stage.kernel.shape[-2] * stage.groups


@given(stages=stage_lists(), spare=st.tuples(st.integers(1, 8), st.integers(1, 8)))
def test_one_convolution_equals_the_chain(stages, spare):
    composed = plain(kernels.compose(stages))
    x = sample(composed, channels_of(stages[0]), spare)
    assert relative_error(convolved(x, composed), chained(x, stages)) <= tolerances.LAW["float64"]
    assert (composed.bias is None) == all(stage.bias is None for stage in stages)


@given(stages=stage_lists(parallel=True), spare=st.tuples(st.integers(1, 8), st.integers(1, 8)))
def test_one_convolution_equals_the_sum_of_branches(stages, spare):
    total = plain(kernels.add(stages))
    x = sample(total, channels_of(stages[0]), spare)
    assert relative_error(convolved(x, total), summed(x, stages)) <= tolerances.LAW["float64"]


@given(first=stage_lists(), branches=stage_lists(parallel=True), spare=pairs)
def test_chains_and_sums_nest(first, branches, spare):
    inputs, outputs = channels_of(branches[0]), first[-1].kernel.shape[-1]
    between = Stage(numbers(np.random.default_rng(0), 1, 2, outputs, inputs), None, (1, 1), (1, 1))
    composed = plain(kernels.compose([*first, between, kernels.add(branches)]))
    x = sample(composed, channels_of(first[0]), spare)
    expected = summed(chained(x, [*first, between]), branches)
    assert relative_error(convolved(x, composed), expected) <= tolerances.LAW["float64"]


def test_anchors_say_which_taps_meet():
    branches = [Stage(np.full((2, 1, 1, 1), 1.0)), Stage(np.full((1, 1, 1, 1), 5.0))]
    assert np.array_equal(kernels.add(branches).kernel[:, 0, 0, 0], [6, 1])
    assert np.array_equal(kernels.add(branches, anchors=[(1, 0), (0, 0)]).kernel[:, 0, 0, 0], [1, 6])
    assert np.array_equal(kernels.add(branches, anchors=[(0, 0), (3, 0)]).kernel[:, 0, 0, 0], [5, 0, 0, 1, 1])


def sequence(golden):
    places = range(sum(key.startswith("cfg") for key in golden))
    for i in places:
        stride, dilation, groups = map(int, golden[f"cfg{i}_stride_dil_groups"])
        yield Stage(golden[f"w{i}"], golden.get(f"b{i}"), (stride,) * 2, (dilation,) * 2, groups)


@pytest.mark.parametrize("name", SEQUENCES)
def test_golden_sequences_compose_to_their_kernels(name):
    golden = load(name, area="linear")
    stages = list(sequence(golden))
    composed = kernels.compose(stages)
    assert relative_error(composed.kernel, golden["kernel"]) <= tolerances.GOLDEN_FLOAT64
    assert relative_error(composed.bias, golden["bias"]) <= tolerances.GOLDEN_FLOAT64
    assert composed.strides == (int(golden["total_stride"]),) * 2
    x, y = golden["x"], golden["y_valid"]
    assert relative_error(convolved(x, plain(composed))[:, : y.shape[1], : y.shape[2]], y) <= tolerances.GOLDEN_FLOAT64


def generator(golden, dtype):
    weights = [golden[f"w{i}_oihw"].transpose(2, 3, 1, 0).astype(dtype) for i in range(len(golden["structure"]))]
    return [Stage(weight) for weight in weights[:-1]] + [Stage(weights[-1], strides=int(golden["stride"]))]


@pytest.mark.parametrize("name", GENERATORS)
def test_golden_generators_compose_to_their_kernels(name):
    golden = load(name, area="linear")
    exact = kernels.compose(generator(golden, "float64")).kernel[:, :, 0, 0]
    assert relative_error(exact, golden["kernel_f64"]) <= tolerances.GOLDEN_FLOAT64
    rounded = kernels.compose(generator(golden, "float32")).kernel[:, :, 0, 0]
    assert ops.dtype(rounded) == "float32" and relative_error(rounded, golden["kernel"]) <= tolerances.GOLDEN


@pytest.mark.parametrize("name", BLOCKS)
def test_golden_blocks_compose_to_their_exact_kernels(name):
    golden = load(name, area="linear")
    places = range(sum(key.startswith("w") for key in golden))
    stages = [Stage(golden[f"w{i}_hwio"].astype(float), golden[f"b{i}"].astype(float)) for i in places]
    composed = kernels.compose(stages)
    assert relative_error(composed.kernel, golden["kernel_exact_hwio"]) <= tolerances.GOLDEN_FLOAT64
    assert relative_error(composed.bias, golden["bias_exact"]) <= tolerances.GOLDEN_FLOAT64


def test_gradients_reach_every_kernel_and_bias():
    rng = np.random.default_rng(0)
    shapes = [(2, 3, 1, 4), (4,), (3, 2, 4, 2), (1, 1, 2, 3), (3,)]

    def function(first, bias, second, third, last):
        stages = [Stage(first, bias, 2, 2, 2), Stage(second, strides=(1, 2)), Stage(third, last)]
        composed = kernels.compose(stages)
        return ops.concatenate([ops.reshape(composed.kernel, (-1,)), composed.bias], axis=0)

    inputs = [numbers(rng, *shape) for shape in shapes]
    assert gradient_error(function, inputs, rng) <= tolerances.FINITE_DIFFERENCE


def test_xla_compiles_it():
    def function(first, second):
        return kernels.compose([Stage(first, strides=2), Stage(second)]).kernel

    rng = np.random.default_rng(0)
    inputs = [ops.convert_to_tensor(numbers(rng, *shape)) for shape in ((3, 2, 2, 3), (2, 3, 3, 1))]
    assert relative_error(compiled(function)(*inputs), function(*inputs)) <= tolerances.LAW["float64"]


def test_the_chain_is_merged_with_the_least_multiplications():
    """KernelGAN's, from the right: 1x1 kernels onto one channel first. From the left it takes 9.7 times as many."""
    structure, widths = (7, 5, 3, 1, 1, 1), (1, 64, 64, 64, 64, 64, 1)
    sizes = [((k, k), (1, 1), *widths[i : i + 2]) for i, k in enumerate(structure)]
    splits = _best_splits(sizes)
    assert [splits[start, 6] for start in range(5)] == [1, 2, 3, 4, 5]


def test_one_and_three_grid_axes_compose_as_well():
    rng = np.random.default_rng(0)
    first, second = numbers(rng, 3, 1, 2), numbers(rng, 2, 2, 1)
    flat = kernels.compose([Stage(first, strides=2), Stage(second)])
    square = [Stage(kernel[:, None], strides=(2, 1)) for kernel in (first, second)]
    cube = [Stage(kernel[:, None, None], strides=(2, 1, 1)) for kernel in (first, second)]
    assert relative_error(flat.kernel, kernels.compose(square).kernel[:, 0]) <= tolerances.LAW["float64"]
    assert relative_error(flat.kernel, kernels.compose(cube).kernel[:, 0, 0]) <= tolerances.LAW["float64"]


def test_a_single_stage_is_written_out():
    stage = kernels.compose([Stage(np.ones((2, 2, 1, 4)), dilation_rate=3, groups=2)])
    assert stage.kernel.shape == (4, 4, 2, 4) and stage.strides == (1, 1) and stage.bias is None
    assert float(ops.sum(stage.kernel)) == 16


@pytest.mark.parametrize("stages, message", [
    ([], r"Expected at least one stage"),
    ([(1, 1, 2, 3), (1, 1, 2, 1)], r"Stage 1 must read what stage 0 gives.* \(1, 1, 2, 3\) and then \(1, 1, 2, 1\)"),
    ([(1, 1, 2, 3), (1, 3, 1)], r"Stage 1 must read what stage 0 gives.*of one rank"),
])
def test_chains_that_do_not_fit_are_named(stages, message):
    with pytest.raises(ValueError, match=message):
        kernels.compose([Stage(np.ones(shape)) for shape in stages])


@pytest.mark.parametrize("arguments, message", [
    (dict(groups=2), r"Stage 0 must have filters divisible by its groups.* Received kernel \(1, 1, 2, 3\), groups=2"),
    (dict(bias=np.ones(2)), r"a bias \(filters,\) or None.* bias \(2,\)"),
])
def test_bad_stages_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        kernels.compose([Stage(np.ones((1, 1, 2, 3)), **arguments)])


def test_branches_that_do_not_fit_are_named():
    one, other = Stage(np.ones((1, 1, 2, 3))), Stage(np.ones((1, 1, 2, 4)), strides=2)
    with pytest.raises(ValueError, match=r"equal strides.* \(\(1, 1\), 2, 3\) and \(\(2, 2\), 2, 4\)"):
        kernels.add([one, other])
