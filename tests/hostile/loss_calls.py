"""Calls of `tfconvkit.losses` that work."""

import functools

import keras
import numpy as np
from hostile.calls import Call
from hostile.tensors import array

from tfconvkit import losses

KERNEL = array(3, 3, 2, 4)


def value(make, y_true, y_pred, sample_weight=None, **arguments):
    """What a loss gives."""
    return make(**arguments)(y_true, y_pred, sample_weight)


def penalty(make, kernel, **arguments):
    """What a regulariser gives."""
    return make(**arguments)(kernel)


def is_per_sample(result, y_pred, reduction, **_):
    return tuple(result.shape) == (np.shape(y_pred)[:1] if reduction in (None, "none") else ())


def loss_of(make, y_true, y_pred, **arguments):
    own = dict(y_true=y_true, y_pred=y_pred, sample_weight=array(2), reduction="sum", name=None, dtype="float32")
    return Call(f"losses.{make.__name__}", functools.partial(value, make), {**own, **arguments}, is_per_sample,
                is_smooth=False)


SPECTRUM = dict(kernel=KERNEL, grid=(4, 4), factor=0.1, strides=1, dilation_rate=1)
CALLS = [
    loss_of(losses.MaskedL1, array(2, 4, 4, 4), array(2, 4, 4, 3), hole=1.0, known=0.5, normalize=True),
    loss_of(losses.DiscriminatorLoss, array(2, 5), array(2, 5), kind="hinge"),
    loss_of(losses.GeneratorLoss, array(2, 5), array(2, 5), kind="log"),
    loss_of(losses.BicubicDownscale, array(2, 12, 12, 3), array(2, 5, 5, 3), scale=2),
    Call("losses.MaskedL1", lambda y_true, y_pred: losses.MaskedL1()(y_true, y_pred),
         dict(y_true=array(2, 4, 4, 4), y_pred=array(2, 4, 4, 3))),
    Call("losses.DiscriminatorLoss", lambda y_true, y_pred: losses.DiscriminatorLoss()(y_true, y_pred),
         dict(y_true=array(2, 5), y_pred=array(2, 5))),
    Call("losses.GeneratorLoss", lambda y_true, y_pred: losses.GeneratorLoss("least_squares")(y_true, y_pred),
         dict(y_true=array(2, 5), y_pred=array(2, 5))),
    Call("losses.BicubicDownscale", lambda y_true, y_pred: losses.BicubicDownscale()(y_true, y_pred),
         dict(y_true=array(2, 12, 12, 3), y_pred=array(2, 5, 5, 3))),
    Call("losses.OrthogonalityPenalty", functools.partial(penalty, losses.OrthogonalityPenalty), dict(
        SPECTRUM, groups=2)),
    Call("losses.OrthogonalityPenalty", functools.partial(penalty, losses.OrthogonalityPenalty), dict(
        SPECTRUM, depthwise=True)),
    Call("losses.LipschitzPenalty", functools.partial(penalty, losses.LipschitzPenalty), dict(SPECTRUM, limit=1.0)),
    Call("losses.boundaries", losses.boundaries, dict(kernel=array(9, 9))),
    Call("losses.centralized", losses.centralized, dict(kernel=array(5, 6, 1, 1), scale=2), is_finite=False),
    Call("losses.sparse", losses.sparse, dict(kernel=array(5, 6), power=0.2)),
    Call("losses.sum_to_one", losses.sum_to_one, dict(kernel=array(5, 6))),
    Call("losses.gradient_penalty", losses.gradient_penalty,
         dict(critic=keras.ops.sin, x=array(4, 3), mask=array(4, 1))),
]
