"""Writes a run of linear layers as one Keras convolution, with the pads and the channel of ones that it may need."""

import keras
import numpy as np
from keras import ops

from tfconvkit.ops.kernels import Stage, add, compose, delta
from tfconvkit.surgery.linear_parts import as_arrays
from tfconvkit.surgery.run_geometry import groups_of

_KINDS = {
    "convolution": {1: keras.layers.Conv1D, 2: keras.layers.Conv2D},
    "depthwise": {1: keras.layers.DepthwiseConv1D, 2: keras.layers.DepthwiseConv2D},
    "padding": {1: keras.layers.ZeroPadding1D, 2: keras.layers.ZeroPadding2D},
}


def run_layers(run, geometry, spec, name, trainable=True):
    """Makes the layers that compute a run: a convolution, where needed behind a channel of ones and explicit pads.

    Args:
        run: A `Run`.
        geometry: Its `Geometry`.
        spec: Specification of the value it starts from.
        name: Name of the convolution.
        trainable: Whether it is trained.

    Returns:
        List of built layers.
    """
    stage = composed(run, geometry, spec.shape[-1])
    policy = next((link.part.policy for link in run.links if link.part.policy is not None), None)
    made = []
    if geometry.bias_taps:
        made.append(_ones(spec, f"{name}_ones", policy))
    if not isinstance(geometry.pads, str):
        rank = len(geometry.pads)
        pads = geometry.pads if rank > 1 else geometry.pads[0]
        made.append(_KINDS["padding"][rank](pads, name=f"{name}_pads", dtype=policy))
    groups = 1 if geometry.bias_taps else groups_of(run.links)
    arguments = {
        "strides": geometry.strides,
        "padding": geometry.pads if isinstance(geometry.pads, str) else "valid",
        "activation": run.links[-1].part.activation,
        "use_bias": stage.bias is not None,
        "name": name,
        "trainable": trainable,
        "dtype": policy,
    }
    return [*made, _convolution(stage, groups, arguments)]


def composed(run, geometry, channels):
    """Composes the `Stage` of a run, in float64.

    With a channel of ones, the kernel reads it as the last of `channels + 1` channels.

    Args:
        run: A `Run`.
        geometry: Its `Geometry`.
        channels: Number of channels that it reads.
    """
    rank = len(geometry.strides)
    first = delta((1,) * rank, channels, dtype="float64")
    if geometry.bias_taps:
        first = ops.pad(first, [*[(0, 0)] * rank, (0, 1), (0, 0)])
    chains = {run.root: [Stage(first)]}
    for link in run.links:
        read = [chains[value] for value in link.inputs]
        if link.part.stage is None:
            chains[link.output] = [add(list(map(compose, read)), geometry.anchors[link.output])]
        elif link.output in geometry.bias_taps:
            chains[link.output] = [_bias_in_kernel(compose(read[0]), geometry.bias_taps[link.output]), link.part.stage]
        else:
            chains[link.output] = [*read[0], link.part.stage]
    return as_arrays(compose(chains[run.links[-1].output]))


def _bias_in_kernel(stage, tap):
    """Moves the bias of a stage to a tap that reads the channel of ones."""
    stage = as_arrays(stage)
    kernel = stage.kernel.copy()
    kernel[(*tap, -1)] += stage.bias
    return stage._replace(kernel=kernel, bias=None)


def _ones(spec, name, policy):
    """Appends a channel of ones: zeros around it end the bias where the grid ends."""
    inputs = keras.Input(spec.shape[1:], dtype=policy.compute_dtype)
    widths = [(0, 0)] * (len(spec.shape) - 1) + [(0, 1)]
    return keras.Model(inputs, ops.pad(inputs, widths, constant_values=1.0), name=name)


def _convolution(stage, groups, arguments):
    *size, channels, filters = stage.kernel.shape
    rank, kernel = len(size), _grouped(stage.kernel, groups)
    # TensorFlow takes equal strides alone for depthwise convolutions.
    if groups == channels > 1 and len(set(arguments["strides"])) == 1:
        kernel = kernel.reshape(*size, channels, filters // channels)
        layer = _KINDS["depthwise"][rank](size, depth_multiplier=filters // channels, **arguments)
    else:
        layer = _KINDS["convolution"][rank](filters, size, groups=groups, **arguments)
    layer.build((None, *[None] * rank, channels))
    layer.set_weights([kernel] if stage.bias is None else [kernel, stage.bias])
    return layer


def _grouped(kernel, groups):
    """Leaves out the zeros between groups: `(*size, channels, filters)` -> `(*size, channels / groups, filters)`."""
    channels, filters = (size // groups for size in kernel.shape[-2:])
    places = [(slice(g * channels, (g + 1) * channels), slice(g * filters, (g + 1) * filters)) for g in range(groups)]
    return np.concatenate([kernel[(..., *place)] for place in places], axis=-1)
