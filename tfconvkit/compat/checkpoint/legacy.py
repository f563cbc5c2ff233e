"""The map of names for models of legacy functions: a `LegacyLayer` knows the names of TensorFlow 1 by itself."""

from tfconvkit.compat.checkpoint.maps import Source, leaves, register
from tfconvkit.compat.tf1.tracking import LegacyLayer


@register("legacy")
def legacy(model):
    """Maps a model all of whose weights belong to `LegacyLayer`s.

    Args:
        model: Keras model.

    Returns:
        List of `(weight, Source)`, or None if a layer with weights is of another kind.
    """
    weighted = [layer for layer in leaves(model) if layer.weights]
    if not all(isinstance(layer, LegacyLayer) for layer in weighted):
        return None
    return [(weight, Source((name,))) for layer in weighted for name, weight in layer.variables_by_name.items()]
