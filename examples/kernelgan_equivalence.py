"""Why does KernelGAN's generator not give the same image as imresize with its kernel? (KernelGAN issue 31)

It does: the script of the issue reads an image of shape (64, 64, 3) as (3, 64, 64). The rest is which pixel is which.
"""

import argparse

import numpy as np
from keras import ops

from tfconvkit import layers
from tfconvkit.ops import blur_kernels, kernels
from tfconvkit.ops.resize import imresize

# Kernel sizes of the layers, stride and side of the image.
CASES = ((5, 3, 3), 2, 48), ((5, 3), 2, 48), ((5, 3, 3), 4, 48), ((5, 5, 5), 3, 48), ((5, 3, 3), 2, 49)
RNG = np.random.default_rng(31)


def generator(sizes, strides, image, filters=64):
    """A linear generator with positive kernels whose sums are 1, so that it blurs, for images like this one."""
    layer = layers.LinearGenerator(filters, sizes, strides=strides, train_mode="expanded")
    layer.build((None, *image.shape))
    drawn = [RNG.uniform(size=weight.shape) for weight in layer.get_weights()]
    layer.set_weights([2 * kernel / np.prod(kernel.shape[:3]) for kernel in drawn])
    return layer


def error(y, expected):
    return np.abs(y - expected).max() / np.abs(expected).max()


def run(layer, image):
    """Runs the generator as KernelGAN does, layer by layer; at inference it is one convolution with its kernel."""
    return ops.convert_to_numpy(layer(image[None], training=True))[0]


def kernel_of(layer):
    return ops.convert_to_numpy(layer.effective_kernel())[..., 0, 0]


def show_script():
    """Replays the script: the generator against imresize with its kernel."""
    image = RNG.uniform(size=(64, 64, 3)).astype("float32")
    kernel = kernel_of(layer := generator((7, 5, 3, 1, 1, 1), 2, image))
    resized = ops.convert_to_numpy(imresize(image, scale=0.5, kernel=kernel))[3:29, 3:29]
    viewed = image.reshape(3, 64, 64).transpose(1, 2, 0)  # .view(1, 3, 64, 64), then with the channels last
    right = error(run(layer, image), resized)
    print("1. Generator 7, 5, 3, 1, 1, 1 of stride 2 at 64x64 against imresize(...)[3:29, 3:29], relative error")
    print(f"   as in the script, image.view(1, 3, 64, 64)        {error(run(layer, viewed), resized):.1e}")
    print(f"   transposed, image.permute(2, 0, 1)                {right:.1e}")
    for name, other in (("kernel_shift", kernel), ("post_process_k", blur_kernels.denoised(kernel, 40))):
        other = blur_kernels.centred(other, blur_kernels.scale_centre(other.shape, 2), crop=False).astype("float32")
        wrong = error(run(layer, image), ops.convert_to_numpy(imresize(image, 0.5, kernel=other))[3:29, 3:29])
        print(f"   transposed, kernel after {name:14}  {len(other)}x{len(other)}   {wrong:.1e}")
    print("   Cause: .view keeps the order of the numbers: a row of it is a third of one, its colours interleaved.")
    print("   Shift and post-processing make another kernel on purpose: half a pixel further, and without small taps.")
    return right < 1e-6


def show_phases():
    """Looks for an offset in each case, and checks the rule that always holds."""
    print("2. Is there an offset o with G[i] = imresize(...)[i + o]? Only if S divides (k - 1) / 2 and the side")
    print("   k    S   side   rule        found       G[i] = full_correlation[(k - 1) / 2 + S i]")
    holds = True
    for sizes, stride, side in CASES:
        image = RNG.uniform(size=(side, side, 3)).astype("float32")
        layer = generator(sizes, stride, image, filters=8)
        kernel, y = kernel_of(layer), run(layer, image)
        resized, full = (ops.convert_to_numpy(imresize(image, scale=s, kernel=kernel)) for s in (1 / stride, 1))
        half, rows = len(kernel) // 2, len(y)
        errors = [error(y, resized[o : o + rows, o : o + rows]) for o in range(len(resized) - rows + 1)]
        found = f"{np.argmin(errors)}" if min(errors) < 1e-5 else f"none, {min(errors):.0e}"
        rule = "none" if half % stride or side % stride else f"{half // stride}"
        picked = full[half :: stride, half :: stride][:rows, :rows]
        print(f"   {len(kernel):2} {stride:4} {side:6}   {rule:11} {found:12}{error(y, picked):.1e}")
        holds &= error(y, picked) < 1e-5 and found.startswith(rule)
    return holds


def matrix(kernel, side, strides=1):
    """The dense matrix of a convolution without pads: its columns are what it makes of single pixels."""
    size, channels = side**2 * kernel.shape[2], kernel.shape[2]
    pixels = np.eye(size, dtype="float32").reshape(size, side, side, channels)
    return ops.convert_to_numpy(ops.conv(pixels, kernel, strides=strides)).reshape(size, -1).T


def show_matrices():
    """Multiplies the matrices of the layers."""
    layer = generator((3, 3, 1), 2, np.zeros((9, 9, 1)), filters=4)
    (first, second, last), whole = layer.get_weights(), layer.effective_kernel()
    strided = matrix(last, 5, strides=2) @ matrix(second, 7) @ matrix(first, 9)
    dense = matrix(last, 5) @ matrix(second, 7) @ matrix(first, 9)
    kept = dense.reshape(5, 5, -1)[::2, ::2].reshape(9, -1)
    checks = {
        "product of the layers' matrices, and the matrix of the 5x5 kernel": (dense, matrix(whole, 9)),
        "product with the stride of 2, and every second row and column of it": (strided, kept),
        "one row (what one output reads), and the kernel": (dense[0].reshape(9, 9)[:5, :5], kernel_of(layer)),
        "one column (what one pixel makes), and the kernel flipped": (
            dense[:, 4 * 9 + 4].reshape(5, 5), ops.convert_to_numpy(kernels.flip(whole))[..., 0, 0]),
    }  # fmt: skip
    print("3. Matrices of a generator 3, 3, 1 with 4 channels at 9x9, relative error")
    for name, (one, other) in checks.items():
        print(f"   {name:70} {error(one, other):.1e}")
    print("   KernelGAN reads its kernel from the image of one pixel, a column: hence its flip. The stride of the last")
    print("   layer leaves out rows of its matrix; the kernel is what stands in every row, and does not see it.")
    return max(error(*pair) for pair in checks.values()) < 1e-6


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="for uniformity: this example always takes seconds")
    parser.parse_args(arguments)
    if not all([show_script(), show_phases(), show_matrices()]):
        raise SystemExit("The answer does not hold here: please report this.")


if __name__ == "__main__":
    main()
