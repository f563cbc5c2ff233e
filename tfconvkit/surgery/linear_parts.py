"""What each linear Keras layer computes, as one convolution with its pads."""

import math
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
from keras import layers as plain
from keras import ops

from tfconvkit import padding
from tfconvkit.layers.linear import Collapsible
from tfconvkit.ops.kernels import Stage, compose
from tfconvkit.surgery.folding import statistics


class NotLinear(ValueError):
    """Says why a layer is no convolution."""


class LinearPart(NamedTuple):
    """A layer as one convolution of arrays in float64.

    Args:
        stage: The convolution; None for a sum of several inputs.
        pads: "valid", "same", or a tuple of `(before, behind)` per axis.
        activation: What the layer applies behind the convolution.
        is_convolution: Whether the layer is one of convolution kernels, not a normalisation, pooling or padding.
        is_collapsible: Whether it is a `layers.Collapsible`, which becomes a convolution by itself.
        policy: Its dtype policy; None for operations.
    """

    stage: Stage | None
    pads: str | tuple = "valid"
    activation: Callable = keras.activations.linear
    is_convolution: bool = False
    is_collapsible: bool = False
    policy: object = None

    @property
    def is_linear(self):
        return self.activation is keras.activations.linear

    @property
    def biases(self):
        """The bias, or a zero."""
        return 0.0 if self.stage.bias is None else self.stage.bias

    def taps(self, axis):
        """Says for each place of the (dilated) kernel along an axis whether a tap stands there."""
        taps = np.zeros(padding.dilated_size(self.stage.kernel.shape[axis], self.stage.dilation_rate[axis]), bool)
        taps[:: self.stage.dilation_rate[axis]] = True
        return taps

    def pads_at(self, axis, size):
        """Returns the zeros `(before, behind)` along an axis of the given size."""
        if self.pads == "same":
            return padding.same_pads(size, self.taps(axis).size, self.stage.strides[axis])
        return (0, 0) if self.pads == "valid" else self.pads[axis]


def linear_part(step, specs):
    """Returns the `LinearPart` of one call.

    Args:
        step: A `Step` of an `audit.graph.Graph`.
        specs: Specifications of what it reads.

    Raises:
        NotLinear: with the reason.
    """
    layer, rank = step.layer, len(specs[0].shape) - 2
    policy = getattr(layer, "dtype_policy", None)
    if type(layer).__name__ == "Add":
        _check_sum(step, specs)
        return LinearPart(None, policy=policy)
    reader = _collapsible if isinstance(layer, Collapsible) else _READERS.get(type(layer))
    if reader is None:
        raise NotLinear(f"{type(layer).__name__} is no linear layer")
    if rank not in (1, 2):
        raise NotLinear(f"its input of shape {tuple(specs[0].shape)} is no signal or image")
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        raise NotLinear("its data_format is not channels_last")
    if not keras.backend.is_float_dtype(specs[0].dtype):
        raise NotLinear(f"its input has the dtype {specs[0].dtype}")
    if getattr(layer, "activity_regularizer", None) is not None:
        raise NotLinear("its activity regularizer adds a loss on what it makes")
    if step.training and isinstance(layer, (plain.BatchNormalization, Collapsible)):
        raise NotLinear("the model calls it with training=True, where it uses the statistics of each batch")
    return reader(layer, specs[0])._replace(policy=policy)


def _check_sum(step, specs):
    shapes = {tuple(spec.shape) for spec in specs}
    if len(keras.tree.flatten(step.arguments(specs))) != len(specs) or len(specs) < 2:
        raise NotLinear("it adds a constant")
    if len(shapes) > 1 or len(specs[0].shape) not in (3, 4):
        raise NotLinear(f"it adds {' and '.join(map(str, sorted(shapes, key=str)))}")


def _array(tensor):
    return None if tensor is None else ops.convert_to_numpy(tensor).astype("float64")


def _convolution(layer, spec):
    stage = Stage(_array(layer.kernel), _array(layer.bias), layer.strides, layer.dilation_rate, layer.groups)
    causal = ((padding.dilated_size(layer.kernel_size[0], layer.dilation_rate[0]) - 1, 0),)
    pads = causal if layer.padding == "causal" else layer.padding
    return LinearPart(stage, pads, layer.activation, is_convolution=True)


