"""Reads a checkpoint of TF1 and sets the weights of a Keras model: all of them, or none."""

import difflib
from typing import NamedTuple

import numpy as np

from tfconvkit.compat.checkpoint import maps, reading


class Loaded(NamedTuple):
    """What `load` did.

    Args:
        names: Variables of the checkpoint that went into the model.
        unused: The others: optimizer slots, counters, other networks.
    """

    names: tuple
    unused: tuple


def load(model, path, layout=None):
    """Sets all weights of a Keras model from a checkpoint that `tf.train.Saver` of TF1 wrote, or arrays.

    Everything is read and checked before the first weight is set: if a variable is missing or has another shape, the
    model stays as it was. Optimizer slots and whatever else the model does not need are left aside, and named.

    Args:
        model: Built Keras model.
        path: Prefix of the checkpoint (`model/snap-0`), one of its files, or a folder, for its latest checkpoint.
            Format V2 (`.index` and `.data-*`) or V1 (one file). Or an `.npz` file of arrays by the same names.
        layout: Name of a registered map, a function as in `register`, or None for the first map that knows the model.

    Returns:
        `Loaded(names, unused)`.

    Raises:
        ValueError: if there is no readable checkpoint, no map knows the model, or variables are missing or have other
            shapes; all of them are named.

    Example:
        >>> model = models.DeepFillV2(width=48)
        >>> checkpoint.load(model, "model_logs/release_places2_256_deepfill_v2")  # doctest: +SKIP
    """
    pairs = maps.sources(model, layout)
    source = reading.opened(path)
    shapes = source.shapes
    names = tuple(sorted({name for _, needed in pairs for name in needed.names}))
    _check_names([name for name in names if name not in shapes], shapes, path)
    arrays = {name: source.tensor(name) for name in names}
    values = [(weight, needed, needed.value([arrays[name] for name in needed.names])) for weight, needed in pairs]
    _check_shapes(values, model, path)
    for weight, _, value in values:
        weight.assign(value)
    return Loaded(names, tuple(sorted(set(shapes) - set(names))))


def _check_names(missing, shapes, path):
    if not missing:
        return
    lines = []
    for name in missing:
        close = difflib.get_close_matches(name, shapes, n=1)
        lines.append(f'"{name}" (nearest name there: "{close[0]}")' if close else f'"{name}"')
    raise ValueError(
        f'Expected variables that checkpoint "{path}" does not have: {", ".join(lines)}. Received {len(shapes)} '
        f"variables, such as {', '.join(sorted(shapes)[:3])}. Use a checkpoint of this network, or a map of its names "
        "(checkpoint.by_name, --map). No weight was changed."
    )


def _check_shapes(values, model, path):
    wrong = [
        f'{" and ".join(source.names)}: expected shape {tuple(weight.shape)} for weight "{weight.path}", received '
        f"{np.shape(value)}"
        for weight, source, value in values
        if tuple(weight.shape) != np.shape(value)
    ]
    if wrong:
        raise ValueError(
            f'Checkpoint "{path}" does not fit the model "{model.name}". {"; ".join(wrong)}. Build the model with the '
            "sizes of the checkpoint (the width of DeepFillV2 is the last axis of inpaint_net/conv1/kernel). No weight "
            "was changed."
        )
