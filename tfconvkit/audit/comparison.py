"""Compares what a layer makes of moved inputs with its moved output, under the fields it may hold."""

from typing import NamedTuple

import numpy as np

from tfconvkit.audit import flow

# A field type is preferred to a simpler one only where its error is so many times smaller.
_CLEARLY_BETTER = 10


class Verdict(NamedTuple):
    """What the comparison of one tensor says.

    Args:
        errors: Per element of the group `max|Y(L_g x) - L_g Y(x)| / max|Y|`, None where not judged.
        blocks: The fields of the tensor, None where no known type fits.
        remark: What a reader should know.
    """

    errors: tuple
    blocks: tuple | None
    remark: str = ""


def judge(group, arrays, state, tolerance):
    """Measures the errors of one tensor under all elements.

    Args:
        group: The audited `PointGroup`.
        arrays: From each element `g` to the array `Y(L_g x)`; elements may be missing, not the identity 0.
        state: `flow.State` of the tensor. Where its fields are not known, the type that fits best is taken. Where they
            are lost, it is judged only if it has no grid and a type fits: then nothing was lost (all its positions
            were pooled, or it stems from an input that is not moved).
        tolerance: The error below which a type counts as found.

    Returns:
        `Verdict`.
    """
    channels = flow.channels_of(arrays[0].shape, state.data_format)
    if state.lost and not flow.is_point(arrays[0].shape, group.rank, state.data_format):
        return unjudged(group, state.lost)
    blocks = state.blocks
    if blocks is not None and sum(block.channels for block in blocks) != channels:
        blocks = None
    if blocks is None:
        errors, best = _best(group, arrays, state, channels)
        is_found = max(errors.values()) <= tolerance
        if state.lost and not is_found:
            return unjudged(group, state.lost)
        return Verdict(_in_order(group, errors), best if is_found else None)
    inside = [g for g in arrays if flow.contains(blocks, group, g)]
    errors = _errors(group, {g: arrays[g] for g in inside}, blocks, state)
    outside = [g for g in arrays if g not in errors]
    if not outside:
        return Verdict(_in_order(group, errors), blocks)
    others, best = _best(group, {g: arrays[g] for g in (0, *outside)}, state, channels)
    remark = f"{flow.describe(blocks)} has no elements {outside} of {group.name}: judged there as {flow.describe(best)}"
    return Verdict(_in_order(group, {**others, **errors}), blocks, remark)


def unjudged(group, why):
    """Returns the verdict on a tensor that is not judged."""
    return Verdict((None,) * group.order, None, f"not judged: {why}")


def relative_error(moved, expected):
    """Computes `max|moved - expected| / max|expected|`: 0 where both are equal, infinite for other shapes or NaN."""
    if moved.shape != expected.shape:
        return float("inf")
    if np.array_equal(moved, expected):
        return 0.0
    with np.errstate(all="ignore"):
        error = np.abs(moved - expected).max() / np.abs(expected).max()
    return float("inf") if np.isnan(error) else float(error)


def worst(lists):
    """Takes the larger error per element over several outputs; None where one of them is not judged."""
    return tuple(None if None in errors else max(errors) for errors in zip(*lists, strict=True))


def _errors(group, arrays, blocks, state):
    moved = {g: flow.act(blocks, group, g, arrays[0], state.data_format) for g in arrays}
    return {g: relative_error(arrays[g], moved[g]) for g in arrays}


def _best(group, arrays, state, channels):
    """Returns the errors and the blocks of the simplest field type that no other type clearly beats."""
    tried = [(_errors(group, arrays, blocks, state), blocks) for blocks in flow.candidates(group, channels)]
    smallest = min(max(errors.values()) for errors, _ in tried)
    return next((errors, blocks) for errors, blocks in tried if max(errors.values()) <= _CLEARLY_BETTER * smallest)


def _in_order(group, errors):
    return tuple(errors.get(g) for g in range(group.order))
