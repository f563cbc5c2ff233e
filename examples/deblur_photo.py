"""How much of a blurred, noisy photograph comes back, with the true kernel and with one that was estimated?

Blurs one of scikit-learn's photographs, adds noise of 1 % and restores it as argmin |A x - y|^2 + strength |x - y'|^2,
y' the blurred photograph itself: too weak, and the noise drowns all; too strong, and it stays blurred. Then the same
with every second pixel kept, by the true kernel, by the one that KernelGAN estimates from the small photograph, and
by the bicubic one. Nothing is assumed outside: A reads a photograph that is larger by the kernel's border. Prints PSNR
in dB and writes a picture. Needs pip install "tfconvkit[demo]".
"""

import argparse
from pathlib import Path

import numpy as np
from keras import ops
from matplotlib.figure import Figure
from sklearn.datasets import load_sample_image

from tfconvkit import models, operators
from tfconvkit.ops.resize import imresize, taps

KERNEL, NOISE, STRENGTHS = 13, 0.01, (1e-3, 1e-2, 3e-2, 1e-1, 1.0)


def gaussian(centre, variances=(4.0, 1.0), degrees=30):
    """An anisotropic Gaussian; of scale 2, a kernel has its centre between two cells."""
    rows, columns = np.meshgrid(*2 * [np.arange(KERNEL) - centre], indexing="ij")
    t = np.deg2rad(degrees)
    along, across = np.cos(t) * rows + np.sin(t) * columns, np.cos(t) * columns - np.sin(t) * rows
    kernel = np.exp(-(along**2 / variances[0] + across**2 / variances[1]) / 2)
    return kernel / kernel.sum()


def bicubic():
    """The kernel of bicubic down-scaling by 2."""
    row = np.zeros(KERNEL)
    _, weights = taps(64, 32, 0.5)
    row[3:11] = weights[16][weights[16] != 0]
    return np.outer(row, row)


def blur(kernel, side, strides=1):
    """The operator: the colours are a batch of images with one channel."""
    return operators.Convolution(kernel[:, :, None, None], grid=(side, side), padding="valid", strides=strides)


def restored(A, y, start, strength):
    """Solves for all colours at once, beginning with the photograph `start`."""
    solver = operators.ConjugateGradient(damping=strength, tol=1e-4)
    return np.clip(A.pinv(solver).prox(y, start), 0, 1)


def psnr(x, truth):
    inner = (slice(None), *2 * (slice(KERNEL, -KERNEL),))
    return -10 * np.log10(np.mean((x - truth)[inner] ** 2))


def enlarged(y, scale, side):
    """The photograph that is at hand: y, cubically enlarged, its border repeated."""
    x = ops.convert_to_numpy(imresize(y, scale))
    before, behind = KERNEL // 2, side - x.shape[1] - KERNEL // 2
    return np.pad(x, [(0, 0), *2 * [(before, behind)], (0, 0)], mode="edge")


def colours_last(x):
    return np.moveaxis(x[..., 0], 0, -1).clip(0, 1)


def best(truth, kernel, y, strides, strengths):
    """Restores at all strengths; returns the best photograph by its PSNR, with the list of all of them."""
    side = truth.shape[1]
    start = enlarged(y, strides, side)
    found = [restored(blur(kernel, side, strides), y, start, strength) for strength in strengths]
    values = [psnr(x, truth) for x in found]
    return found[int(np.argmax(values))], values, psnr(start, truth)


def draw(pictures, path):
    figure = Figure(figsize=(2.6 * len(pictures), 3), layout="constrained")
    grid = figure.subplots(1, len(pictures), squeeze=False, subplot_kw=dict(xticks=[], yticks=[]))[0]
    for axes, (title, x) in zip(grid, pictures.items(), strict=True):
        axes.imshow(colours_last(x))
        axes.set_title(title)
    figure.savefig(path, dpi=90)
    print(f"picture: {path}")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small part, two strengths, no estimate, no picture")
    parser.add_argument("--out", type=Path, help="picture, deblur_photo.png by default")
    options = parser.parse_args(arguments)
    side, strengths = (64, (3e-2, 1.0)) if options.quick else (256, STRENGTHS)
    truth = np.moveaxis(load_sample_image("flower.jpg")[100 : 100 + side, 200 : 200 + side], -1, 0)[..., None] / 255.0
    rng, pictures, gains = np.random.default_rng(0), {"true": truth}, []
    print(f"{side}x{side}, Gaussian kernel {KERNEL}x{KERNEL}, noise {NOISE:.0%}; PSNR in dB\n  strength ", end="")
    print("".join(f"{strength:9.0e}" for strength in strengths) + "   as it came")
    for name, strides in (("blurred", 1), ("blurred, halved", 2)):
        kernel = gaussian(KERNEL / 2 if strides == 2 else KERNEL // 2)
        y = ops.convert_to_numpy(blur(kernel, side, strides).matvec(truth))
        y = y + NOISE * rng.normal(size=y.shape)
        guesses = {"true kernel": kernel} if strides == 1 else {"true kernel": kernel, "bicubic": bicubic()}
        if strides == 2 and not options.quick:
            model = models.KernelGAN(scale=2, seed=0)
            model.fit(np.round(255 * colours_last(y)).astype("uint8"), verbose=0)
            guesses["KernelGAN"] = model.kernel()
        pictures[name] = enlarged(y, strides, side)
        for guess, each in guesses.items():
            pictures[guess], values, before = best(truth, each, y, strides, strengths)
            print(f"{name}, {guess}\n           " + "".join(f"{v:9.2f}" for v in values) + f"{before:13.2f}")
            gains.append(max(values) - before)
    if min(gains[:2]) < 0.5:
        raise SystemExit("The true kernel should bring back more than that: please report this.")
    if out := options.out or (None if options.quick else Path("deblur_photo.png")):
        draw(pictures, out)


if __name__ == "__main__":
    main()
