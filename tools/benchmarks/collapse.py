#!/usr/bin/env python
"""Times training steps of collapsible layers, collapsed against expanded, and against one plain Conv2D.

"generator" is KernelGAN's step: 64 channels, kernels 7, 5, 3, 1, 1, 1, stride 2, one image of 64x64x3, a loss of the
output and the four terms of the kernel. Expanded finds the kernel as the original code does, as the response of the
chain to a single bright pixel. "block" is SESR's: 16 to 16 channels, 3x3 then 1x1 over 256, on 8x64x64. A step is
forward, gradients of all weights, Adam, without XLA. Medians of interleaved rounds; `--settle 2` times each step behind
two of its own kind, as in training. "Mmul" are the millions of multiplications of the forward pass.
"""

import argparse
import math

import keras
import tensorflow as tf
import timing
from keras import ops

from tfconvkit import layers, losses

HEADER = ["step", "form", "Mmul", "ms", "times collapsed"]


def train_step(layer, loss_of):
    """Returns a function without arguments that takes one step of Adam."""
    optimizer = keras.optimizers.Adam(1e-4)
    optimizer.build(layer.trainable_variables)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = loss_of(layer)
        optimizer.apply(tape.gradient(loss, [w.value for w in layer.trainable_variables]))
        return loss

    return step


def pixel_response(layer):
    """Computes the kernel of a generator by its chain at stride 1, from an image with one bright pixel, and a flip."""
    size = layer.composed_size
    x = tf.pad(tf.ones((1, 1, 1, 1)), [(0, 0), *((k - 1, k - 1) for k in size), (0, 0)])
    for kernel in layer.kernels:
        x = ops.conv(x, ops.convert_to_tensor(kernel))
    return tf.reverse(x[0, :, :, 0], axis=(0, 1))


def collapsed(layer, image):
    """Returns the output and the kernel, composed once for both."""
    return layer(image, training=True, return_kernel=True)


def expanded(layer, image):
    """Returns the output and the kernel, each by the chain, as the original code does."""
    return layer(image, training=True), pixel_response(layer)


def generator_loss(image, target, forward):
    """Returns the loss of a generator as a function of the layer."""

    def loss_of(layer):
        output, kernel = forward(layer, image)
        terms = (losses.sum_to_one, losses.boundaries, losses.centralized, losses.sparse)
        return ops.mean(ops.abs(output - target)) + sum(term(kernel) for term in terms)

    return loss_of


def generators(size, filters):
    """Returns the steps of a generator in both modes, and their multiplications."""
    image = tf.random.stateless_uniform((1, size, size, 3), seed=(1, 2))
    steps, work = {}, {}
    for mode, forward in {"collapsed": collapsed, "expanded": expanded}.items():
        keras.utils.set_random_seed(0)
        layer = layers.LinearGenerator(filters, train_mode=mode)
        target = tf.zeros_like(layer(image))
        steps[mode] = train_step(layer, generator_loss(image, target, forward))
        work[mode] = chain_work(layer, size, planes=3) if mode == "expanded" else plane_work(layer, target.shape)
    return steps, work


def chain_work(layer, size, planes=1):
    """Counts the multiplications of a "valid" chain, on images and on the pixel of `pixel_response`."""
    total = 0
    for edge, count, strides in ((size, planes, layer.strides[0]), (3 * layer.composed_size[0] - 2, 1, 1)):
        for place, kernel in enumerate(layer.kernels):
            edge -= kernel.shape[0] - 1
            is_last = place == len(layer.kernels) - 1
            total += count * math.prod(kernel.shape) * (edge // strides if is_last else edge) ** 2
    return total


def plane_work(layer, shape):
    """Counts the multiplications of the composed kernel on images, those of composing it left out."""
    return math.prod(shape) * math.prod(layer.composed_size)


def blocks(batch, size, channels, width):
    """Returns the steps of a SESR block in both modes and of a plain convolution, and their multiplications."""
    x = tf.random.stateless_normal((batch, size, size, channels), seed=(1, 2))
    steps, work = {}, {}
    for form in ("collapsed", "expanded", "plain"):
        keras.utils.set_random_seed(0)
        if form == "plain":
            layer = keras.layers.Conv2D(channels, 3, padding="same")
        else:
            layer = layers.CollapsibleConv2D(channels, 3, width, padding="same", train_mode=form)
        layer(x)
        steps[form] = train_step(layer, lambda layer: ops.mean(ops.square(layer(x, training=True))))
        taps = width * channels * 10 if form == "expanded" else 9 * channels**2
        work[form] = batch * size**2 * taps
    return steps, work


def rows(name, steps, work, rounds, settle):
    """Returns the rows of the table for one kind of step."""
    medians = timing.interleaved(steps, rounds=rounds, settle=settle)
    ratios = timing.ratios(medians)
    return [[name, form, work[form] / 1e6, 1e3 * medians[form], ratios[form]] for form in medians]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--filters", type=int, default=64, help="of the generator")
    parser.add_argument("--width", type=int, default=256, help="of the block")
    parser.add_argument("--batch", type=int, default=8, help="of the block")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--settle", type=int, default=0, help="untimed steps before each timed one")
    options = parser.parse_args()
    print(timing.machine())
    table = rows("generator", *generators(options.size, options.filters), options.rounds, options.settle)
    table += rows("block", *blocks(options.batch, options.size, 16, options.width), options.rounds, options.settle)
    print(timing.table(HEADER, table))


if __name__ == "__main__":
    main()
