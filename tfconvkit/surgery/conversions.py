"""How each layer of this package is written in plain Keras layers: the table that `deploy` reads."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from tfconvkit import layers
from tfconvkit.layers.linear import Collapsible
from tfconvkit.ops.precision import at_least_float32
from tfconvkit.surgery.rewriting import Replacement, clone, sublayers

_BY_RANK = {
    "convolution": {1: keras.layers.Conv1D, 2: keras.layers.Conv2D, 3: keras.layers.Conv3D},
    "transposed": {1: keras.layers.Conv1DTranspose, 2: keras.layers.Conv2DTranspose, 3: keras.layers.Conv3DTranspose},
    "max": {1: keras.layers.MaxPooling1D, 2: keras.layers.MaxPooling2D},
    "average": {1: keras.layers.AveragePooling1D, 2: keras.layers.AveragePooling2D},
}


class Conversion(NamedTuple):
    """How the layers of one class become plain.

    Args:
        make: Function `(layer, shape, name)` that returns a built plain layer for inputs of this shape.
        needs_sizes: Says whether the plain layer of a given layer depends on the grid sizes.
    """

    make: Callable
    needs_sizes: Callable = lambda layer: False


def needs_sizes(layer):
    """Says whether the plain form of a layer depends on the grid sizes of its input."""
    conversion = _conversion(layer)
    return conversion is not None and conversion.needs_sizes(layer)


def replacement(layer, tensors):
    """Returns the `Replacement` of a layer of this package, None for any other layer.

    Args:
        layer: The layer.
        tensors: The symbolic tensors of one of its calls.

    Raises:
        ValueError: if the layer, or one inside it, has no plain form, or its form depends on sizes that are not known.
    """
    conversion = _conversion(layer)
    if conversion is None:
        _check_plain(layer)
        return None
    shape, depends = tuple(tensors[0].shape), conversion.needs_sizes(layer)
    if depends and None in shape[1:]:
        raise ValueError(
            f"{_describe(layer)} is written out for the sizes of its grid, but its input of shape {shape} leaves them "
            "open. Give the input shape of the model to deploy(), such as input_shape=(height, width, channels)."
        )
    key = shape[1:] if depends else ()
    return Replacement(lambda name: [conversion.make(layer, shape, name)], key)


def _conversion(layer):
    return next((_CONVERSIONS[kind] for kind in type(layer).__mro__ if kind in _CONVERSIONS), None)


def _check_plain(layer):
    """Raises where a layer of this package would be left."""
    own = next((inner for inner in (layer, *sublayers(layer)) if _is_own(inner)), None)
    if own is layer:
        raise ValueError(
            f"{_describe(layer)} has no form in plain Keras layers. Known: "
            f"{', '.join(sorted(kind.__name__ for kind in _CONVERSIONS))} and their subclasses."
        )
    if own is not None:
        raise ValueError(
            f"{_describe(layer)} contains {_describe(own)}, which can be replaced only as a layer of a Sequential or "
            "functional model. Call it in the model itself, not inside another layer."
        )


def _is_own(layer):
    package = __name__.partition(".")[0]
    return any(kind.__module__.partition(".")[0] == package for kind in type(layer).__mro__)


def _describe(layer):
    return f'{type(layer).__name__} "{layer.name}"'


def _grid(layer, shape):
    return shape[1:-1] if layer.data_format == "channels_last" else shape[2:]


def _is_sized_kernel(layer):
    # What `unread` counts where the grid has every remainder.
    has_rests = any(rest > 0 for rest in layer.unread(layer.strides, layer.kernel_size))
    return has_rests or len(layer._layout.window.all_remainders()) > 1


def _convolution(layer, shape, name):
    bank = ops.convert_to_numpy(layer.bank(_grid(layer, shape)))
    rests = layer.unread(_grid(layer, shape), bank.shape[: layer.rank])
    if not any(rest > 0 for rest in rests):
        return _with_bank(layer, "convolution", bank, bank.shape[-1], shape, name)
    crop = keras.layers.Cropping3D([(0, max(rest, 0)) for rest in rests], data_format=layer.data_format)
    inputs = keras.Input(shape[1:], dtype=layer.compute_dtype)
    read = crop(inputs)
    plain = _with_bank(layer, "convolution", bank, bank.shape[-1], read.shape, name)
    return keras.Model(inputs, plain(read), name=name)


def _transposed_convolution(layer, shape, name):
    bank = ops.convert_to_numpy(layer.bank())
    # Keras would add empty rows behind a kernel smaller than the strides, GroupConvTranspose2D does not. Elsewhere the
    # argument changes nothing, and Keras 3.8 refuses a zero.
    is_small = any(k < s for k, s in zip(bank.shape, layer.strides, strict=False))
    edge = {"output_padding": 0} if layer.padding == "valid" and is_small else {}
    return _with_bank(layer, "transposed", bank, bank.shape[-2], shape, name, **edge)


def _with_bank(layer, kind, bank, channels, shape, name, **arguments):
    plain = _BY_RANK[kind][layer.rank](
        filters=channels,
        kernel_size=bank.shape[:-2],
        strides=layer.strides,
        padding=layer.padding,
        data_format=layer.data_format,
        dilation_rate=layer._layout.dilation_rate,
        activation=layer.activation,
        use_bias=layer.use_bias,
        name=name,
        trainable=layer.trainable,
        dtype=layer.dtype_policy,
        **arguments,
    )
    plain.build(shape)
    plain.set_weights([bank, *(np.repeat(bias, channels // layer.filters) for bias in layer.get_weights()[1:])])
    return plain


def _batch_normalization(layer, shape, name):
    plain = _without_arguments(keras.layers.BatchNormalization, ["group"], layer, shape, name)
    plain.build(shape)
    plain.set_weights([np.repeat(weight, layer.group.order) for weight in layer.get_weights()])
    return plain


def _without_arguments(kind, dropped, layer, shape, name):
    """Makes a plain layer from the configuration of its subclass."""
    config = {**layer.get_config(), "name": name}
    return kind.from_config({argument: value for argument, value in config.items() if argument not in dropped})


def _is_sized_orientation_pooling(layer):
    return layer.input_spec.ndim == 5


def _orientation_pooling(layer, shape, name):
    """Pools the channels in windows of `order`, by a pooling that takes the channel axis for a grid axis.

    Volumes are reshaped instead, since LiteRT does not pool them.
    """
    if len(shape) not in (3, 4):
        return _traced(layer, shape, name)
    is_last, ones = layer.data_format == "channels_last", (1,) * (len(shape) - 3)
    window = {
        "pool_size": (*ones, layer.group.order) if is_last else (layer.group.order, *ones),
        "data_format": "channels_first" if is_last else "channels_last",
    }
    if layer.reduction in ("max", "mean"):
        kind = "max" if layer.reduction == "max" else "average"
        return _BY_RANK[kind][len(shape) - 2](**window, name=name, dtype=layer.dtype_policy)
    return _sum_or_norm(layer, window, shape, name)


def _sum_or_norm(layer, window, shape, name):
    """Computes a sum as `order * mean x` and a norm as `sqrt(order * mean x^2)`."""
    inputs = keras.Input(shape[1:], dtype=layer.compute_dtype)
    # Said, for Keras' average_pool on JAX (keras/src/backend/jax/nn.py) takes its own default for wrong.
    window = {**window, "strides": window["pool_size"]}
    if layer.reduction == "sum":
        return keras.Model(inputs, ops.average_pool(inputs, **window) * layer.group.order, name=name)
    squares = ops.average_pool(ops.square(at_least_float32(inputs)), **window)
    norm = ops.sqrt(squares * layer.group.order)
    return keras.Model(inputs, ops.cast(norm, layer.compute_dtype), name=name)


def _is_sized_pooling(layer):
    remainders = layer._window.all_remainders()
    return layer.rank == 3 or len(remainders) > 1 or len(layer._placements(layer.strides)) > 1


def _spatial_pooling(kind, layer, shape, name):
    """A plain pooling where the windows of all elements coincide; volumes and other windows as operations."""
    if layer.rank == 3 or len(layer._placements(_grid(layer, shape))) > 1:
        return _traced(layer, shape, name)
    return _BY_RANK[kind][layer.rank](
        layer.pool_size, layer.strides, layer.padding, layer.data_format, name=name, dtype=layer.dtype_policy
    )


def _traced(layer, shape, name):
    """Writes what a layer without weights does as a functional model of Keras operations."""
    inputs = keras.Input(shape[1:], dtype=layer.compute_dtype)
    return keras.Model(inputs, layer.call(inputs), name=name)


def _collapsed(layer, shape, name):
    convolution = layer.collapse()
    plain = clone(convolution, name)
    plain.trainable = layer.trainable
    plain.build(shape)
    plain.set_weights(convolution.get_weights())
    return plain


def _dropout(layer, shape, name):
    """Dropout of single orientations: equal at inference, and of the same rate in training."""
    return keras.layers.Dropout(layer.rate, seed=layer.seed, name=name, dtype=layer.dtype_policy)


_CONVOLUTION = Conversion(_convolution, _is_sized_kernel)
_MAX_POOLING = Conversion(functools.partial(_spatial_pooling, "max"), _is_sized_pooling)
_AVERAGE_POOLING = Conversion(functools.partial(_spatial_pooling, "average"), _is_sized_pooling)

# One entry per public class; subclasses (Lift, Project) share the entry of their class.
_CONVERSIONS = {
    layers.GroupConv1D: _CONVOLUTION,
    layers.GroupConv2D: _CONVOLUTION,
    layers.GroupConv3D: _CONVOLUTION,
    layers.GroupConvTranspose2D: Conversion(_transposed_convolution),
    layers.GroupBatchNormalization: Conversion(_batch_normalization),
    layers.GroupPooling: Conversion(_orientation_pooling, _is_sized_orientation_pooling),
    layers.GroupMaxPooling1D: _MAX_POOLING,
    layers.GroupMaxPooling2D: _MAX_POOLING,
    layers.GroupMaxPooling3D: _MAX_POOLING,
    layers.GroupAveragePooling1D: _AVERAGE_POOLING,
    layers.GroupAveragePooling2D: _AVERAGE_POOLING,
    layers.GroupAveragePooling3D: _AVERAGE_POOLING,
    layers.GroupUpSampling2D: Conversion(
        functools.partial(_without_arguments, keras.layers.UpSampling2D, ["group", "field"])
    ),
    layers.GroupDropout: Conversion(_dropout),
    layers.GroupRestrict: Conversion(_traced),
    Collapsible: Conversion(_collapsed),
}
