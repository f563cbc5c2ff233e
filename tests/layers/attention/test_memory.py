"""Peak memory of contextual attention, measured in processes of their own by the benchmark."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[3] / "tools" / "benchmarks" / "attention.py"


def peak(size, chunk_size):
    """MB that a forward and backward pass adds to the peak memory of a process."""
    numbers = [str(number) for number in (size, 96, chunk_size, 1)]
    finished = subprocess.run([sys.executable, BENCHMARK, "--peak", *numbers], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return float(finished.stdout)


@pytest.mark.slow
@pytest.mark.tensorflow("memory")
def test_chunks_bound_the_memory_of_the_gradient():
    """Measured at 96 channels: 128^2 whole 747 MB, in chunks 322 MB; 192^2 in chunks 430 MB."""
    whole, chunked, larger = peak(128, 128), peak(128, 0), peak(192, 0)
    assert chunked < 0.6 * whole
    assert larger < 2.5 * chunked
