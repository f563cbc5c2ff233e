"""Small networks with random weights, whose outputs depend on the input, for the tests of surgery."""

import keras
import numpy as np
from keras import layers as plain

from tfconvkit import groups, layers


def randomised(model):
    """Gives a model random weights and statistics."""
    rng = np.random.default_rng(1)
    is_positive = ["variance" in weight.path or "gamma" in weight.path for weight in model.weights]
    drawn = [
        rng.uniform(0.5, 1.5, w.shape) if positive else rng.normal(scale=0.4, size=w.shape)
        for positive, w in zip(is_positive, model.get_weights(), strict=True)
    ]
    model.set_weights(drawn)
    return model


def sample(model, batch=3):
    """Draws an input of a model."""
    return np.random.default_rng(5).normal(size=(batch, *model.inputs[0].shape[1:])).astype(model.inputs[0].dtype)


def outputs(model, x):
    """Lists the outputs of a model as arrays."""
    return [keras.ops.convert_to_numpy(keras.ops.cast(y, "float64")) for y in keras.tree.flatten(model(x))]


def of_rank(name, rank):
    return getattr(layers, f"{name}{rank}D")


def chain(group, grid, dilation_rate=1):
    """Lift, norm, relu, strided convolution, moved pooling windows, convolution, pooling over orientations."""
    rank = len(grid)
    parts = [
        of_rank("LiftConv", rank)(2, 3, group, padding="same", name="lift"),
        layers.GroupBatchNormalization(group, name="norm"),
        plain.ReLU(name="relu"),
        of_rank("GroupConv", rank)(2, 3, group, strides=2, padding="same", name="down"),
        of_rank("GroupMaxPooling", rank)(group, pool_size=3, strides=2, padding="same", name="max"),
        of_rank("GroupConv", rank)(
            2, 2, group, padding="same", dilation_rate=dilation_rate, activation="relu", name="even"
        ),
        layers.GroupPooling(group, name="pool"),
    ]
    return randomised(keras.Sequential([keras.Input((*grid, 3)), *parts], name="chain"))


def residual(group, grid):
    """Residual Add, two poolings joined, a projection to image planes, an image pooling, two outputs."""
    image = keras.Input((*grid, 3), name="image")
    x = layers.LiftConv2D(2, 3, group, padding="same", name="lift")(image)
    y = layers.GroupConv2D(2, 3, group, padding="same", use_bias=False, name="inner")(x)
    y = layers.GroupBatchNormalization(group, name="norm")(y)
    x = plain.Add(name="add")([x, plain.ReLU(name="relu")(y)])
    average = layers.GroupAveragePooling2D(group, padding="same", name="average")(x)
    largest = layers.GroupMaxPooling2D(group, padding="same", name="largest")(x)
    x = plain.Concatenate(name="join")([average, largest])
    planes = layers.ProjectConv2D(3, 2, group, strides=2, padding="same", name="project")(x)
    planes = layers.GroupMaxPooling2D(group, padding="same", field="trivial", name="planes")(planes)
    invariant = layers.GroupPooling(group, name="pool")(plain.GlobalAveragePooling2D(name="mean")(x))
    return randomised(keras.Model(image, [plain.Dense(4, name="dense")(invariant), planes], name="residual"))


def nested(group, grid):
    """A strided block of open size called at two sizes, and a layer that is called twice."""
    channels = 2 * groups.get(group, 2).order
    block = [
        layers.GroupConv2D(2, 3, group, strides=2, padding="same", name="conv"),
        layers.GroupBatchNormalization(group, name="norm"),
        plain.ReLU(name="relu"),
    ]
    block = keras.Sequential([keras.Input((None, None, channels)), *block], name="block")
    shared = layers.GroupConv2D(2, 3, group, padding="same", name="shared")
    image = keras.Input((*grid, 3), name="image")
    x = layers.LiftConv2D(2, 2, group, padding="same", name="lift")(image)
    x = block(shared(block(shared(x))), training=False)
    pooled = [layers.GroupPooling(group, reduction=r, name=r)(x) for r in ("max", "mean", "sum", "norm")]
    return randomised(keras.Model(image, plain.Concatenate(name="heads")(pooled), name="nested"))


NETWORKS = {
    "chain C4 9x8": ("C4", lambda: chain("C4", (9, 8), dilation_rate=2)),
    "chain D4 8x8": ("D4", lambda: chain("D4", (8, 8))),
    "residual C4 9x9": ("C4", lambda: residual("C4", (9, 9))),
    "residual D4 8x7": ("D4", lambda: residual("D4", (8, 7))),
    "nested C4 10x10": ("C4", lambda: nested("C4", (10, 10))),
    "nested D4 12x9": ("D4", lambda: nested("D4", (12, 9))),
    "chain D1 9": ("D1", lambda: chain("D1", (9,))),
    "chain C4 4x5x5": ("C4", lambda: chain("C4", (4, 5, 5))),
    "chain O 4x4x4": ("O", lambda: chain("O", (4, 4, 4))),
}
