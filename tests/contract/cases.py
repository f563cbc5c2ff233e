"""The table of all public layers: one line per layer and configuration, for every generic contract."""

from typing import NamedTuple

import numpy as np

from tfconvkit import layers


class Case(NamedTuple):
    """A layer configuration with one input shape."""

    layer: type
    arguments: dict
    shape: tuple

    def __str__(self):
        shown = "-".join(f"{k}={v}" for k, v in self.arguments.items())
        return f"{self.layer.__name__}-{shown}".replace(" ", "")

    @property
    def any_shape(self):
        """The input shape with unknown grid."""
        return (*(None for _ in self.shape[:-1]), self.shape[-1])

    @property
    def grids(self):
        """Three grids for layers that take any size, of different parities."""
        rank = len(self.shape) - 1
        return self.shape[:-1], (7, 10, 5)[:rank], (9, 6, 8)[:rank]

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
    Case(layers.GroupMaxPooling2D, dict(group="D1", pool_size=3, strides=2, padding="same"), (8, 8, 4)),
    Case(layers.GroupMaxPooling2D, dict(group="C4", pool_size=1, strides=3, padding="same"), (8, 9, 8)),
    Case(layers.GroupMaxPooling2D, dict(group="C4", padding="same", field="trivial"), (7, 9, 3)),
    Case(layers.GroupAveragePooling2D, dict(group="C4", pool_size=3), (8, 9, 8)),
    Case(layers.GroupAveragePooling2D, dict(group="D2", padding="same"), (7, 9, 8)),
    Case(layers.GroupAveragePooling2D, dict(group="C4", padding="same", field="trivial"), (7, 8, 3)),
    Case(layers.GroupConvTranspose2D, dict(filters=2, kernel_size=3, group="C4", strides=2, padding="same"), (4, 5, 8)),
    Case(layers.GroupConvTranspose2D, dict(filters=1, kernel_size=2, group="D4", strides=3), (4, 5, 8)),
    Case(layers.GroupUpSampling2D, dict(group="C4"), (4, 5, 8)),
    Case(layers.GroupUpSampling2D, dict(group="D2", size=(1, 3), field="trivial"), (4, 5, 3)),
    Case(layers.GroupDropout, dict(group="C4", rate=0.4), (4, 5, 8)),
    Case(layers.GroupDropout, dict(group="D4", rate=0.5, spatial=True, seed=1), (4, 5, 16)),
    Case(layers.GroupRestrict, dict(group="D4", subgroup="C4"), (4, 5, 16)),
    Case(layers.GroupRestrict, dict(group="D4", subgroup="D1_columns"), (4, 5, 16)),
    Case(layers.GroupConv1D, dict(filters=2, kernel_size=3, group="D1", strides=2, padding="same"), (8, 4)),
    Case(layers.GroupConv1D, dict(filters=2, kernel_size=4, group="D1", activation="relu"), (8, 4)),
    Case(layers.LiftConv1D, dict(filters=2, kernel_size=2, group="D1", padding="same"), (8, 3)),
    Case(layers.LiftConv1D, dict(filters=2, kernel_size=3, group="C1"), (8, 3)),
    Case(layers.ProjectConv1D, dict(filters=2, kernel_size=3, group="D1", padding="same"), (8, 4)),
    Case(layers.ProjectConv1D, dict(filters=2, kernel_size=2, group="D1", strides=3, padding="same"), (8, 4)),
    Case(layers.GroupConv3D, dict(filters=1, kernel_size=3, group="C4", strides=2, padding="same"), (4, 5, 6, 4)),
    Case(layers.GroupConv3D, dict(filters=1, kernel_size=2, group="D4", use_bias=False), (4, 5, 6, 8)),
    Case(layers.LiftConv3D, dict(filters=1, kernel_size=3, group="O", padding="same"), (4, 4, 5, 2)),
    Case(layers.LiftConv3D, dict(filters=1, kernel_size=2, group="C4v"), (4, 4, 5, 2)),
    Case(layers.ProjectConv3D, dict(filters=2, kernel_size=3, group="C4", padding="same"), (4, 4, 5, 4)),
    Case(layers.ProjectConv3D, dict(filters=2, kernel_size=2, group="D4", padding="same"), (4, 4, 5, 8)),
    Case(layers.GroupMaxPooling1D, dict(group="D1", padding="same"), (7, 4)),
    Case(layers.GroupMaxPooling1D, dict(group="D1", pool_size=3, field="trivial"), (7, 3)),
    Case(layers.GroupAveragePooling1D, dict(group="D1", padding="same"), (7, 4)),
    Case(layers.GroupAveragePooling1D, dict(group="D1", pool_size=3), (7, 4)),
    Case(layers.GroupMaxPooling3D, dict(group="C4", padding="same"), (5, 5, 4, 4)),
    Case(layers.GroupMaxPooling3D, dict(group="O", padding="same", field="trivial"), (5, 5, 5, 2)),
    Case(layers.GroupAveragePooling3D, dict(group="C4", padding="same"), (5, 5, 4, 4)),
    Case(layers.GroupAveragePooling3D, dict(group="C4v"), (4, 5, 4, 8)),
)
