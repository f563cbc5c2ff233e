#!/usr/bin/env python
"""Times group convolutions against plain Keras convolutions with the same planes, with and without XLA.

Both layers map `fields * order` channels to `fields * order` channels, padding "same", with bias; "backward" is the
forward pass and the gradients of weights and input. Medians of interleaved rounds. `--all` adds signals and volumes,
stride 2 on even sizes, even kernels, and deployed models (against plain convolutions of the embedded kernel size).
"""

import argparse
import itertools
from typing import NamedTuple

import keras
import tensorflow as tf
import timing

from tfconvkit import groups, layers, surgery

HEADER = ["group", "grid", "kernel", "stride", "form", "pass", "jit", "plain ms", "group ms", "ratio"]


class Setting(NamedTuple):
    """One pair of layers.

    Args:
        group: Name of the group.
        rank: Number of grid axes.
        size: Size of each axis.
        kernel_size, strides: As in the layers.
        form: `"layer"` or `"deploy"`.
    """

    group: str
    rank: int
    size: int
    kernel_size: int = 3
    strides: int = 1
    form: str = "layer"


EVERYTHING = (
    Setting("D1", 1, 4096),
    Setting("D1", 1, 4096, strides=2),
    Setting("D1", 1, 4096, kernel_size=4),
    Setting("D4", 2, 32, strides=2),
    Setting("D4", 2, 32, kernel_size=2),
    Setting("D4", 2, 32, kernel_size=4),
    Setting("D4", 2, 32, form="deploy"),
    Setting("D4", 2, 32, strides=2, form="deploy"),
    Setting("D4", 2, 32, kernel_size=2, form="deploy"),
    Setting("C4", 3, 16),
    Setting("C4", 3, 16, strides=2),
    Setting("C4", 3, 16, kernel_size=2),
    Setting("C4", 3, 16, form="deploy"),
)


def pair(setting, fields):
    """Returns the plain and the group layer (or the deployed model) of a setting, and their input shape."""
    group = groups.get(setting.group, setting.rank)
    channels = fields * group.order
    grid = (setting.size,) * setting.rank
    arguments = {"strides": setting.strides, "padding": "same"}
    group_layer = getattr(layers, f"GroupConv{setting.rank}D")(fields, setting.kernel_size, group, **arguments)
    group_layer.build((None, *grid, channels))
    size = setting.kernel_size
    if setting.form == "deploy":
        size = tuple(group_layer.bank(grid).shape[: setting.rank])
        group_layer = surgery.deploy(keras.Sequential([keras.Input((*grid, channels)), group_layer]))
    plain = getattr(keras.layers, f"Conv{setting.rank}D")(channels, size, **arguments)
    plain.build((None, *grid, channels))
    return {"plain": plain, "group": group_layer}, (*grid, channels)


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


def measure(setting, is_backward, jit_compile, arguments):
    """Returns one row of the table."""
    both, shape = pair(setting, arguments.fields)
    inputs = tf.random.stateless_normal((arguments.batch, *shape), seed=(1, 2))
    candidates = {name: candidate(layer, inputs, is_backward, jit_compile) for name, layer in both.items()}
    medians = timing.interleaved(candidates, rounds=arguments.rounds)
    grid, kernel = (str(n) if setting.rank == 1 else f"{n}^{setting.rank}" for n in setting[2:4])
    words = [setting.group, grid, kernel, str(setting.strides), setting.form]
    words += ["backward" if is_backward else "forward", "yes" if jit_compile else "no"]
    return [*words, *(1e3 * seconds for seconds in medians.values()), timing.ratios(medians)["group"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", nargs="+", default=["C4", "D4"], metavar="GROUP")
    parser.add_argument("--sizes", nargs="+", type=int, default=[32, 64], metavar="N", help="height and width")
    parser.add_argument("--kernel-size", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--fields", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--all", action="store_true", help="every rank, stride, even kernels and deployed models")
    arguments = parser.parse_args()
    settings = [Setting(g, 2, n, arguments.kernel_size) for g in arguments.groups for n in arguments.sizes]
    settings += EVERYTHING if arguments.all else ()
    print(timing.machine())
    print(f"batch {arguments.batch}, {arguments.fields} fields, padding same")
    rows = []
    for setting, is_backward, jit_compile in itertools.product(settings, (False, True), (False, True)):
        rows.append(measure(setting, is_backward, jit_compile, arguments))
    print(timing.table(HEADER, rows))


if __name__ == "__main__":
    main()
