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

HEADER = ["size", "batch", "pass", "legacy ms", "ours ms", "ratio", "products"]
MEMORY_HEADER = ["size", "chunk", "pass", "peak MB"]


def legacy(foreground, background, mask, rate=2):
    """Restates the legacy algorithm: softmax of normalised patch similarities, fused, pasted and divided by 4."""
    _, height, width, channels = foreground.shape
    small_h, small_w = height // rate, width // rate
    cells = small_h * small_w
    raw = tf.image.extract_patches(background, [1, 2 * rate, 2 * rate, 1], [1, rate, rate, 1], [1] * 4, "SAME")
    raw = tf.reshape(raw, (-1, cells, 2 * rate, 2 * rate, channels))
    small_f, small_b = shrunk(foreground, rate), shrunk(background, rate)
    patches = tf.image.extract_patches(small_b, [1, 3, 3, 1], [1] * 4, [1] * 4, "SAME")
    patches = tf.reshape(patches, (-1, cells, 3, 3, channels))
    holes = tf.image.extract_patches(shrunk(mask, rate), [1, 3, 3, 1], [1] * 4, [1] * 4, "SAME")
    usable = tf.cast(tf.reduce_mean(holes, axis=-1) == 0, foreground.dtype)
    usable = tf.reshape(usable, (1, 1, 1, cells))
    identity = tf.reshape(tf.eye(3), (3, 3, 1, 1))
    grids = (small_h, small_w, small_h, small_w)
    drawn = []
    for query, kernel, pasted in zip(*(tf.split(x, foreground.shape[0]) for x in (small_f, patches, raw)), strict=True):
        norm = tf.maximum(tf.sqrt(tf.reduce_sum(tf.square(kernel[0]), axis=[1, 2, 3])), 1e-4)
        kernel = tf.transpose(kernel[0] / norm[:, None, None, None], (1, 2, 3, 0))
        scores = tf.nn.conv2d(query, kernel, strides=1, padding="SAME")
        for _ in range(2):
            scores = tf.nn.conv2d(tf.reshape(scores, (1, cells, cells, 1)), identity, strides=1, padding="SAME")
            scores = tf.transpose(tf.reshape(scores, (1, *grids)), (0, 2, 1, 4, 3))
            grids = (grids[1], grids[0], grids[3], grids[2])
        scores = tf.reshape(scores, (1, small_h, small_w, cells)) * usable
        attention = tf.nn.softmax(scores * 10.0) * usable
        kernel = tf.transpose(pasted[0], (1, 2, 3, 0))
        drawn.append(tf.nn.conv2d_transpose(attention, kernel, (1, height, width, channels), rate, "SAME") / 4.0)
    return tf.concat(drawn, axis=0)


def shrunk(x, rate):
    """Picks pixels as the legacy code does: nearest neighbour with aligned corners."""
    size = (x.shape[1] // rate, x.shape[2] // rate)
    return tf.compat.v1.image.resize_nearest_neighbor(x, size, align_corners=True)


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
