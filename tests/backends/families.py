"""One model for each family of layers: writes them to `.keras` files on one backend, and runs files of another.

Usage: KERAS_BACKEND=... python families.py write|read FOLDER...      (a file and its outputs for each family)
"""

import sys
from pathlib import Path

import keras
import numpy as np

from tfconvkit import layers, models


def conv(filters, **arguments):
    return keras.layers.Conv2D(filters, 3, padding="same", activation="tanh", **arguments)


def group():
    return models.GroupCNN("D4", (27, 27, 2), classes=3, width=2)


def attention():
    inputs = [keras.Input((8, 8, 3)), keras.Input((8, 8, 3))]
    return keras.Model(inputs, layers.ContextualAttention(softmax_scale=0.1)(inputs))


def gated():
    parts = [layers.GatedConv2D(3, 3, padding="symmetric"), layers.GatedConvUp2D(2)]
    return keras.Sequential([keras.Input((6, 7, 2)), *parts])


def flow():
    inputs = keras.Input((4, 6, 2))
    parts = [layers.ActNorm(), layers.AffineCoupling(conv(4)), layers.Squeeze(2), layers.InvertibleConv2D(seed=1),
             layers.SplineCoupling(conv(44), mask="channel", bins=4)]
    return keras.Model(inputs, layers.Chain(parts)(inputs, return_log_det=True))


def density():
    return models.Flow(layers.Chain([layers.Dequantize(17), layers.Logit(0.1), layers.AffineCoupling(conv(2))]))


def collapsible():
    parts = [layers.CollapsibleConv2D(4, 3, inner_filters=5, padding="same"), layers.BranchConv2D(3, 3),
             layers.LinearGenerator(filters=4, kernel_sizes=[3, 2, 1])]
    return keras.Sequential([keras.Input((12, 11, 3)), *parts])


def operators():
    inputs = keras.Input((6, 5, 3))
    y = layers.SpectralNormConv2D(3, 3, pad_mode="wrap")(inputs)
    return keras.Model(inputs, layers.ConvPseudoInverse2D(filters=2, kernel_size=3, damping=1.0)(y))


def patches():
    parts = [layers.Unfold(4, strides=2, padding="same"), layers.Fold(4, strides=2, padding="same", normalize="count")]
    return keras.Sequential([keras.Input((8, 6, 2)), *parts])


FAMILIES = (group, attention, gated, flow, density, collapsible, operators, patches)


def write(folder):
    for family in FAMILIES:
        keras.utils.set_random_seed(1)
        model = family()
        x = samples(model)
        model(x)
        rng = np.random.default_rng(0)
        model.set_weights([w + rng.uniform(0.0, 0.1, size=w.shape) for w in model.get_weights()])
        model.save(folder / f"{family.__name__}.keras")
        np.savez(folder / f"{family.__name__}.npz", *outputs(model, x))


def read(folder):
    for family in FAMILIES:
        model = keras.saving.load_model(folder / f"{family.__name__}.keras")
        found = outputs(model, samples(model))
        with np.load(folder / f"{family.__name__}.npz") as expected:
            error = max(np.abs(y - expected[key]).max() / np.abs(expected[key]).max()
                        for y, key in zip(found, expected.files, strict=True))
        print(folder.name, family.__name__, error)


def samples(model):
    """Normal inputs; a density is asked by its inverse below, its forward pass draws noise."""
    if isinstance(model, models.Flow):
        return np.random.default_rng(1).uniform(0.1, 0.9, size=(2, 4, 6, 1)).astype("float32")
    inputs = [np.random.default_rng(1).normal(size=(2, *x.shape[1:])).astype("float32") for x in model.inputs]
    return inputs if len(inputs) > 1 else inputs[0]


def outputs(model, x):
    y = model.chain(x, inverse=True, return_log_det=True) if isinstance(model, models.Flow) else model(x)
    return [keras.ops.convert_to_numpy(value) for value in keras.tree.flatten(y)]


if __name__ == "__main__":
    for folder in map(Path, sys.argv[2:]):
        {"write": write, "read": read}[sys.argv[1]](folder)
