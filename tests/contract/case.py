"""One line of the contract table: a layer configuration with the shapes of its inputs."""

from typing import NamedTuple

import keras
import numpy as np
from backends.running import run


class Fresh:
    """A constructor argument that is made anew for every layer, so that no two layers share its weights.

    Args:
        label: What stands in the name of the case.
        function: Makes the argument: a layer, a list of layers.
    """

    def __init__(self, label, function):
        self.label, self.function = label, function

    def __repr__(self):
        return self.label

    def __call__(self, dtype=None):
        """Makes the argument under a dtype policy."""
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(dtype or before)
        try:
            return self.function()
        finally:
            keras.config.set_dtype_policy(before)


class Case(NamedTuple):
    """A layer configuration with its input shape.

    Args:
        layer: Layer class.
        arguments: Constructor arguments; layers among them as `Fresh`.
        shape: Shape of one sample, or a list of shapes for a layer of several inputs.
        positive: Whether inputs are uniform in (0.05, 0.95), as images are, instead of normal.
        grids: Grids for layers that take any size; by default three of different parities.
        call: Call arguments of every call.
    """

    layer: type
    arguments: dict
    shape: tuple | list
    positive: bool = False
    grids: tuple | None = None
    call: dict = {}

    def __str__(self):
        shown = "-".join(f"{k}={v}" for k, v in {**self.arguments, **self.call}.items())
        return f"{self.layer.__name__}-{shown}".replace(" ", "")

    @property
    def shapes(self):
        """List of the input shapes."""
        return self.shape if isinstance(self.shape, list) else [self.shape]

    @property
    def any_shapes(self):
        """The input shapes with unknown grid."""
        return [(*(None for _ in shape[:-1]), shape[-1]) for shape in self.shapes]

    @property
    def sample_grids(self):
        """Three grids for layers that take any size."""
        rank = len(self.shapes[0]) - 1
        return self.grids or (self.shapes[0][:-1], (7, 10, 5)[:rank], (9, 6, 8)[:rank])

    def packed(self, values):
        """The list of inputs, or its only element, as the layer takes it."""
        return list(values) if isinstance(self.shape, list) else next(iter(values))

    def make(self, **arguments):
        """Builds the layer with small random weights, so that biases and statistics count."""
        own = {k: v(arguments.get("dtype")) if isinstance(v, Fresh) else v for k, v in self.arguments.items()}
        layer = self.layer(**{**own, **arguments})
        if self.call.get("inverse"):
            # A flow's build takes the shape of its forward input; the inverse finds it by itself.
            self.apply(layer, self.packed(keras.KerasTensor((None, *shape)) for shape in self.shapes))
        else:
            layer.build(self.packed((None, *shape) for shape in self.shapes))
        rng = np.random.default_rng(0)
        layer.set_weights([rng.uniform(0.1, 0.9, size=w.shape) for w in layer.weights])
        return layer

    def apply(self, layer, x):
        """Calls the layer with the call arguments of the case."""
        return layer(x, **self.call)

    def values(self, layer, x):
        """What the layer gives for arrays."""
        return run(lambda x: self.apply(layer, x), x)

    def sample(self, grid=None, batch=2):
        """Draws the inputs, of another grid where one is given."""
        rng = np.random.default_rng(1)
        shapes = [(batch, *(grid or shape[:-1]), shape[-1]) for shape in self.shapes]
        if self.positive:
            return self.packed(rng.uniform(0.05, 0.95, size=shape).astype("float32") for shape in shapes)
        return self.packed(rng.normal(size=shape).astype("float32") for shape in shapes)

    def model(self, layer, shapes):
        """A functional model of the layer alone, for inputs of these shapes."""
        inputs = self.packed(keras.Input(shape) for shape in shapes)
        return keras.Model(inputs, self.apply(layer, inputs))
