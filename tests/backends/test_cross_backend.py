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


def require(*backends):
    for backend in backends:
        if not importlib.util.find_spec(backend):
            pytest.skip(f"{backend} is not installed; tools/test --backends all installs it (extra {backend})")


def run(backend, command, folder):
    finished = subprocess.run([sys.executable, SCRIPT, command, folder], capture_output=True, text=True,
                              env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"})
    assert finished.returncode == 0, finished.stderr[-3000:]
    return {line.split()[0]: float(line.split()[1]) for line in finished.stdout.splitlines()}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Folders with the files of a backend, written once."""
    folders = {}

    def written(backend):
        if backend not in folders:
            folders[backend] = tmp_path_factory.mktemp(backend)
            run(backend, "write", folders[backend])
        return folders[backend]

    return written


@pytest.mark.parametrize("reader", BACKENDS)
@pytest.mark.parametrize("writer", BACKENDS)
def test_a_file_of_one_backend_gives_the_same_on_the_others(writer, reader, files):
    require(writer, reader)
    errors = run(reader, "read", files(writer))
    assert len(errors) == 8 and max(errors.values()) <= tolerances.CROSS_BACKEND, errors
