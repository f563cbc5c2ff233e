"""Hostile arguments of losses, operators, solvers and groups: each argument of a call that works, one by one."""

from typing import NamedTuple

import numpy as np
from hostile import fuzzing, judging

from tfconvkit import groups, losses, operators


class Call(NamedTuple):
    """A call that works.

    Args:
        function: What is called.
        arguments: Arguments by name.
    """

    function: object
    arguments: dict


def array(*shape, dtype="float32"):
    return np.random.default_rng(0).uniform(0.05, 0.95, size=shape).astype(dtype)


KERNEL = array(3, 3, 2, 4)
CALLS = {
    "losses": (
        Call(losses.MaskedL1, dict(hole=1.0, known=0.5, normalize=True)),
        Call(losses.DiscriminatorLoss, dict(kind="hinge")),
        Call(losses.GeneratorLoss, dict(kind="hinge")),
        Call(losses.BicubicDownscale, dict(scale=2)),
        Call(losses.OrthogonalityPenalty, dict(grid=(4, 4), factor=0.1, strides=1)),
        Call(losses.LipschitzPenalty, dict(grid=(4, 4), limit=1.0, factor=0.1)),
    ),
    "operators": (
        Call(operators.Convolution, dict(kernel=KERNEL, grid=(5, 6), padding="same", pad_mode="wrap", strides=1)),
        Call(operators.Convolution, dict(kernel=KERNEL, grid=(5, 6), padding="valid", dilation_rate=2)),
        Call(operators.Unfold, dict(grid=(5, 6), channels=2, size=3, strides=2, padding="same")),
        Call(operators.Mask, dict(mask=array(4, 3), shape=(4, 3))),
        Call(operators.Identity, dict(shape=(4, 3))),
        Call(operators.ConjugateGradient, dict(damping=0.1, tol=1e-3, max_steps=5)),
        Call(operators.Dense, dict(rcond=None, damping=0.1)),
        Call(operators.Spectral, dict(rcond=0.1)),
    ),
    "groups": (Call(groups.get, dict(group="D4", rank=2)), Call(groups.get, dict(group="C4"))),
}


def faults(family):
    """Replaces each argument of each call by each hostile value; returns what got no answer, and how many were made."""
    found, count = [], 0
    for call in CALLS[family]:
        for name in call.arguments:
            for value in fuzzing.VALUES:
                count += 1
                try:
                    call.function(**{**call.arguments, name: value})
                except Exception as error:  # any exception at all is what is judged
                    fault = judging.fault_of_error(error)
                    found += [(call.function.__name__, name, value, fault)] if fault else []
    return found, count
