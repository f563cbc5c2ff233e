"""The map of keras-gcnn: variables `<layer>/<weight>`, kernels in the layout of GrouPy.

| layer | in the checkpoint |
|---|---|
| `compat.keras_gcnn.GConv2D` | kernel `(k, k, order * channels, filters)`, the orientation slowest: as it is |
| `layers.GroupConv2D`, `layers.LiftConv2D` | the same, reordered: the orientation fastest |
| normalisations, `keras.layers.Dense` and others | as they are |
"""

import numpy as np

from tfconvkit import layers
from tfconvkit.compat.checkpoint.maps import Source, leaves, register
from tfconvkit.compat.keras_gcnn import GConv2D

_GROUP = (layers.GroupConv2D, layers.GroupBatchNormalization, GConv2D)


@register("keras_gcnn")
def keras_gcnn(model):
    """Maps a model with group layers, by the names of its layers.

    Args:
        model: Keras model.

    Returns:
        List of `(weight, Source)`, or None if it has no group layer.
    """
    found = list(leaves(model))
    if not any(isinstance(layer, _GROUP) for layer in found):
        return None
    return [pair for layer in found for pair in _layer(layer)]


def _layer(layer):
    for weight in layer.weights:
        is_kernel = isinstance(layer, layers.GroupConv2D) and weight is layer.kernel
        names = (f"{layer.name}/{weight.name}",)
        yield weight, Source(names, _Orientations(layer) if is_kernel else None)


class _Orientations:
    """The layout of a group convolution's kernel: third axis `t * channels + c` to `c * order + t`."""

    def __init__(self, layer):
        self.order = 1 if layer.input_field == "trivial" else layer.group.order

    def __call__(self, raw):
        if raw.ndim != 4 or raw.shape[2] % self.order:
            return raw  # What loads it names the shapes.
        *cells, inputs, filters = raw.shape
        split = raw.reshape(*cells, self.order, inputs // self.order, filters)
        return np.swapaxes(split, -3, -2).reshape(raw.shape)
