"""Small versions of every network, with random weights and statistics."""

import contextlib
import math
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np

from tfconvkit import models


class Case(NamedTuple):
    """A small network for any group.

    Args:
        make: Function of the group.
        grid: Height and width of its samples.
        output_field: Field type of its output.
    """

    make: Callable
    grid: tuple
    output_field: str = "trivial"


def _cnn(*grid, **arguments):
    return lambda group: models.GroupCNN(group, (*grid, 2), classes=3, width=2, **arguments)


def _resnet(*grid, **arguments):
    return lambda group: models.GroupResNet(group, (*grid, 3), classes=4, widths=(2, 3, 7), **arguments)


def _unet(*grid, **arguments):
    return lambda group: models.GroupUNet(group, (*grid, 2), classes=2, **arguments)


CASES = {
    "cnn": Case(_cnn(28, 28), (28, 28)),
    "cnn-odd": Case(_cnn(29, 29, dropout=0.2, classifier_activation="softmax"), (29, 29)),
    "cnn-any": Case(_cnn(None, None), (33, 28)),
    "cnn-features": Case(_cnn(27, 27, include_top=False), (27, 27), "regular"),
    "resnet": Case(_resnet(9, 9, depth=8), (9, 9)),
    "resnet-padding": Case(_resnet(8, 8, depth=14, shortcut="padding", classifier_activation="softmax"), (8, 8)),
    "resnet-any": Case(_resnet(None, None, depth=8, shortcut="padding"), (10, 7)),
    "resnet-features": Case(_resnet(None, None, depth=8, include_top=False), (6, 9), "regular"),
    "unet": Case(_unet(8, 8, widths=(2, 3, 4)), (8, 8)),
    "unet-any": Case(_unet(None, None, widths=(2, 3, 4), classifier_activation="sigmoid"), (12, 8)),
    "unet-features": Case(_unet(8, 8, widths=(2, 3), include_top=False), (8, 8), "regular"),
}


@contextlib.contextmanager
def float64():
    """Builds and trains in float64 inside the block."""
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)


def build(name, group):
    """Builds one of the small networks with random normalisations and statistics."""
    return randomised(CASES[name].make(group))


def randomised(model):
    """Gives biases, normalisations and statistics random numbers; kernels have them from the start."""
    rng = np.random.default_rng(3)
    for weight in model.weights:
        if "gamma" in weight.path or "variance" in weight.path:
            weight.assign(rng.uniform(0.5, 1.5, weight.shape))
        elif "beta" in weight.path or "mean" in weight.path or "bias" in weight.path:
            weight.assign(rng.normal(scale=0.3, size=weight.shape))
    return model


def sample(model, grid, batch=2):
    """Draws inputs on a grid."""
    shape = (batch, *grid, model.input_shape[-1])
    return np.random.default_rng(4).normal(size=shape).astype(model.inputs[0].dtype)


def train_step(model, x):
    """Takes one step of gradient descent that is large enough to move the outputs."""
    model.compile(keras.optimizers.SGD(0.05), "mse", run_eagerly=True)
    model.train_on_batch(x, np.random.default_rng(5).normal(size=model(x).shape))


def parameters(model):
    """Counts the numbers that training changes."""
    return sum(math.prod(weight.shape) for weight in model.trainable_weights)