def _depthwise(layer, spec):
    stage = _depthwise_stage(layer, _array(layer.kernel), _array(layer.bias))
    return LinearPart(stage, layer.padding, layer.activation, is_convolution=True)


def _depthwise_stage(layer, kernel, bias=None):
    kernel = kernel.reshape(*kernel.shape[:-2], 1, -1)
    channels = kernel.shape[-1] // layer.depth_multiplier
    return Stage(kernel, bias, layer.strides, layer.dilation_rate, channels)


def _separable(layer, spec):
    depthwise = _depthwise_stage(layer, _array(layer.depthwise_kernel))
    stage = as_arrays(compose([depthwise, Stage(_array(layer.pointwise_kernel), _array(layer.bias))]))
    return LinearPart(stage, layer.padding, layer.activation, is_convolution=True)


def _collapsible(layer, spec):
    return _convolution(layer.collapse(), spec)._replace(is_collapsible=True)


def _normalization(layer, spec):
    if layer.axis not in (-1, len(spec.shape) - 1):
        raise NotLinear(f"it normalises axis {layer.axis}, not the channels")
    mean, variance, gamma, beta = statistics(layer)
    scale = gamma / np.sqrt(variance + layer.epsilon)
    return LinearPart(_per_channel(spec, scale, beta - mean * scale))


def _rescaling(layer, spec):
    values = [np.asarray(value, "float64") for value in (layer.scale, layer.offset)]
    if any(value.ndim > 1 or value.size not in (1, spec.shape[-1]) for value in values):
        raise NotLinear("its scale or offset is no number per channel")
    scale, offset = (np.broadcast_to(value, spec.shape[-1:]) for value in values)
    return LinearPart(_per_channel(spec, scale, offset))


def _zero_padding(layer, spec):
    pads = layer.padding if len(spec.shape) == 4 else (layer.padding,)
    return LinearPart(_per_channel(spec, np.ones(spec.shape[-1])), tuple(map(tuple, pads)))


def _average_pooling(layer, spec):
    channels = spec.shape[-1]
    kernel = np.full((*layer.pool_size, 1, channels), 1 / math.prod(layer.pool_size))
    ones = (1,) * len(layer.pool_size)
    part = LinearPart(Stage(kernel, None, tuple(layer.strides), ones, channels), layer.padding)
    grid = spec.shape[1:-1]
    if layer.padding == "same" and (None in grid or any(map(any, map(part.pads_at, range(len(grid)), grid)))):
        raise NotLinear('with padding="same" it divides by the number of pixels inside, which differs at the edge')
    return part


def _identity(layer, spec):
    if getattr(layer, "activation", keras.activations.linear) is not keras.activations.linear:
        raise NotLinear(f"its activation {layer.activation.__name__} is not linear")
    return LinearPart(_per_channel(spec, np.ones(spec.shape[-1])))


def _per_channel(spec, scale, bias=None):
    ones = (1,) * (len(spec.shape) - 2)
    return Stage(scale.reshape(*ones, 1, -1), bias, ones, ones, scale.size)


def as_arrays(stage):
    """Returns a stage with arrays in the place of tensors."""
    return stage._replace(kernel=_array(stage.kernel), bias=_array(stage.bias))


# By the very class: what a subclass computes is not known.
_READERS = {
    plain.Conv1D: _convolution,
    plain.Conv2D: _convolution,
    plain.DepthwiseConv1D: _depthwise,
    plain.DepthwiseConv2D: _depthwise,
    plain.SeparableConv1D: _separable,
    plain.SeparableConv2D: _separable,
    plain.BatchNormalization: _normalization,
    plain.Rescaling: _rescaling,
    plain.ZeroPadding1D: _zero_padding,
    plain.ZeroPadding2D: _zero_padding,
    plain.AveragePooling1D: _average_pooling,
    plain.AveragePooling2D: _average_pooling,
    plain.Identity: _identity,
    plain.Activation: _identity,
}
