"""Why does contextual attention paste patches of 2 * rate pixels and divide by 4? (The deconvolution thread)

Pasting is `fold`, the adjoint of cutting patches: a transposed convolution. Each pixel is the sum over the windows that
see it, so the right divisor is `overlap_count`. All numbers below are computed.
"""

import argparse

import numpy as np
from keras import ops

from tfconvkit.ops.patches import fold, overlap_count, unfold


def toy_tables():
    """The two toy functions of the thread: a transposed convolution, and a convolution with the flipped kernel."""
    image, kernel = np.arange(25.0).reshape(1, 5, 5, 1), np.arange(9.0).reshape(9, 1)
    pixels = ops.convert_to_numpy(unfold(image, 3)) @ kernel
    transposed = fold(pixels @ kernel.T, (5, 5), 3)
    padded = np.pad(pixels, [(0, 0), (2, 2), (2, 2), (0, 0)])
    flipped = ops.convert_to_numpy(unfold(padded, 3)) @ kernel[::-1]
    return ops.convert_to_numpy(transposed)[0, ..., 0], flipped[0, ..., 0]


def attention(b, rate, patch):
    """Contextual attention of a map with itself: every `rate`-th pixel, patches of `patch` pixels, scale 10."""
    q = ops.convert_to_numpy(unfold(b[:, ::rate, ::rate], patch, padding="same"))
    q = q.reshape(-1, q.shape[-1])
    return ops.convert_to_numpy(ops.softmax(10 * q @ (q / np.maximum(np.linalg.norm(q, axis=1), 1e-4)[:, None]).T))


def paste(b, weights, size, rate):
    """Pastes patches of `size` pixels every `rate` pixels; returns the sum and the overlaps."""
    patches = ops.convert_to_numpy(unfold(b, size, rate, padding="same"))
    mixed = (weights @ patches.reshape(len(weights), -1)).reshape(patches.shape)
    summed = fold(mixed, b.shape[1:3], size, rate, padding="same")
    return ops.convert_to_numpy(summed), overlap_count(b.shape[1:3], size, rate, padding="same")[..., None]


def rms(y, b):
    return np.sqrt(np.mean((y - b) ** 2) / np.mean(b**2))


def show_toys_and_image():
    transposed, flipped = toy_tables()
    print("1. Transposed convolution, and convolution of the padded map with the flipped kernel:")
    for one, other in zip(transposed, flipped, strict=True):
        print("  ", *(f"{value:6.0f}" for value in one), "   |", *(f"{value:6.0f}" for value in other))
    print("   equal:", holds := np.array_equal(transposed, flipped))
    image = np.arange(24.0).reshape(1, 4, 6, 1)
    summed, count = paste(image, np.eye(6), 4, 2)
    print("2. The 4x6 image, its 4x4 patches pasted every 2 pixels: the sum, the overlaps, sum / 4, sum / overlaps")
    for y in range(4):
        tables = (summed[0, y, :, 0], count[y, :, 0], summed[0, y, :, 0] / 4, (summed / count)[0, y, :, 0])
        print("  ", "   |".join(" ".join(f"{value:5.4g}" for value in table) for table in tables))
    return holds and np.array_equal(summed / count, image) and not np.array_equal(summed / 4, image)


def show_overlaps(size):
    print("3. Why 2 * rate: the pasted size has to be a multiple of rate, or neighbours overlap unevenly (one axis):")
    holds = True
    for rate, multiples in ((2, (2, 3, 4, 5, 6)), (3, (3, 4, 6, 9))):
        for kernel in multiples:
            count = overlap_count(size, kernel, rate, padding="same")
            inside = count[kernel : size - kernel]
            even = f"even, inside divisor {inside[0] ** 2}" if np.ptp(inside) == 0 else "uneven"
            holds &= (np.ptp(inside) == 0) == (kernel % rate == 0) and (kernel % rate or inside[0] == kernel // rate)
            print(f"   rate {rate}, pasted {kernel}:", *count[:10], f"..  {even}")
    print("   Multiples 1, 2, 3 of rate have divisors 1, 4, 9. Two is the smallest whose patches overlap and blend.")
    print("   A matching patch (ksize) of 5 instead of 3 changes the attention, not the pasted size and its divisor.")
    print("4. Kernel 4, stride 3, no padding: mask", *overlap_count(10, 4, 3))
    return holds


def show_accuracy(size):
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(1, size, size, 16))
    y, x = np.mgrid[:size, :size] / size
    smooth = np.stack([np.sin(3 * x + y), np.cos(4 * y - x), x * y + 0.2], -1)[None]
    summed, count = paste(noise, attention(noise, 3, 3), 4, 3)
    masked, quartered, rows = rms(summed / count, noise), rms(summed / 4, noise), []
    print(f"   y against b = f, random: / mask {masked:.1e}, / 4 {quartered:.1e}")
    print("5. Is a larger patch more accurate? Relative error of y against b = f, rate 2, divided by the overlaps:")
    print("   features  matching patch   pasted 2   pasted 4   pasted 6   weight on the own patch")
    for name, b in (("random", noise), ("smooth", smooth)):
        for patch in (1, 3, 5):
            weights = attention(b, 2, patch)
            rows.append(errors := [])
            for kernel in (2, 4, 6):
                summed, count = paste(b, weights, kernel, 2)
                errors.append(rms(summed / count, b))
            own = np.mean(np.diag(weights))
            print(f"   {name}    {patch:14d}", *(f"{error:10.1e}" for error in errors), f"{own:12.3f}")
    print("   A larger matching patch is: it tells its own place from others. A larger pasted patch hardly changes y.")
    is_better = np.all(np.diff(rows[3:], axis=0) < 0) and np.all(np.max(rows[3:], 1) < 1.5 * np.min(rows[3:], 1))
    return masked < 1e-6 < 0.1 < quartered and is_better


def show_wrong_pixels():
    count = overlap_count((64, 64), 4, 2, padding="same")
    wrong = count != 4
    print(f'6. "/ 4" is wrong on {wrong.sum()} of {count.size} pixels at 64x64 ({wrong.mean():.1%}), the outermost')
    print(f"   rows and columns: edges come out as {count[0, 9] / 4} of their value, corners as {count[0, 0] / 4}.")
    return wrong.sum() == 4 * 63 and not wrong[1:-1, 1:-1].any()


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller maps")
    size = 24 if parser.parse_args(arguments).quick else 48
    if not all([show_toys_and_image(), show_overlaps(size), show_accuracy(size), show_wrong_pixels()]):
        raise SystemExit("The answer does not hold here: please report this.")


if __name__ == "__main__":
    main()
