"""The table of all public layers: one line per layer and configuration, for every generic contract."""

from typing import NamedTuple

import numpy as np

from tfconvkit import layers


class Case(NamedTuple):
    """A layer configuration with one input shape, and a second grid for layers that take any size."""

    layer: type
    arguments: dict
    shape: tuple
    other_grid: tuple = (7, 10)

    def __str__(self):
        shown = "-".join(f"{k}={v}" for k, v in self.arguments.items())
        return f"{self.layer.__name__}-{shown}".replace(" ", "")

    def make(self, **arguments):
        """Builds the layer with small random weights, so that biases and statistics count."""
        layer = self.layer(**{**self.arguments, **arguments})
        layer.build((None, *self.shape))
        rng = np.random.default_rng(0)
        layer.set_weights([rng.uniform(0.1, 0.9, size=w.shape) for w in layer.weights])
        return layer

    def sample(self, grid=None, batch=2):
        """Draws an input, of another grid where one is given."""
        shape = (*grid, self.shape[-1]) if grid else self.shape
        return np.random.default_rng(1).normal(size=(batch, *shape)).astype("float32")


CASES = (
    Case(layers.GroupConv2D, dict(filters=2, kernel_size=3, group="D4"), (8, 9, 16)),
    Case(layers.GroupConv2D, dict(filters=2, kernel_size=3, group="C4", strides=2, padding="same"), (8, 9, 8)),
    Case(
        layers.GroupConv2D,
        dict(filters=2, kernel_size=(2, 3), group="D2", padding="same", strides=3, dilation_rate=2, activation="relu"),
        (8, 9, 4),
    ),
    Case(
        layers.GroupConv2D,
        dict(filters=2, kernel_size=3, group="C4", input_field="trivial", output_field="trivial", use_bias=False),
        (8, 8, 3),
    ),
    Case(layers.LiftConv2D, dict(filters=2, kernel_size=3, group="D4", padding="same"), (8, 8, 3)),
    Case(layers.LiftConv2D, dict(filters=2, kernel_size=2, group="D1", padding="same", strides=2), (8, 9, 3)),
    Case(layers.ProjectConv2D, dict(filters=3, kernel_size=3, group="C4", padding="same"), (8, 9, 8)),
    Case(layers.ProjectConv2D, dict(filters=3, kernel_size=2, group="D4", padding="same", strides=2), (8, 9, 8)),
    Case(layers.GroupBatchNormalization, dict(group="D4", momentum=0.9), (8, 9, 16)),
    Case(layers.GroupBatchNormalization, dict(group="C4", center=False), (8, 8, 8)),
    Case(layers.GroupPooling, dict(group="D4"), (8, 9, 16)),
    Case(layers.GroupPooling, dict(group="C4", reduction="norm"), (8, 8, 8)),
    Case(layers.GroupMaxPooling2D, dict(group="C4"), (8, 8, 8)),
    Case(layers.GroupMaxPooling2D, dict(group="D4", pool_size=(2, 3), strides=2, padding="same"), (8, 9, 8)),
    Case(layers.GroupMaxPooling2D, dict(group="C4", pool_size=1, strides=3, padding="same"), (8, 9, 8)),
    Case(layers.GroupMaxPooling2D, dict(group="C4", padding="same", field="trivial"), (7, 9, 3)),
    Case(layers.GroupAveragePooling2D, dict(group="C4", pool_size=3), (8, 9, 8)),
    Case(layers.GroupAveragePooling2D, dict(group="D2", padding="same"), (7, 9, 8)),
    Case(layers.GroupAveragePooling2D, dict(group="C4", padding="same", field="trivial"), (7, 8, 3)),
)
