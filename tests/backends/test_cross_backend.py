"""A file of one backend gives the same outputs on the others: every family of layers, a process for each backend."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tolerances

SCRIPT = Path(__file__).parent / "families.py"
BACKENDS = ("tensorflow", "jax", "torch")


def run_at_once(command, folders):
    """Runs the script on several backends at once; returns what each prints, words by lines."""
    running = {
        backend: subprocess.Popen([sys.executable, SCRIPT, command, *map(str, folders[backend])], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"})
        for backend in folders
    }
    printed = {}
    for backend, process in running.items():
        out, errors = process.communicate()
        assert process.returncode == 0, f"{backend}: {errors[-3000:]}"
        printed[backend] = [line.split() for line in out.splitlines()]
    return printed


def test_files_of_each_backend_give_the_same_on_every_other(tmp_path):
    installed = [backend for backend in BACKENDS if importlib.util.find_spec(backend)]
    folders = {backend: tmp_path / backend for backend in installed}
    for folder in folders.values():
        folder.mkdir()
    run_at_once("write", {backend: [folder] for backend, folder in folders.items()})
    for reader, lines in run_at_once("read", {backend: folders.values() for backend in installed}).items():
        errors = {(writer, family): float(error) for writer, family, error in lines}
        assert len(errors) == 8 * len(installed) and {writer for writer, _ in errors} == set(installed)
        assert max(errors.values()) <= tolerances.CROSS_BACKEND, (reader, errors)
    missing = sorted({*BACKENDS} - {*installed})
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed, {' and '.join(installed)} in order; "
                    "tools/test --backends all installs all (extras jax, torch)")
