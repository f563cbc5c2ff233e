"""Attention weights from scores: thinning, masks, softmax, and where each query looks."""

from keras import ops

from tfconvkit.ops.attention.resizing import reduced_size
from tfconvkit.ops.pooling import largest

# Far below every logit, and finite, so that rows without any usable key have finite gradients.
_EXCLUDED = -1e30


def thinned(x, strides):
    """Keeps every `strides`-th line and column of the last two axes, from the first one on.

    Args:
        x: Tensor `(..., height, width)`.
        strides: Integer.

    Example:
        >>> thinned(ops.ones((1, 5, 4)), 2).shape
        TensorShape([1, 3, 2])
    """
    return x if strides == 1 else x[..., ::strides, ::strides]


def attention_weights(scores, usable=None, masked="zero_logit", least=None):
    """Computes the softmax of scores over keys, of which some may not be used.

    Args:
        scores: Tensor `(batch, queries, keys)`, scaled.
        usable: Tensor `(batch or 1, keys)` of ones and zeros, or None: all may be used.
        masked: `"zero_logit"`: `a = u softmax(u scores)`, so that unusable keys compete with logit 0 and rows sum to
            less than 1. `"exclude"`: the softmax over the usable keys alone, rows sum to 1. Both give zeros where
            none is usable.
        least: None, or the least sum of a row of `"zero_logit"`: rows whose usable keys lie so far below the logit 0
            that their weights sum to less are those of `"exclude"` times `least`, instead of vanishing by underflow.

    Output shape:
        `(batch, queries, keys)`.

    Example:
        >>> np.asarray(attention_weights(ops.zeros((1, 1, 4)), ops.convert_to_tensor([[1.0, 1.0, 1.0, 0.0]])))
        array([[[0.25, 0.25, 0.25, 0.  ]]], dtype=float32)
    """
    if usable is None:
        return _softmax(scores)
    usable = ops.expand_dims(ops.cast(usable, scores.dtype), 1)
    logits = scores * usable
    weights = _softmax(logits) * usable
    if masked == "zero_logit" and least is None:
        return weights
    among_usable = _softmax(logits + (1 - usable) * _EXCLUDED) * usable
    if masked == "exclude":
        return among_usable
    return ops.where(ops.sum(weights, axis=-1, keepdims=True) < least, least * among_usable, weights)


def _softmax(logits):
    # Not ops.softmax: without AVX512 TensorFlow's multiplies by an approximate 1 / sum, so that a row with a single 1
    # holds 0.99999994 instead, and gradients that should vanish are 6e-5.
    powers = ops.exp(logits - ops.stop_gradient(largest(logits, axis=-1, keepdims=True)))
    return powers / ops.sum(powers, axis=-1, keepdims=True)


def offsets(attention, first_line, width_f, width_b, strides):
    """Computes where each query looks most: line and column of its largest weight minus its own.

    Args:
        attention: Tensor `(batch, queries, keys)`; of equal weights the first counts.
        first_line: Line of the first query.
        width_f, width_b: Cells of a line of queries and, before thinning, of keys.
        strides: Distance of the keys.

    Output shape:
        `(batch, queries, 2)`, int32.
    """
    best = ops.cast(ops.argmax(attention, axis=-1), "int32")
    kept = reduced_size(width_b, strides)
    own = ops.arange(ops.shape(attention)[1], dtype="int32")
    lines = (best // kept) * strides - (own // width_f + first_line)
    columns = (best % kept) * strides - own % width_f
    return ops.stack([lines, columns], axis=-1)
