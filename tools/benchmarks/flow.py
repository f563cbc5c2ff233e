#!/usr/bin/env python
"""Times RealNVP against the same coupling networks as plain Keras convolutions, log probability and train step.

The network of the paper for CIFAR-10: 32x32x3, 2 scales, 64 filters, 8 residual blocks, batch 16. "plain" runs the ten
coupling networks on inputs of the right shapes, with keras.layers.Conv2D (no weight normalisation), batch
normalisation, relu and additions, and nothing of a flow: no masks, no exponentials, no squeezes, no moments of what
changed, no log-determinants, no dequantisation. A train step is forward, gradients of all weights, Adam. Medians of
interleaved rounds. The error of the inverse in float32 stands below the table.
"""

import argparse

import keras
import numpy as np
import tensorflow as tf
import timing

from tfconvkit import models

HEADER = ["form", "pass", "jit", "ms", "ratio"]


class PlainNetworks(keras.Model):
    """The coupling networks of a RealNVP as plain Keras layers, one after the other; returns a mean.

    Args:
        shapes: List of `(grid, input channels, output channels, filters)`.
        blocks: Residual blocks of each.
    """

    def __init__(self, shapes, blocks):
        super().__init__()
        self.shapes = shapes
        self.networks = [
            models.WeightNormResNet(filters, outputs, blocks=blocks, use_weight_norm=False, signed_input=False)
            for _, _, outputs, filters in shapes
        ]

    def call(self, x, training=None):
        total = 0.0
        for (grid, inputs, _, _), network in zip(self.shapes, self.networks, strict=True):
            # The sum makes each network wait for the one before, as in a flow: both use the cores alike.
            y = network(x[:, :grid, :grid, :inputs] + total, training=training)
            total = keras.ops.mean(keras.ops.square(y))
        return total


def plain_shapes(size, channels, filters, scales):
    """Lists the coupling networks of `RealNVP`, as `PlainNetworks` takes them."""
    shapes = []
    for scale in range(scales):
        is_last = scale == scales - 1
        # The network sees [n, -n, mask] and answers with shift and scale; half the channels are cut after a squeeze.
        shapes += [(size, 2 * channels + 1, 2 * channels, filters)] * (4 if is_last else 3)
        if not is_last:
            shapes += [(size // 2, 4 * channels, 4 * channels, 2 * filters)] * 3
        size, channels, filters = size // 2, 2 * channels, 2 * filters
    return shapes


def train_step(model, inputs, loss_of, jit_compile):
    """Returns a function without arguments that takes one step of Adam."""
    optimizer = keras.optimizers.Adam(1e-4)
    optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=jit_compile)
    def step():
        with tf.GradientTape() as tape:
            loss = loss_of(model(inputs, training=True))
        optimizer.apply(tape.gradient(loss, [w.value for w in model.trainable_variables]))
        return loss

    return step


def forward(model, inputs, jit_compile):
    """Returns a function without arguments that runs the model once."""
    return tf.function(lambda: model(inputs, training=False), jit_compile=jit_compile)


def candidates(flow, plain, images, floats, is_step, jit_compile):
    """Returns the functions to be timed, the plain one first."""
    if not is_step:
        return {"plain": forward(plain, floats, jit_compile), "flow": forward(flow, images, jit_compile)}
    return {
        "plain": train_step(plain, floats, lambda y: y, jit_compile),
        "flow": train_step(flow, images, lambda y: -tf.reduce_mean(y), jit_compile),
    }


def measure(flow, plain, images, floats, is_step, jit_compile, rounds):
    """Returns two rows of the table."""
    functions = candidates(flow, plain, images, floats, is_step, jit_compile)
    medians = timing.interleaved(functions, rounds=rounds, warmup=2)
    ratios, name = timing.ratios(medians), "train step" if is_step else "log prob"
    jit = "yes" if jit_compile else "no"
    return [[form, name, jit, 1e3 * medians[form], ratios[form]] for form in medians]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--scales", type=int, default=2)
    parser.add_argument("--filters", type=int, default=64)
    parser.add_argument("--blocks", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--jit", action="store_true", help="with XLA as well, which compiles for minutes")
    options = parser.parse_args()
    keras.utils.set_random_seed(0)
    shape = (options.size, options.size, 3)
    flow = models.RealNVP(shape, scales=options.scales, filters=options.filters, blocks=options.blocks)
    plain = PlainNetworks(plain_shapes(options.size, 3, options.filters, options.scales), options.blocks)
    images = tf.constant(np.random.default_rng(0).integers(0, 256, (options.batch, *shape)), tf.float32)
    floats = tf.random.stateless_normal((options.batch, *shape[:2], 4 * 3 * 2**options.scales), seed=(1, 2))
    plain(floats)
    print(timing.machine())
    network = f"{options.scales} scales, {options.filters} filters, {options.blocks} blocks"
    print(f"{shape}, batch {options.batch}, {network}: {flow.count_params():,} numbers, plain {plain.count_params():,}")
    rows = []
    for jit_compile in (False, True) if options.jit else (False,):
        for is_step in (False, True):
            rows += measure(flow, plain, images, floats, is_step, jit_compile, options.rounds)
    print(timing.table(HEADER, rows))
    print(f"largest error of the inverse after these steps, float32: {flow.inverse_error(images):.1e}")


if __name__ == "__main__":
    main()
