#!/usr/bin/env python
"""Times GroupConv2D against keras.layers.Conv2D with the same planes, under tf.function with and without XLA.

Both layers map `fields * order` channels to `fields * order` channels by a 3x3 kernel, stride 1, padding "same", with
bias; "backward" is the forward pass and the gradients of weights and input. Medians of interleaved rounds.
"""

import argparse
import itertools

import keras
import tensorflow as tf
import timing

from tfconvkit import groups, layers

HEADER = ["group", "size", "pass", "jit", "Conv2D ms", "GroupConv2D ms", "ratio"]


def candidate(layer, inputs, is_backward, jit_compile):
    """Returns a function without arguments that runs the layer once on the inputs."""

    @tf.function(jit_compile=jit_compile)
    def forward():
        return layer(inputs)

    @tf.function(jit_compile=jit_compile)
    def backward():
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_sum(tf.square(layer(inputs)))
        return tape.gradient(loss, [inputs, *(weight.value for weight in layer.trainable_weights)])

    return backward if is_backward else forward


def measure(group, size, is_backward, jit_compile, arguments):
    """Returns one row of the table."""
    channels = arguments.fields * groups.get(group).order
    inputs = tf.random.stateless_normal((arguments.batch, size, size, channels), seed=(1, 2))
    pair = {
        "plain": keras.layers.Conv2D(channels, arguments.kernel_size, padding="same"),
        "group": layers.GroupConv2D(arguments.fields, arguments.kernel_size, group, padding="same"),
    }
    for layer in pair.values():
        layer.build(inputs.shape)
    candidates = {name: candidate(layer, inputs, is_backward, jit_compile) for name, layer in pair.items()}
    medians = timing.interleaved(candidates, rounds=arguments.rounds)
    milliseconds = [1e3 * seconds for seconds in medians.values()]
    kind = "backward" if is_backward else "forward"
    return [group, str(size), kind, "yes" if jit_compile else "no", *milliseconds, timing.ratios(medians)["group"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", nargs="+", default=["C4", "D4"], metavar="GROUP")
    parser.add_argument("--sizes", nargs="+", type=int, default=[32, 64], metavar="N", help="height and width")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--fields", type=int, default=16)
    parser.add_argument("--kernel-size", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=50)
    arguments = parser.parse_args()
    print(timing.machine())
    print(f"batch {arguments.batch}, {arguments.fields} fields, {arguments.kernel_size}x{arguments.kernel_size}")
    settings = itertools.product(arguments.groups, arguments.sizes, (False, True), (False, True))
    rows = [measure(*setting, arguments) for setting in settings]
    print(timing.table(HEADER, rows))
    print(f"largest ratio {max(row[-1] for row in rows):.3f}")


if __name__ == "__main__":
    main()
