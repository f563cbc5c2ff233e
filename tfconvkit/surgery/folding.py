"""Folds batch normalisations into the convolutions before them."""

import collections

import keras
import numpy as np

from tfconvkit.surgery.rewriting import Replacement, Rewriter

_CONVOLUTIONS = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)
_TRANSPOSED = (keras.layers.Conv1DTranspose, keras.layers.Conv2DTranspose, keras.layers.Conv3DTranspose)


def fold_batch_norm(model, calls):
    """Rebuilds a plain model without the batch normalisations that directly follow a convolution.

    With `scale = gamma / sqrt(variance + epsilon)` per channel `o`: `kernel'[u, c, o] = kernel[u, c, o] scale[o]` and
    `bias'[o] = (bias[o] - mean[o]) scale[o] + beta[o]`, computed in float64.

    Args:
        model: A plain Sequential or functional model.
        calls: The calls of its layers, as `Rewriter.calls` of the run that built it.
    """
    norms = dict(_foldable(calls))
    dropped = {id(norm) for norm in norms.values()}

    def replace(layer, tensors):
        if id(layer) in dropped:
            return Replacement(lambda name: [])
        if id(layer) in norms:
            return Replacement(lambda name: [_folded(layer, norms[id(layer)], tensors[0].shape)])
        return None

    return Rewriter(replace).rebuild(model)


def _foldable(calls):
    """Lists pairs of the identity of a convolution and the batch normalisation that alone reads it."""
    readers = collections.Counter(id(tensor) for call in calls for tensor in call.inputs)
    uses = collections.Counter(id(layer) for call in calls for layer in call.layers)
    makers = {id(call.outputs[0]): call.layers[-1] for call in calls if call.outputs}
    for call in calls:
        norm = call.layers[0] if call.layers else None
        if type(norm) is not keras.layers.BatchNormalization or call.training:
            continue
        maker = makers.get(id(call.inputs[0]))
        is_alone = readers[id(call.inputs[0])] == uses[id(maker)] == uses[id(norm)] == 1
        if is_alone and isinstance(maker, (*_CONVOLUTIONS, *_TRANSPOSED)) and _is_linear(maker, norm):
            yield id(maker), norm


def _is_linear(convolution, norm):
    """Says whether nothing stands between the convolution's sum and the norm, and both have one channel axis."""
    channel_axis = convolution.rank + 1 if convolution.data_format == "channels_last" else 1
    is_same_axis = norm.axis % (convolution.rank + 2) == channel_axis
    return convolution.activation is keras.activations.linear and is_same_axis


def _folded(convolution, norm, shape):
    kernel, *biases = (np.asarray(weight, "float64") for weight in convolution.get_weights())
    mean, variance, gamma, beta = statistics(norm)
    scale = gamma / np.sqrt(variance + norm.epsilon)
    is_transposed = isinstance(convolution, _TRANSPOSED)
    folded = type(convolution).from_config({**convolution.get_config(), "use_bias": True})
    folded.build(shape)
    bias = ((biases[0] if biases else 0.0) - mean) * scale + beta
    folded.set_weights([kernel * (scale[:, None] if is_transposed else scale), bias])
    return folded


def statistics(norm):
    """Returns mean, variance, gamma and beta per channel in float64."""
    weights = (norm.moving_mean, norm.moving_variance, norm.gamma, norm.beta)
    defaults = (0.0, 1.0, 1.0, 0.0)
    return [
        np.full(norm.moving_mean.shape, default) if weight is None else keras.ops.convert_to_numpy(weight).astype(float)
        for weight, default in zip(weights, defaults, strict=True)
    ]
