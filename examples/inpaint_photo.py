"""How do I train an inpainting network and fill holes of a photograph? A small DeepFill v2, and what it looks at.

Trains on crops of the left three quarters of scikit-learn's two photographs with random brush strokes as holes, fills
holes in the unseen right quarter, and checks that known pixels stay. Writes a picture: hole, guesses, where each patch
borrowed from (hue: direction, brightness: distance; grey: nothing was missing). Needs pip install "tfconvkit[demo]".
"""

import argparse
from pathlib import Path

import keras
import numpy as np
from matplotlib.colors import hsv_to_rgb
from matplotlib.figure import Figure
from sklearn.datasets import load_sample_images

from tfconvkit import losses, masks, models

FULL = dict(width=16, steps=100, epochs=8, batch_size=4, run_eagerly=False)
QUICK = dict(width=4, steps=2, epochs=1, batch_size=2, run_eagerly=True)  # tracing takes longer than two steps
# Shown in the size of training: taps of the widest dilation that always met the border there are untrained.
CROP, SPLIT, BRUSH = 96, 480, (8, 16)


class Crops(keras.utils.PyDataset):
    """Random crops of photographs, scaled to [-1, 1], each with brush strokes of its own."""

    def __init__(self, photographs, steps, batch_size, seed):
        super().__init__()
        self.photographs, self.steps, self.batch_size = photographs, steps, batch_size
        self.rng = np.random.default_rng(seed)

    def __len__(self):
        return self.steps

    def __getitem__(self, index):
        crops = []
        for _ in range(self.batch_size):
            photograph = self.photographs[self.rng.integers(len(self.photographs))]
            top, left = self.rng.integers(0, np.subtract(photograph.shape[:2], CROP), endpoint=True)
            crop = photograph[top : top + CROP, left : left + CROP]
            crops.append(crop[:, ::-1] if self.rng.integers(2) else crop)
        holes = masks.free_form((CROP, CROP), self.batch_size, width=BRUSH, flip=True, rng=self.rng)
        return ((np.stack(crops) / np.float32(127.5) - 1, holes),)


def trained(photographs, options, seed):
    """Returns the trained generator, whose third output says where the attention looked."""
    keras.utils.set_random_seed(seed)
    # Fresh kernels of the paper's size would let a signal fade from layer to layer, and training start slowly.
    lively = keras.initializers.VarianceScaling(5.3)
    generator = models.DeepFillV2(options["width"], kernel_initializer=lively, return_offsets=True)
    model = models.InpaintingGAN(generator, models.SNPatchGAN(options["width"]), losses.MaskedL1(hole=4),
                                 adversarial_weight=0.02)
    print(f"generator {generator.count_params():,}, discriminator {model.discriminator.count_params():,} parameters")
    rate = keras.optimizers.schedules.CosineDecay(1e-3, options["epochs"] * options["steps"])
    model.compile(keras.optimizers.Adam(rate, 0.5), run_eagerly=options["run_eagerly"])
    generator.run_eagerly = model.run_eagerly
    crops = Crops([photograph[:, :SPLIT] for photograph in photographs], options["steps"], options["batch_size"], seed)
    model.fit(crops, epochs=options["epochs"])
    return generator


def decibels(guess, image, hole):
    """Peak signal-to-noise ratio inside the hole, for levels 0 to 255."""
    return 10 * np.log10(255**2 / np.mean((guess[hole] - image[hole].astype(float)) ** 2))


def colours(offsets, hole):
    """Shows directions as hues and distances as brightness, grey where nothing was missing."""
    hue = (np.arctan2(offsets[..., 0], offsets[..., 1]) / (2 * np.pi)) % 1
    length = np.hypot(offsets[..., 0], offsets[..., 1])
    shown = hsv_to_rgb(np.stack([hue, np.ones_like(hue), length / max(length.max(), 1)], axis=-1))
    return np.where(hole[..., None], shown.repeat(len(hole) // len(shown), 0).repeat(len(hole) // len(shown), 1), 0.5)


def results(generator, image, hole):
    """Returns five pictures of one photograph and prints how good the guesses are."""
    inputs = [image[None] / np.float32(127.5) - 1, hole[None, ..., None].astype("float32")]
    coarse, refined, offsets = generator.predict(inputs, verbose=0)
    coarse, refined = (np.clip((stage[0] + 1) * 127.5, 0, 255) for stage in (coarse, refined))
    filled = models.inpaint(generator, image, hole)
    guesses = {"mean colour": np.broadcast_to(image[~hole].mean(axis=0), image.shape), "coarse": coarse,
               "refined": refined, "filled": filled}
    for name, guess in guesses.items():
        print(f"  {name:12} {decibels(guess, image, hole):6.2f} dB in the hole")
    changed = (filled[~hole] != image[~hole]).any(axis=-1)
    print(f"  known pixels changed: {changed.sum()} of {changed.size}")
    if changed.any() or not np.isfinite([coarse, refined]).all():
        raise SystemExit("Known pixels should stay as they are, and guesses be numbers: please report this.")
    return {"hole": np.where(hole[..., None], np.uint8(255), image), "coarse": coarse.astype("uint8"),
            "refined": refined.astype("uint8"), "attention": colours(offsets[0], hole), "filled": filled}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few steps of a tiny network, no picture by default")
    parser.add_argument("--epochs", type=int, help="of 100 steps, with --quick of 2")
    parser.add_argument("--out", type=Path, help="picture, inpaint_photo.png by default")
    options = parser.parse_args(arguments)
    settings = (QUICK if options.quick else FULL) | ({} if options.epochs is None else {"epochs": options.epochs})
    if settings["epochs"] < 1 or options.out and not options.out.parent.is_dir():
        parser.error(f"expected --epochs from 1 on and --out in an existing folder, received {options}")
    generator = trained(photographs := load_sample_images().images, settings, seed=0)
    grid = Figure(figsize=(15, 6.4), layout="constrained").subplots(2, 5, subplot_kw=dict(xticks=[], yticks=[]))
    for number, (photograph, row) in enumerate(zip(photographs, grid, strict=True)):
        image = photograph[200 : 200 + CROP, SPLIT + 16 : SPLIT + 16 + CROP]
        hole = masks.free_form(image.shape[:2], width=BRUSH, rng=number)[..., 0] > 0
        print(f"photograph {number + 1}, {hole.mean():.0%} missing")
        for axes, (name, shown) in zip(row, results(generator, image, hole).items(), strict=True):
            axes.imshow(shown)
            axes.set_title(name)
    if out := options.out or (None if options.quick else Path("inpaint_photo.png")):
        grid[0, 0].figure.savefig(out, dpi=80)
        print(f"picture: {out}")


if __name__ == "__main__":
    main()
