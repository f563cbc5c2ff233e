#!/usr/bin/env python
"""Times contextual attention against a plain re-statement of the legacy algorithm, both in tf.function.

The re-statement goes through the batch one sample at a time: patches of the background as the kernels of a convolution,
fusion as two convolutions with an identity kernel between transpositions, pasting as a transposed convolution. Both
have background patches without holes (a mask of zeros), 3 x 3 patches, fusion over 3. "backward" is the forward pass
and the gradients of both images. Medians of interleaved rounds; "products" is the time of the layer over that of the
two matrix products which the algorithm cannot do without, scores of pixels and pasting, in the backward pass three
times each. `--memory` measures the peak memory of attention in one piece, in chunks of 8 lines and in chunks that the
layer chooses, in processes of their own.
"""

import argparse
import itertools
import math
import subprocess
import sys

import memory
import numpy as np
import tensorflow as tf
import timing

from tfconvkit import layers
from tfconvkit.compat.inpainting import contextual_attention

HEADER = ["size", "batch", "pass", "legacy ms", "ours ms", "ratio", "products"]
MEMORY_HEADER = ["size", "chunk", "pass", "peak MB"]


def legacy(foreground, background, mask):
    """Restates the legacy algorithm; what a graph does not need, as the picture of the offsets, costs nothing."""
    return contextual_attention(foreground, background, mask, rate=2, literal=True)[0]


def ours():
    """Returns the layer as a function of foreground, background and mask."""
    layer = layers.ContextualAttention()
    return lambda foreground, background, mask: layer([foreground, background, mask])


def candidate(attention, images, mask, is_backward):
    """Returns a function without arguments that runs the attention once."""

    @tf.function
    def forward():
        return attention(*images, mask)

    @tf.function
    def backward():
        with tf.GradientTape() as tape:
            tape.watch(images)
            loss = tf.reduce_sum(tf.square(attention(*images, mask)))
        return tape.gradient(loss, images)

    return backward if is_backward else forward


def products(size, channels, batch, rate, is_backward):
    """Returns a function that computes the two matrix products, three times as many for the backward pass."""
    cells, blocks = (size // rate) ** 2, (size // rate + 1) ** 2
    shapes = [(cells, channels, cells), (blocks, blocks, rate**2 * channels)]
    pairs = [(tf.random.normal((batch, n, k)), tf.random.normal((batch, k, m))) for n, k, m in shapes]
    repeats = 3 if is_backward else 1

    @tf.function
    def run():
        # A sum with the loop's number keeps TensorFlow from computing equal products once.
        results = [tf.matmul(one + turn, other) for turn in range(repeats) for one, other in pairs]
        return [result[:1, :1, :1] for result in results]

    return run


def measure(size, batch, is_backward, arguments):
    """Returns one row of the table."""
    shape = (batch, size, size, arguments.channels)
    images = [tf.random.stateless_normal(shape, seed=(1, number)) for number in range(2)]
    mask = tf.zeros((1, size, size, 1))
    both = {"legacy": legacy, "ours": ours()}
    candidates = {name: candidate(attention, images, mask, is_backward) for name, attention in both.items()}
    if not is_backward:
        np.testing.assert_allclose(*(run() for run in candidates.values()), atol=2e-3)
    candidates["products"] = products(size, arguments.channels, batch, 2, is_backward)
    medians = timing.interleaved(candidates, rounds=arguments.rounds)
    words = [f"{size}^2 x {arguments.channels}", str(batch), "backward" if is_backward else "forward"]
    times = [1e3 * medians[name] for name in both]
    return [*words, *times, medians["ours"] / medians["legacy"], medians["ours"] / medians["products"]]


def peak(size, channels, chunk_size, is_backward):
    """Returns by how many MB the peak memory of this process grows in one run; works once per process."""
    memory.return_freed()
    shape = (1, size, size, channels)
    images = [tf.random.stateless_normal(shape, seed=(1, number)) for number in range(2)]
    layer = layers.ContextualAttention(chunk_size=chunk_size or None)
    run = candidate(lambda f, b, _: layer([f, b]), images, None, is_backward)
    small = [tf.zeros((1, 8, 8, channels))] * 2
    candidate(lambda f, b, _: layer([f, b]), small, None, is_backward)()
    before = memory.peak()
    run()
    return memory.peak() - before


def memory_row(size, channels, chunk_size, is_backward):
    """Returns one row of the table of memory, measured in a process of its own."""
    numbers = [str(int(number)) for number in (size, channels, chunk_size, is_backward)]
    command = [sys.executable, __file__, "--peak", *numbers]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    chunk = "all" if chunk_size == size else str(chunk_size or "automatic")
    words = [f"{size}^2 x {channels}", chunk, "backward" if is_backward else "forward"]
    return [*words, float(finished.stdout)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", type=int, default=[32, 64], metavar="N", help="height and width")
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 4], metavar="B")
    parser.add_argument("--channels", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--memory", nargs="*", type=int, metavar="N", help="measure memory at these sizes (64 128)")
    parser.add_argument("--peak", nargs=4, type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peak:
        return print(peak(*arguments.peak))
    print(timing.machine())
    if arguments.memory is not None:
        sizes = arguments.memory or [64, 128]
        cases = [case for n in sizes for case in itertools.product([n], (n, 8, 0), (False, True))]
        rows = [memory_row(size, arguments.channels, chunk, backward) for size, chunk, backward in cases]
        return print(timing.table(MEMORY_HEADER, rows))
    rows = [measure(*case, arguments) for case in itertools.product(arguments.sizes, arguments.batches, (False, True))]
    print(timing.table(HEADER, rows))
    ratios = [row[5] for row in rows]
    print(f"geometric mean {math.prod(ratios) ** (1 / len(ratios)):.3f}, worst {max(ratios):.3f}")


if __name__ == "__main__":
    main()
