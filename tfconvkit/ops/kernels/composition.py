"""Chains and sums of convolutions as one convolution."""

import functools
import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

from keras import ops

from tfconvkit import backend
from tfconvkit.ops import arguments
from tfconvkit.ops.kernels.taps import checked, dilate, size_of, ungroup


class Stage(NamedTuple):
    """One convolution of a chain, with zeros nowhere added (padding "valid").

    Args:
        kernel: `(*kernel_size, channels / groups, filters)`, as in `keras.layers.Conv2D`; `depthwise` reorders the
            kernel of a depthwise convolution.
        bias: `(filters,)` or None.
        strides, dilation_rate: Integer, or one per axis; they may be combined.
        groups: Number of channel groups; the groups of filters read them in order.

    Example:
        >>> Stage(ops.ones((3, 3, 2, 5)), strides=2).groups
        1
    """

    kernel: object
    bias: object = None
    strides: int | tuple = 1
    dilation_rate: int | tuple = 1
    groups: int = 1


def compose(stages):
    """Computes the one convolution that equals a chain of convolutions, with the least multiplications.

    For two stages, the second on the output of the first with its strides `S`:
    `kernel[p] = sum over u + S v = p of kernel1[u] kernel2[v]` (a product of matrices `(channels, filters)`) and
    `bias = bias2 + sum_v kernel2[v]^T bias1`. The chain is associative, and its order of merging is chosen for the
    least multiplications: from the right, where it narrows to one channel. Differentiable, in the dtype of the kernels.

    Args:
        stages: List of `Stage`, in the order in which they are applied; each reads as many channels as the one before
            it has filters.

    Returns:
        A `Stage` without dilation and groups: kernel `(*size, channels, filters)` with
        `size = 1 + sum over stages of (dilated size - 1) * product of the strides before`, strides the product of all,
        both as tuples; bias None where no stage has one.

    Raises:
        ValueError: for an empty list, kernels of different ranks, channels or biases that do not fit.

    Reference:
        Bell-Kligler et al., Blind Super-Resolution Kernel Estimation using an Internal-GAN, 2019
        (https://arxiv.org/abs/1909.06581); Bhardwaj et al., Collapsible Linear Blocks for Super-Efficient Super
        Resolution, 2021 (https://arxiv.org/abs/2103.09404).

    Example:
        >>> chain = [Stage(ops.ones((7, 7, 1, 64)), strides=2), Stage(ops.ones((5, 5, 64, 1)))]
        >>> compose(chain).kernel.shape, compose(chain).strides
        (TensorShape([15, 15, 1, 1]), (2, 2))
    """
    stages = [_dense(stage, place) for place, stage in enumerate(_listed(stages))]
    for place, (first, second) in enumerate(itertools.pairwise(stages)):
        if len(first.kernel.shape) != len(second.kernel.shape) or first.kernel.shape[-1] != second.kernel.shape[-2]:
            raise ValueError(
                f"Stage {place + 1} must read what stage {place} gives: kernels (*size, channels, filters) of one "
                f"rank, as many channels as filters before. Received the dense kernels {tuple(first.kernel.shape)} "
                f"and then {tuple(second.kernel.shape)}. Reorder the stages, or set their groups."
            )
    _check_dtypes(stages)
    return _merged(stages, _best_splits([_sizes(stage) for stage in stages]), 0, len(stages))


