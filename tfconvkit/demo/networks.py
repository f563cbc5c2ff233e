"""The two networks of the demo, with equal numbers of parameters."""

import itertools
import math

import keras

from tfconvkit import layers

IMAGE_SHAPE = (8, 8, 1)
CLASSES = 10
KERNEL_SIZE = 3
_PLANES = (16, 32, 48)
# The training has about a thousand steps: with the 0.99 of Keras the moving statistics lag behind (accuracy 0.51
# instead of 0.99 was measured after 480 steps).
_MOMENTUM = 0.9


def equivariant(group):
    """Builds the network whose answer does not depend on how an element of the group moves the image.

    Its fields are chosen so that every group needs about the same number of parameters: the planes of a plain
    network, divided by the root of the order of the group.

    Args:
        group: A two-dimensional `groups.PointGroup`.
    """
    first, second, third = (max(1, round(planes / math.sqrt(group.order))) for planes in _PLANES)
    blocks = [
        *_group_block("lift", group, layers.LiftConv2D, first),
        *_group_block("conv1", group, layers.GroupConv2D, second),
        layers.GroupMaxPooling2D(group, padding="same", name="pool"),
        *_group_block("conv2", group, layers.GroupConv2D, third),
        layers.GroupPooling(group, name="orientations"),
    ]
    return keras.Sequential([keras.Input(IMAGE_SHAPE), *blocks, *_head()], name="equivariant")


def plain(widths):
    """Builds the same architecture from plain Keras layers.

    Args:
        widths: Planes of the three convolutions.
    """
    first, second, third = widths
    blocks = [
        *_plain_block("conv0", first),
        *_plain_block("conv1", second),
        keras.layers.MaxPooling2D(padding="same", name="pool"),
        *_plain_block("conv2", third),
    ]
    return keras.Sequential([keras.Input(IMAGE_SHAPE), *blocks, *_head()], name="plain")


def matching_widths(parameters):
    """Finds the widths of the plain network that come closest to a number of trainable parameters.

    Searched are the widths near `_PLANES`, scaled as a whole until the number fits; among equals the ones in the most
    similar proportion win.
    """
    scale = 1.0
    while plain_parameters([round(scale * planes) for planes in _PLANES]) < parameters:
        scale += 0.02
    targets = [scale * planes for planes in _PLANES]
    ranges = [range(max(1, round(target) - 3), round(target) + 3) for target in targets]

    def distance(widths):
        skew = sum((width / target - 1) ** 2 for width, target in zip(widths, targets, strict=True))
        return abs(plain_parameters(widths) - parameters), skew

    return min(itertools.product(*ranges), key=distance)


def plain_parameters(widths):
    """Computes the trainable parameters of `plain(widths)`.

    `sum_i (k^2 w_{i-1} w_i + 2 w_i) + (w_last + 1) * classes`: kernels, scale and offset of the normalisations, head.
    """
    pairs = itertools.pairwise((IMAGE_SHAPE[-1], *widths))
    convolutions = sum(KERNEL_SIZE**2 * inputs * outputs + 2 * outputs for inputs, outputs in pairs)
    return convolutions + (widths[-1] + 1) * CLASSES


def trainable_parameters(model):
    """Counts the numbers that training changes."""
    return sum(math.prod(weight.shape) for weight in model.trainable_weights)


def _group_block(name, group, convolution, filters):
    return [
        convolution(filters, KERNEL_SIZE, group, padding="same", use_bias=False, name=name),
        layers.GroupBatchNormalization(group, momentum=_MOMENTUM, name=f"{name}_norm"),
        keras.layers.ReLU(name=f"{name}_relu"),
    ]


def _plain_block(name, filters):
    return [
        keras.layers.Conv2D(filters, KERNEL_SIZE, padding="same", use_bias=False, name=name),
        keras.layers.BatchNormalization(momentum=_MOMENTUM, name=f"{name}_norm"),
        keras.layers.ReLU(name=f"{name}_relu"),
    ]


def _head():
    return [keras.layers.GlobalAveragePooling2D(name="positions"), keras.layers.Dense(CLASSES, name="classes")]
