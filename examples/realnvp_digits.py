"""How do I train a RealNVP, and does it matter which half of the numbers leaves at each scale?

scikit-learn's digits, 8x8 with grey levels 0 to 16, 1,497 for training and 300 for the test: 2 scales, 16 filters, one
block, Adam at 1e-3, 1,200 steps of 32 images, three seeds for each split. The official TensorFlow 1 code reached 2.253
bits per dimension in this setting with its split along the diagonal, and 2.273 with the split of the channels of other
codes; a uniform distribution has log2(17) = 4.09. Needs pip install "tfconvkit[demo]".
"""

import argparse
import itertools
import math
import time
from pathlib import Path

import keras
import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

from tfconvkit import models
from tfconvkit.ops import bounds

LEVELS, SHAPE, EPOCHS = 17, (8, 8, 1), 5
REFERENCE, UNIFORM = {"diagonal": 2.253, "channel": 2.273}, math.log2(LEVELS)
FULL = dict(splits=list(REFERENCE), steps=1200, seeds=3, rate=1e-3, run_eagerly=False, network=dict(filters=16),
            weighted=dict(samples=16), limit={"diagonal": 2.27, "channel": 2.29})
# A small network that learns fast; tracing it would take longer than five steps.
QUICK = dict(splits=["diagonal"], steps=5, seeds=1, rate=1e-2, run_eagerly=True,
             network=dict(filters=4, use_batch_norm=False, use_weight_norm=False, use_skips=False),
             weighted=dict(samples=2, batch_size=300), limit=dict.fromkeys(REFERENCE, UNIFORM))


def digits():
    """Returns 1,497 training and 300 test images of integers 0 to 16."""
    images = load_digits().images[..., None].astype("uint8")
    return np.split(images[np.random.RandomState(123).permutation(len(images))], [1497])


def batches(images, seed, size=32):
    """Yields batches for ever, each image once before any comes again."""
    rng, order = np.random.default_rng(seed), []
    while True:
        if len(order) < size:
            order = rng.permutation(len(images))
        yield (images[order[:size]],)
        order = order[size:]


def trained(split, images, settings, seed):
    """Trains a RealNVP on integers: dequantisation and logit are part of the model, the loss is bits per dimension."""
    keras.utils.set_random_seed(seed)
    model = models.RealNVP(SHAPE, scales=2, blocks=1, split=split, quants=LEVELS, **settings["network"])
    norm = 100 / (math.prod(SHAPE) * math.log(2))  # The official code clips gradients of the loss in nats to norm 100.
    model.compile(keras.optimizers.Adam(settings["rate"], global_clipnorm=norm), run_eagerly=settings["run_eagerly"])
    progress = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(
        f"    {(epoch + 1) / EPOCHS:4.0%} of the steps: {logs['bits_per_dim']:.3f} bits/dim in training", flush=True))
    stream = dict(x=batches(images, seed), steps_per_epoch=settings["steps"] // EPOCHS, shuffle=False)
    model.fit(**stream, epochs=EPOCHS, verbose=0, callbacks=[progress])
    return model


def bits(model, images):
    """Returns the mean bits per dimension by each of five draws of the noise."""
    return [np.mean(model.bits_per_dimension(images)) for _ in range(5)]


def compare(splits, train, test, settings):
    """Trains every split with every seed; returns the bits of all and the last model of each."""
    results, last = {split: [] for split in splits}, {}
    for split, seed in itertools.product(splits, range(settings["seeds"])):
        start = time.perf_counter()
        print(f"  split {split}, seed {seed}")
        last[split] = trained(split, train, settings, seed)
        results[split].append(bits(last[split], test))
        print(f"    test: {np.mean(results[split][-1]):.3f} bits/dim, {time.perf_counter() - start:.0f} s", flush=True)
    return results, last


def draw(fitted, test, path):
    """Draws real digits, and samples of each model."""
    rows = {"real": test[:10]} | {f"{split}, {t}": np.asarray(model.sample(10, temperature=t, seed=0))
                                  for split, model in fitted.items() for t in (0.7, 1.0)}
    figure = Figure(figsize=(10, len(rows)), layout="constrained")
    axes = figure.subplots(len(rows), 10, subplot_kw=dict(xticks=[], yticks=[]))
    for (name, images), line in zip(rows.items(), axes, strict=True):
        line[0].set_ylabel(name)
        for image, cell in zip(images, line, strict=True):
            cell.imshow(image[..., 0], cmap="gray_r", vmin=0, vmax=LEVELS - 1)
    figure.savefig(path, dpi=80)
    print(f"picture: {path}")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=list(REFERENCE), help="both by default")
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--quick", action="store_true", help="a few steps of a tiny network, no picture by default")
    parser.add_argument("--out", type=Path, help="picture, realnvp_digits.png by default")
    options = parser.parse_args(arguments)
    settings = (QUICK if options.quick else FULL) | ({"seeds": options.seeds} if options.seeds else {})
    splits, (train, test) = [options.split] if options.split else settings["splits"], digits()
    (results, fitted), holds = compare(splits, train, test, settings), True
    print("bits per dimension of the test images, lower is better\nsplit       here  official")
    for split, draws in results.items():
        mean, error = np.mean(draws), fitted[split].inverse_error(test)
        print(f"{split:8}  {mean:6.3f}  {REFERENCE[split]:8.3f}  the inverse errs by {error:.0e}")
        holds &= mean <= settings["limit"][split] and error < 1e-4
    nats, draws = fitted[splits[0]].importance_weighted(test, **settings["weighted"]), settings["weighted"]["samples"]
    tighter = np.mean(bounds.bits_per_dimension(nats, SHAPE))
    print(f"uniform    {UNIFORM:5.3f}")
    print(f"{splits[0]}, one seed, the tighter bound by {draws} draws of noise: {tighter:.3f}")
    if out := options.out or (None if options.quick else Path("realnvp_digits.png")):
        draw(fitted, test, out)
    if not holds or tighter > max(results[splits[0]][-1]):
        raise SystemExit("The claim does not hold here: bits should be few, fewer by more draws, the inverse exact.")


if __name__ == "__main__":
    main()
