"""Do the official RealNVP and the UvA tutorial squeeze differently, and what do masks and 1x1 mixtures see after it?

The thread on tutorial 11, measured: they are equal; what differs is "ordered", the diagonal order, before a split.
"""

import argparse

import keras
import numpy as np
from keras import ops

from tfconvkit import layers
from tfconvkit.ops import squeeze


def show_tables():
    """Prints which channel sub-pixels go to; number 2 * sub-pixel + colour arrives at the channel where it is found."""
    block = np.arange(8).reshape(1, 2, 2, 2)
    print("1. Channel of sub-pixel (dy, dx) of colour c, two colours")
    print("   order          c=0: (0,0) (0,1) (1,0) (1,1)   c=1: (0,0) (0,1) (1,0) (1,1)")
    for order in squeeze.ORDERS:
        table = np.argsort(np.asarray(squeeze.squeeze(block, order=order)).ravel()).reshape(4, 2).T
        print(f"   {order:14}      " + "       ".join("".join(f"{c:6}" for c in row) for row in table))


def show_official_and_tutorial():
    """Compares the two codes' index moves, written out."""
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 3))
    official = x.reshape(2, 4, 2, 4, 2, 3).transpose(0, 1, 3, 5, 2, 4).reshape(2, 4, 4, 12)
    tutorial = x.transpose(0, 3, 1, 2).reshape(2, 3, 4, 2, 4, 2).transpose(0, 1, 3, 5, 2, 4).reshape(2, 12, 4, 4)
    equal = np.array_equal(official, tutorial.transpose(0, 2, 3, 1)) and np.array_equal(squeeze.squeeze(x), official)
    print(f"2. squeeze_2x2 (official), SqueezeFlow (tutorial) and channel_major are equal, bit for bit: {equal}")
    return equal


def show_split():
    """Prints which pixels go on after a squeeze and a split in halves."""
    print("3. What a split lets go on (#), one colour; diagonal is the official \"ordered\" squeeze")
    image = np.arange(16).reshape(1, 4, 4, 1)
    kept = [np.isin(image[0, ..., 0], squeeze.squeeze(image, order=o)[..., :2]).astype(int) for o in squeeze.ORDERS]
    print(("   " + "{:16}" * 3).format(*squeeze.ORDERS))
    for rows in zip(*kept, strict=True):
        print("   " + "".join(f"{''.join('.#'[k] for k in row):16}" for row in rows))
    return np.array_equal(kept[2], 1 - np.indices((4, 4)).sum(axis=0) % 2) and np.array_equal(kept[0], kept[1])


def pulled_back(network, kept, changed):
    """Makes a network of half the channels of a squeezed image one of the image: squeeze, apply, put into place."""
    place = np.eye(8, dtype="float32")[changed]
    def function(x):
        parts = ops.split(network(ops.take(squeeze.squeeze(x), kept, axis=-1)), 2, axis=-1)
        return ops.concatenate([squeeze.unsqueeze(ops.matmul(part, place)) for part in parts], axis=-1)

    return keras.layers.Lambda(function)


def show_pull_back():
    """Compares channel couplings after a squeeze with row and column couplings of the image, networks pulled back."""
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 2)).astype("float32")
    squeezed, channels, errors = np.array(squeeze.squeeze(x)), np.arange(8), []
    print("4. Coupling after the squeeze against a coupling of the image with the same network, pulled back")
    for name, parity in (("column", channels % 2), ("row", channels // 2 % 2)):
        network, (kept, changed) = keras.layers.Conv2D(8, 3, padding="same"), map(np.flatnonzero, (parity, 1 - parity))
        y = layers.AffineCoupling(pulled_back(network, kept, changed), mask=name, scale_bound=None)(x)
        shift, scale = np.split(np.asarray(network(squeezed[..., kept])), 2, axis=-1)
        expected = (squeezed[..., changed] + shift) * np.exp(scale)
        errors.append(np.abs(np.asarray(squeeze.squeeze(y))[..., changed] - expected).max())
        print(f"   {name:6} coupling: channels {changed.tolist()} change, largest difference {errors[-1]:.0e}")
    print("   Halves (the tutorial) are other channels: 0 to 3, the first colour. With one colour alone they are rows.")
    return max(errors) < 1e-5


def show_script():
    """Shows that a pointwise network of masked numbers, as in the question, says nothing about masks."""
    x = np.random.default_rng(0).normal(size=(1, 8, 8, 1)).astype("float32")
    print("5. The script of the question: a network without bias that looks at single pixels, here 1x1, against 3x3")
    for size in (1, 3):
        network = keras.layers.Conv2D(2, size, padding="same", use_bias=False)
        changed = [np.mean(layers.AffineCoupling(network, m, scale_bound=None)(x) != x) for m in ("row", "column")]
        print(f"   {size}x{size}: a row coupling changes {changed[0]:.0%} of the image, a column one {changed[1]:.0%}")
        if not np.allclose(changed, 0 if size == 1 else 0.5):
            return False
    print("   At 1x1 the network is zero wherever it applies: both couplings are the identity, and so \"equal\".")


def show_sizes():
    """Compares couplings of 1 channel at 28x28 and of 4 channels at 14x14."""
    print("6. A network of two 3x3 convolutions with 32 hidden channels")
    for name, grid, inputs, outputs in (("1x28x28", 28, 1, 2), ("4x14x14", 14, 2, 4)):
        numbers = 9 * inputs * 32 + 32 + 9 * 32 * outputs + outputs
        field, products = 5 * 28 // grid, 9 * 32 * (inputs + outputs) * grid**2
        print(f"   {name}: {numbers:5} parameters, a result sees {field:2}^2 pixels, {products:7} multiplications")


def show_mixing():
    """Counts the numbers that one pixel reaches through an invertible 1x1 convolution."""
    print("7. Numbers of an 8x8 image that one number reaches through a 1x1 convolution")
    for colours, before in ((1, []), (1, [layers.Squeeze(2)]), (3, []), (3, [layers.Squeeze(2)])):
        chain = layers.Chain([*before, layers.InvertibleConv2D(seed=0), *map(layers.Invert, before)])
        x = np.eye(1, 64 * colours, 27 * colours, dtype="float32").reshape(1, 8, 8, colours)
        reached = np.abs(chain(x)[0]) > 1e-6
        reach, name = (reached.sum(), reached.any(axis=-1).sum()), "after a squeeze" if before else "without one"
        print(f"   colours {colours}, {name}: {reach[0]} numbers, {reach[1]} pixels")
        if reach != ((4 * colours, 4) if before else (colours, 1)):
            return False


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="for uniformity: this example always takes seconds")
    parser.parse_args(arguments)
    keras.utils.set_random_seed(0)
    parts = show_tables, show_official_and_tutorial, show_split, show_pull_back, show_script, show_sizes, show_mixing
    if False in [part() for part in parts]:
        raise SystemExit("The answer does not hold here: please report this.")


if __name__ == "__main__":
    main()
