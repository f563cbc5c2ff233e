"""`.keras` files that somebody has edited: their configuration, or their weights."""

import io
import json
import zipfile

import h5py
import keras
import numpy as np

from tfconvkit import layers

GRID = (4, 6, 1)


def model():
    """A model with layers inside layers, activations, initialisers and weights."""
    inputs = keras.Input(GRID)
    conditioner = keras.Sequential([keras.layers.Conv2D(2, 3, padding="same", name="inner")], name="net")
    y = layers.Chain([layers.AffineCoupling(conditioner, name="coupling")], name="chain")(inputs)
    y = layers.GatedConv2D(2, 3, name="gated")(y)
    return keras.Model(inputs, layers.WeightNormConv2D(3, 3, name="normed")(y))


def sample():
    return np.random.default_rng(0).normal(size=(2, *GRID)).astype("float32")


def edited(path, member, change):
    """Rewrites one member of a file: what `change` makes of its bytes."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[member] = change(members[member])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def with_config(path, change):
    """Edits the configuration: `change` gets those of the layers by name, and changes them in place."""

    def rewrite(content):
        config = json.loads(content)
        change({layer["config"]["name"]: layer["config"] for layer in config["config"]["layers"]})
        return json.dumps(config).encode()

    return edited(path, "config.json", rewrite)


def with_weights(path, change):
    """Edits the weights: `change` gets the open HDF5 file."""

    def rewrite(content):
        stored = io.BytesIO(content)
        with h5py.File(stored, "a") as file:
            change(file)
        return stored.getvalue()

    return edited(path, "model.weights.h5", rewrite)
