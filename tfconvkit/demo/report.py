"""The words and files of the demo: what it prints, and the report folder."""

import contextlib
import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import keras

from tfconvkit import audit, groups
from tfconvkit.demo.measurements import ANGLES, element_name


class Result(NamedTuple):
    """What the demo found.

    Attributes:
        group: The group.
        epochs: Passes over the training images.
        images: Number of test images.
        measured: Dictionary from `"equivariant"` and `"plain"` to a `Measurement`.
        equivariance_error: Largest relative error of the equivariant network over all elements.
        reload_difference: Largest difference between its outputs before and after saving.
    """

    group: groups.PointGroup
    epochs: int
    images: int
    measured: dict
    equivariance_error: float
    reload_difference: float


def check_folder(out):
    """Returns the folder for the report as a `Path`, made if it was missing."""
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"The report needs a folder. Received out={str(out)!r}, which is a file. Name another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def staged(folder):
    """Gives a hidden folder to write into; what it holds at the end moves to `folder`, after an error nothing does."""
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as name:
        yield Path(name)
        for path in sorted(Path(name).iterdir()):
            os.replace(path, folder / path.name)


def table(result):
    """Returns the accuracies, a row per network and a column per angle, and the agreement."""
    lines = [f"{'Accuracy at':<14}" + "".join(f"{f'{angle}°':>9}" for angle in ANGLES) + f"{'same answer':>15}"]
    for name, each in result.measured.items():
        shares = "".join(f"{share:>9.4f}" for share in each.accuracy)
        lines.append(f"{name:<14}{shares}{f'{each.agreement} of {result.images}':>15}")
    lines.append(f"Same answer: for a digit moved by every element of {result.group.name} ({_moves(result.group)}).")
    return "\n".join(lines)


def notes(result):
    """Returns the lines below the bars of the picture."""
    name, counts = result.group.name, [each.agreement for each in result.measured.values()]
    return (
        f"Digits with the same answer in every position ({result.group.order}):\n"
        f"{name} network {counts[0]} of {result.images}, plain CNN {counts[1]} of {result.images}.\n"
        f"Largest relative change of {name}'s outputs: {result.equivariance_error:.0e}."
    )


def closing(result, folder, seconds):
    """Returns the last lines that the demo prints."""
    equivariant, plain = result.measured["equivariant"], result.measured["plain"]
    name, order = result.group.name, result.group.order
    return "\n".join([
        f"What the demo showed, in {seconds:.0f} s:",
        f"  Size: {equivariant.parameters:,} trainable parameters in the {name} network, {plain.parameters:,} in the "
        "plain CNN.",
        f"  Upright test digits: {equivariant.accuracy[0]:.1%} right with {name}, {plain.accuracy[0]:.1%} plain.",
        f"  Worst angle: {min(equivariant.accuracy):.1%} right with {name}, {min(plain.accuracy):.1%} plain.",
        f"  Same answer under all {order} elements of {name}: {equivariant.agreement} of {result.images} digits, plain "
        f"{plain.agreement}.",
        f"  Equivariance error {result.equivariance_error:.1e} (float32); saved and reloaded, the outputs differ by "
        f"{result.reload_difference:g}.",
        f"  Look at {folder / 'report.png'}; the numbers and both networks lie beside it.",
    ])


def write_json(path, result, counts, seconds):
    """Writes the numbers of the report, with the parameter audit and the versions that made them."""
    contents = {
        "group": result.group.name,
        "epochs": result.epochs,
        "test_images": result.images,
        "angles": ANGLES,
        "moves": [element_name(result.group, element) for element in range(result.group.order)],
        "networks": {name: each._asdict() for name, each in result.measured.items()},
        "equivariance_error": result.equivariance_error,
        "reload_difference": result.reload_difference,
        "audit": json.loads(audit.to_json(counts)),
        "seconds": seconds,
        "versions": _versions(),
    }
    path.write_text(json.dumps(contents, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _moves(group):
    return ", ".join(element_name(group, element) for element in range(group.order))


def _versions():
    modules = ("tfconvkit", "keras", "numpy", "sklearn", "matplotlib", keras.backend.backend())
    return {"python": platform.python_version(), **{name: sys.modules[name].__version__ for name in modules}}
