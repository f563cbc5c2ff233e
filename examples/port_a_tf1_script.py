"""How does a Python 2 project on TensorFlow 1 run today, and how do its trained weights get into a Keras model?

examples/legacy_project is ported into a temporary folder, run there in a process of its own, and its checkpoint put
into a Keras model without a trace of TensorFlow 1. The same steps with comments: docs/porting.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np

from tfconvkit.compat import checkpoint

PROJECT = Path(__file__).parent / "legacy_project"


def port(folder):
    """Ports the project by the command, and prints what it reports."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "tfconvkit", "port", str(PROJECT), str(folder / "ported"), "--report", str(report)]
    finished = subprocess.run(command, capture_output=True, text=True)
    if finished.returncode > 1:
        raise SystemExit(finished.stderr)
    entries = json.loads(report.read_text(encoding="utf-8"))["entries"]
    changes = [entry for entry in entries if entry["kind"] == "changed"]
    print(f"1. tfconvkit port: {len(changes)} changes, such as")
    for entry in changes[:3]:
        print(f"   {Path(entry['file']).name}:{entry['line']} {entry['what']}")
    undecided = [entry for entry in entries if entry["kind"] == "undecided"]
    print(f"   {len(undecided)} for a person to decide (exit status {finished.returncode}):")
    for entry in undecided:
        print(f"   {Path(entry['file']).name}:{entry['line']} {entry['what']}")
    return finished.returncode == bool(undecided) and len(changes) > 10


def run(folder, steps):
    """Runs the ported script in a process of its own: it makes graph mode the default there."""
    command = [sys.executable, "train.py", "--steps", str(steps), "--folder", str(folder / "output")]
    finished = subprocess.run(command, cwd=folder / "ported", capture_output=True, text=True,
                              env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"})
    if finished.returncode:
        raise SystemExit(finished.stderr)
    print("2. python train.py, in the ported project:")
    for line in finished.stdout.splitlines():
        print(f"   {line.replace(str(folder), '.')}")


def keras_model():
    """The network of legacy_project/network.py as one writes it today."""
    return keras.Sequential([
        keras.Input((12, 12, 1)),
        keras.layers.Conv2D(8, 3, padding="same", name="conv1"),
        keras.layers.BatchNormalization(momentum=0.9, name="bn1"),
        keras.layers.ReLU(),
        keras.layers.MaxPooling2D(2),
        keras.layers.Conv2D(16, 3, name="conv2"),
        keras.layers.BatchNormalization(momentum=0.9, name="bn2"),
        keras.layers.ReLU(),
        keras.layers.Flatten(),
        keras.layers.Dense(2, name="logits"),
    ], name="net")


def convert(folder, steps):
    """Puts the checkpoint into the Keras model, whose layers have the names of the old scopes."""
    keras_model().save(folder / "network.keras")
    done = checkpoint.convert(str(folder / "output" / f"model.ckpt-{steps}"), str(folder / "trained.keras"),
                              str(folder / "network.keras"))
    print(f"3. tfconvkit convert: {len(done.names)} variables found by name, {len(done.dropped)} slots dropped")
    return keras.saving.load_model(folder / "trained.keras")


def compare(model, folder):
    """Compares the Keras model with what the ported script saved."""
    with np.load(folder / "output" / "outputs.npz") as saved:
        expected, outputs = saved["logits"], np.asarray(model(saved["images"]))
    difference = np.abs(outputs - expected).max() / np.abs(expected).max()
    print(f"4. Outputs of the Keras model and of the ported script differ by {difference:.0e} of the largest")
    return difference < 1e-5


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 steps of training instead of 100")
    steps = 20 if parser.parse_args(arguments).quick else 100
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        right = [port(folder)]
        run(folder, steps)
        right.append(compare(convert(folder, steps), folder))
    if not all(right):
        raise SystemExit("The answer does not hold here: please report this.")


if __name__ == "__main__":
    main()