def add(stages, anchors=None):
    """Computes the one convolution that equals the sum of parallel convolutions of the same input.

    The kernels are laid upon each other with their anchors, the taps that read the pixel of the output's own position,
    on the same tap, and summed; so are the biases.

    Args:
        stages: List of `Stage` with equal strides, channels and filters.
        anchors: List of the anchors, an integer per axis each: the zeros in front of the input in that branch. By
            default `(size - 1) // 2` of the dilated sizes, as under padding "same" without strides; the result then
            has its anchor there, too. Otherwise it has it at the largest of the anchors.

    Returns:
        A `Stage` without dilation and groups.

    Raises:
        ValueError: for an empty list, or strides, channels or filters that differ.

    Example:
        >>> add([Stage(ops.ones((3, 3, 2, 5))), Stage(ops.ones((1, 1, 2, 5)))]).kernel[:, 1, 0, 0]
        <tf.Tensor: shape=(3,), dtype=float32, numpy=array([1., 2., 1.], dtype=float32)>
    """
    stages = [_dense(stage, place) for place, stage in enumerate(_listed(stages))]
    _check_dtypes(stages)
    kinds = {(stage.strides, *map(int, stage.kernel.shape[-2:])) for stage in stages}
    if len(kinds) > 1:
        raise ValueError(
            "Parallel stages must have equal strides, channels and filters. Received (strides, channels, filters) = "
            f"{' and '.join(map(str, sorted(kinds)))}. Compose each branch to the same strides and filters first."
        )
    sizes = [size_of(stage.kernel) for stage in stages]
    anchors = [tuple((k - 1) // 2 for k in size) for size in sizes] if anchors is None else _anchors(anchors, sizes)
    before = tuple(map(max, zip(*anchors, strict=True)))
    behind = [max(k[axis] - a[axis] for k, a in zip(sizes, anchors, strict=True)) for axis in range(len(before))]
    kernels = []
    for stage, size, anchor in zip(stages, sizes, anchors, strict=True):
        pads = [(b - a, e - (k - a)) for b, e, k, a in zip(before, behind, size, anchor, strict=True)]
        kernels.append(ops.pad(stage.kernel, [*pads, (0, 0), (0, 0)]))
    biases = [stage.bias for stage in stages if stage.bias is not None]
    return Stage(_total(kernels), _total(biases) if biases else None, *stages[0][2:])


def _listed(stages):
    stages = list(arguments.instance("Stages", "stages", stages, Sequence, "Make it a list of Stage."))
    if not stages:
        raise ValueError("Expected at least one stage. Received an empty list; the identity is Stage(delta(...)).")
    for stage in stages:
        arguments.instance("A list of stages", "each", stage, Stage, "Make it so: Stage(kernel, bias, strides=2).")
    return stages


def _check_dtypes(stages):
    dtypes = sorted({ops.dtype(stage.kernel) for stage in stages})
    if len(dtypes) > 1 or "float" not in dtypes[0]:
        raise TypeError(f"Stages expect kernels of one floating-point dtype. Received {' and '.join(dtypes)}. Cast "
                        f"them with keras.ops.cast.")


def _anchors(anchors, sizes):
    """One anchor per kernel; it may lie outside of it."""
    anchors = arguments.listed(anchors)
    if len(anchors) != len(sizes):
        raise ValueError(f"Parallel stages must have one anchor each. Received {len(anchors)} for {len(sizes)} stages.")
    return [arguments.integers("add", "anchors", each, len(size)) for each, size in zip(anchors, sizes, strict=True)]


def _total(tensors):
    return functools.reduce(ops.add, tensors)


def _dense(stage, place):
    """The stage with tensors, without groups and dilation, and with strides per axis."""
    owner = f"Stage {place}"
    kernel = checked(owner, stage.kernel)
    rank = len(kernel.shape) - 2
    filters = int(kernel.shape[-1])
    bias = None if stage.bias is None else ops.cast(arguments.tensor(owner, "bias", stage.bias), kernel.dtype)
    groups = arguments.integer(owner, "groups", stage.groups, least=1)
    if filters % groups or bias is not None and tuple(bias.shape) != (filters,):
        raise ValueError(
            f"Stage {place} must have filters divisible by its groups and a bias (filters,) or None. Received kernel "
            f"{tuple(kernel.shape)}, groups={stage.groups}, bias {None if bias is None else tuple(bias.shape)}. Give "
            f"the kernel as (*size, channels / groups, filters); depthwise() reorders that of a depthwise convolution."
        )
    kernel = dilate(ungroup(kernel, groups), stage.dilation_rate)
    strides = arguments.integers(owner, "strides", stage.strides, rank, least=1)
    return Stage(kernel, bias, strides, (1,) * rank, 1)


def _sizes(stage):
    """Kernel size, strides, channels and filters as integers, for the order of merging."""
    return size_of(stage.kernel), stage.strides, *map(int, stage.kernel.shape[-2:])


def _best_splits(sizes):
    """Finds for every part `(start, stop)` of a chain where its last merging stands, as for products of matrices."""
    parts = {(i, i + 1): (0, size) for i, size in enumerate(sizes)}
    splits = {}
    for length in range(2, len(sizes) + 1):
        for start in range(len(sizes) - length + 1):
            stop = start + length
            tries = [(_tried(parts[start, middle], parts[middle, stop]), middle) for middle in range(start + 1, stop)]
            parts[start, stop], splits[start, stop] = min(tries)
    return splits


def _tried(first, second):
    """Work and sizes of two parts merged."""
    (work1, (size1, strides1, channels, inner)), (work2, (size2, strides2, _, filters)) = first, second
    work = work1 + work2 + math.prod((*size1, *size2, channels, inner, filters))
    size = tuple(k1 + s * (k2 - 1) for k1, s, k2 in zip(size1, strides1, size2, strict=True))
    return work, (size, tuple(map(int.__mul__, strides1, strides2)), channels, filters)


def _merged(stages, splits, start, stop):
    if stop - start == 1:
        return stages[start]
    middle = splits[start, stop]
    first, second = _merged(stages, splits, start, middle), _merged(stages, splits, middle, stop)
    strides = tuple(map(int.__mul__, first.strides, second.strides))
    kernel = _merged_kernels(first.kernel, second.kernel, first.strides)
    return Stage(kernel, _merged_biases(first.bias, second), strides, first.dilation_rate, 1)


def _merged_kernels(first, second, strides):
    """`kernel[p] = sum over u + S v = p of first[u] second[v]`: a transposed convolution of `second` by `first`."""
    channels, filters = int(first.shape[-2]), int(second.shape[-1])
    if math.prod(size_of(second)) == 1:
        product = backend.matmul(ops.reshape(first, (-1, first.shape[-1])), ops.reshape(second, (-1, filters)))
        return ops.reshape(product, (*size_of(first), channels, filters))
    rank = len(strides)
    images = ops.transpose(second, (rank + 1, *range(rank + 1)))
    merged = ops.conv_transpose(images, first, strides=strides, padding="valid", data_format="channels_last")
    # Strides beyond the first kernel leave zeros behind the last tap.
    size = [k1 + s * (k2 - 1) for k1, s, k2 in zip(size_of(first), strides, size_of(second), strict=True)]
    merged = merged[(slice(None), *(slice(None, k) for k in size))]
    return ops.transpose(merged, (*range(1, rank + 2), 0))


def _merged_biases(bias, second):
    if bias is None:
        return second.bias
    carried = backend.matmul(bias, ops.sum(second.kernel, axis=tuple(range(len(second.strides)))))
    return carried if second.bias is None else ops.add(second.bias, carried)
