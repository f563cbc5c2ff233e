"""By which blur was this photograph made smaller? KernelGAN finds the kernel from the small photograph alone.

Blurs one of scikit-image's photographs with a known kernel and keeps every second pixel. From the result alone,
models.KernelGAN estimates the kernel, three times from other first weights, in 2000 steps each (four minutes in all).
Printed is the correlation with the true kernel, beside that of two guesses: no blur but the mean of 2 x 2 pixels, and
bicubic down-scaling. The last line is no guess, as it knows the truth: the best round Gaussian. An estimate below it
found the width, not the shape. Writes a picture of the true kernel and of the estimates. Needs pip install
"tfconvkit[demo,photo]".
"""

import argparse
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from skimage import data

from tfconvkit import models
from tfconvkit.ops.resize import imresize, taps

SIZE = 13
# Rows and columns of the kernel, counted from where a kernel of scale 2 has its centre.
ROWS, COLUMNS = np.meshgrid(*2 * [np.arange(SIZE) - SIZE / 2], indexing="ij")


def gaussian(variances=(4.0, 1.0), degrees=30):
    """An anisotropic Gaussian, its longer axis turned from the rows towards the columns."""
    t = np.deg2rad(degrees)
    along, across = np.cos(t) * ROWS + np.sin(t) * COLUMNS, np.cos(t) * COLUMNS - np.sin(t) * ROWS
    return normalised(np.exp(-(along**2 / variances[0] + across**2 / variances[1]) / 2))


def motion(length=5, degrees=-40, bend=1.5, softness=0.9):
    """The trace of a camera that moves on a bent line at even speed, with slightly soft optics."""
    s, t = np.linspace(-1, 1, 81), np.deg2rad(degrees)
    bow = bend * (s**2 - np.mean(s**2))
    rows = length / 2 * s * np.sin(t) + bow * np.cos(t)
    columns = length / 2 * s * np.cos(t) - bow * np.sin(t)
    distances = (ROWS[..., None] - rows) ** 2 + (COLUMNS[..., None] - columns) ** 2
    return normalised(np.exp(-distances / (2 * softness**2)).sum(axis=-1))


def normalised(kernel):
    return kernel / kernel.sum()


def bicubic():
    """The kernel of bicubic down-scaling by 2, in the middle of the others' grid."""
    _, weights = taps(64, 32, 0.5)
    row = np.zeros(SIZE)
    row[3:11] = weights[16][weights[16] != 0]
    return np.outer(row, row)


def delta():
    """No blur but the mean of the four pixels that become one."""
    return np.where((np.abs(ROWS) < 1) & (np.abs(COLUMNS) < 1), 0.25, 0)


def similarity(kernel, truth):
    return np.corrcoef(kernel.ravel(), truth.ravel())[0, 1]


def estimates(photograph, truth, seeds, steps):
    small = np.asarray(imresize(photograph / 255.0, 0.5, kernel=truth))
    small = np.round(255 * small.clip(0, 1)).astype("uint8")
    kernels = []
    for seed in seeds:
        start = time.perf_counter()
        model = models.KernelGAN(scale=2, seed=seed)
        model.fit(small, steps=steps, verbose=0)
        kernels.append(model.kernel())
        print(f"  seed {seed}: {similarity(kernels[-1], truth):.3f} in {time.perf_counter() - start:.0f} s", flush=True)
    return kernels


def draw(rows, path):
    figure = Figure(figsize=(2 * max(map(len, rows)), 2.3 * len(rows)), layout="constrained")
    grid = figure.subplots(len(rows), max(map(len, rows)), squeeze=False, subplot_kw=dict(xticks=[], yticks=[]))
    for axes, kernels in zip(grid, rows, strict=True):
        for each, (title, kernel) in zip(axes, kernels.items(), strict=True):
            each.imshow(kernel, cmap="gray")
            each.set_title(title)
    figure.savefig(path, dpi=80)
    print(f"picture: {path}")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one kernel, one seed and few steps; no picture")
    parser.add_argument("--out", type=Path, help="picture, estimate_blur_kernel.png by default")
    options = parser.parse_args(arguments)
    photograph = data.rocket()
    truths = {"Gaussian": gaussian(), "motion": motion()}
    seeds, steps, rows = range(3), 2000, []
    if options.quick:
        truths, seeds, steps = {"Gaussian": truths["Gaussian"]}, [0], 80
    for name, truth in truths.items():
        print(f"{name}: correlation with the true kernel")
        kernels = estimates(photograph, truth, seeds, steps)
        found = np.median([similarity(kernel, truth) for kernel in kernels])
        guesses = {"no blur": delta(), "bicubic": bicubic()}
        values = {title: similarity(guess, truth) for title, guess in guesses.items()}
        for title, value in {"KernelGAN, median": found, **values}.items():
            print(f"  {title:19} {value:.3f}")
        best = max(similarity(gaussian((v, v)), truth) for v in np.arange(0.5, 6, 0.25))
        print(f"  best round Gaussian {best:.3f}")
        if found <= max(values.values()):
            raise SystemExit(f"{name}: the estimate should be nearer to the true kernel than both guesses")
        rows.append({"true": truth, **{f"seed {seed}": k for seed, k in zip(seeds, kernels, strict=True)}, **guesses})
    if out := options.out or (None if options.quick else Path("estimate_blur_kernel.png")):
        draw(rows, out)


if __name__ == "__main__":
    main()
