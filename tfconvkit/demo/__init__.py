"""The demo: an equivariant and a plain network of equal size learn upright digits and meet turned ones."""

import sys
import time

import keras

from tfconvkit import _datasets, audit, groups
from tfconvkit.demo import measurements, networks, picture, report

__all__ = ["run"]

DEFAULT_EPOCHS = 20
_SEED = 1


def run(epochs=None, group="C4", out="tfconvkit-demo"):
    """Trains both networks, measures what turning the digits does to them, prints it and writes the report folder.

    The folder receives `report.png`, `report.json`, `equivariant.keras` and `plain.keras`, all of them at the end.
    The random state of Keras, NumPy and Python is seeded.

    Args:
        epochs: Passes over the 1,500 training digits; None takes 20.
        group: Name of a two-dimensional group, or a `groups.PointGroup`.
        out: The report folder, made if it is missing; older reports in it are replaced.

    Raises:
        ValueError: for `epochs` below 1, an unknown group, or an `out` that is a file.
        ModuleNotFoundError: if scikit-learn or Matplotlib is missing.

    Example:
        >>> demo.run(epochs=1, group="D4", out="report")
    """
    begin = time.perf_counter()
    epochs = DEFAULT_EPOCHS if epochs is None else epochs
    if epochs < 1:
        raise ValueError(f"The demo needs at least one epoch of training. Received epochs={epochs}.")
    group, folder = groups.get(group, rank=2), report.check_folder(out)
    train, test = _datasets.digits()
    models = _build(group)
    measured = {name: _measure(models[name], group, train, test, epochs) for name in models}
    with report.staged(folder) as stage:
        result = _judge(models, measured, group, test, stage, epochs)
        turning = measurements.turning(models, group, *test)
        picture.draw(result.measured, turning, report.notes(result)).savefig(stage / "report.png")
        seconds = round(time.perf_counter() - begin, 1)
        report.write_json(stage / "report.json", result, audit.count(models["equivariant"]), seconds)
    print("\n" + report.closing(result, folder, seconds))


def _build(group):
    """Builds both networks from the same seed and prints their summaries."""
    keras.utils.set_random_seed(_SEED)
    equivariant = networks.equivariant(group)
    keras.utils.set_random_seed(_SEED)
    plain = networks.plain(networks.matching_widths(networks.trainable_parameters(equivariant)))
    models = {"equivariant": equivariant, "plain": plain}
    for model in models.values():
        model.summary()
    return models


def _measure(model, group, train, test, epochs):
    """Trains one network from the common seed and measures it."""
    print(f"\nTraining the {model.name} network on {len(train[0]):,} upright digits", flush=True)
    keras.utils.set_random_seed(_SEED)
    # Where nothing can be overwritten, such as in a log file, a progress bar would fill pages: one line per epoch.
    seconds = measurements.train(model, *train, epochs=epochs, verbose=1 if sys.stdout.isatty() else 2)
    return measurements.measure(model, group, *test, seconds=seconds)


def _judge(models, measured, group, test, stage, epochs):
    """Saves the networks, collects what the trained equivariant network keeps, and prints it."""
    for name, model in models.items():
        model.save(stage / f"{name}.keras")
    reloaded = keras.models.load_model(stage / "equivariant.keras")
    result = report.Result(
        group=group,
        epochs=epochs,
        images=len(test[0]),
        measured=measured,
        equivariance_error=float(audit.equivariance(models["equivariant"], group).error),
        reload_difference=measurements.largest_difference(models["equivariant"], reloaded, test[0]),
    )
    print("\n" + audit.table(audit.count(models["equivariant"])))
    print("\n" + report.table(result))
    return result
