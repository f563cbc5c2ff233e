"""Statistics of batch normalisation, estimated anew."""

import keras
import numpy as np

from tfconvkit.ops import arguments


def estimate_statistics(model, x, batch_size=128):
    """Replaces the moving statistics of batch normalisation by their means over batches of the data.

    In training they follow weights that still change; before a test they are better taken from the final weights.
    Every layer reads what the layers before it give in training, but without dropout, as in the test. Weights,
    momentum and rates stay as they are.

    Args:
        model: A built `keras.Model`; its direct layers `keras.layers.BatchNormalization`, `GroupBatchNormalization`
            and `keras.layers.Dropout` are meant, which the models of this package consist of.
        x: Array of inputs, `(samples, ...)`.
        batch_size: Samples per batch; equal batches give the plain mean, and a smaller last one counts as much.

    Raises:
        ValueError: if there are no samples.

    Reference:
        Ioffe and Szegedy, Batch Normalization, 2015 (https://arxiv.org/abs/1502.03167), section 3.1.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.BatchNormalization()])
        >>> models.estimate_statistics(model, np.random.default_rng(0).normal(5.0, size=(64, 8, 8, 3)))
        >>> model.layers[0].moving_mean.numpy().round(1)
        array([5., 5., 5.], dtype=float32)
    """
    arguments.instance("estimate_statistics", "model", model, keras.Model, "Build it first.")
    batch_size = arguments.integer("estimate_statistics", "batch_size", batch_size, least=1)
    x = np.asarray(arguments.numeric("estimate_statistics", "x", x))
    if x.ndim == 0 or x.size == 0:
        raise ValueError("estimate_statistics needs at least one sample. Received an empty array.")
    norms = _settings(model, keras.layers.BatchNormalization, "momentum")
    drops = _settings(model, keras.layers.Dropout, "rate")
    try:
        _assign("rate", {layer: 0 for layer in drops})
        for number, start in enumerate(range(0, len(x), batch_size)):
            _assign("momentum", {layer: number / (number + 1) for layer in norms})
            model(x[start : start + batch_size], training=True)
    finally:
        _assign("momentum", norms)
        _assign("rate", drops)


def _settings(model, kind, name):
    return {layer: getattr(layer, name) for layer in model.layers if isinstance(layer, kind)}


def _assign(name, values):
    for layer, value in values.items():
        setattr(layer, name, value)
