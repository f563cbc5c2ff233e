"""Why does "same" padding break rotation equivariance, and for which kernels, strides and sizes? (GrouPy issue 21)

TensorFlow puts the odd pad behind. A turned image then meets the kernel one pixel off, unless the pads
P = (ceil(N / s) - 1)s + k - N are even and not negative. GroupConv2D moves the whole support instead.
"""

import argparse

import numpy as np
from keras import ops

from tfconvkit import groups, layers, padding

CASES = [(3, 1, 8), (2, 1, 8), (3, 2, 7), (3, 2, 8), (2, 2, 8), (2, 2, 7), (5, 3, 9)]


def error(function, x, group):
    """Largest |function(L_g x) - L_g function(x)| relative to the largest output."""
    y = ops.convert_to_numpy(function(x))
    errors = []
    for element in range(group.order):
        turned = ops.convert_to_numpy(function(groups.act(group, element, x)))
        errors.append(np.abs(turned - groups.act(group, element, y, "regular")).max())
    return max(errors) / np.abs(y).max()


def compare(kernel_size, strides, size, group):
    """Returns the errors of TensorFlow's SAME with a bank of turned kernels, and of the layer with the same kernel."""
    x = np.random.default_rng(0).normal(size=(1, size, size, 2))
    layer = layers.LiftConv2D(4, kernel_size, group, strides=strides, padding="same", dtype="float64")
    turned = layers.LiftConv2D(4, kernel_size, group, padding="valid", dtype="float64")
    for each in (layer, turned):
        each.build(x.shape)
    turned.set_weights(layer.get_weights())
    bank = turned.bank(x.shape[1:3])

    def legacy(x):
        return ops.conv(ops.convert_to_tensor(x, "float64"), bank, strides=strides, padding="same")

    return error(legacy, x, group), error(layer, x, group)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--group", default="C4")
    parser.add_argument("--quick", action="store_true", help="for uniformity: this example always takes seconds")
    group = groups.get(parser.parse_args(arguments).group, rank=2)
    print(f"relative equivariance error under {group.name}")
    print("kernel  stride  size  pads of SAME  rule says  turned kernels + SAME  LiftConv2D")
    for kernel_size, strides, size in CASES:
        plain, exact = compare(kernel_size, strides, size, group)
        pads = padding.same_pads(size, kernel_size, strides)
        verdict = "exact" if padding.is_equivariant(size, kernel_size, strides) else "breaks"
        print(f"{kernel_size:6d}  {strides:6d}  {size:4d}  {pads!s:>12}  {verdict:>9}  {plain:21.1e}  {exact:10.1e}")
        if exact > 1e-12 or (verdict == "exact") != (plain < 1e-12):
            raise SystemExit("The rule does not hold: please report this case.")


if __name__ == "__main__":
    main()
