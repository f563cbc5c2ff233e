"""Times named callables against each other, so that a slow moment of the machine hits all of them alike."""

import importlib
import os
import platform
import random
import statistics
import time
from pathlib import Path

import keras


def interleaved(candidates, rounds=30, warmup=3, seed=0, settle=0):
    """Times callables in rounds and returns the median of each.

    In a round every candidate runs once, in random order. A run ends when one of its outputs has arrived as a NumPy
    array, so asynchronous backends are timed to the end.

    Args:
        candidates: Dictionary from names to callables without arguments.
        rounds: Number of timed rounds.
        warmup: Number of rounds before them that are not timed; tracing and compiling happen there.
        seed: Seed of the orders.
        settle: Number of runs just before each timed one, not timed either: for steps that follow themselves, as in
            training, and find their own data in the caches, not what is left of the candidate before.

    Returns:
        Dictionary from names to seconds, in the order of `candidates`.
    """
    shuffled = random.Random(seed)
    seconds = {name: [] for name in candidates}
    names = list(candidates)
    for turn in range(warmup + rounds):
        shuffled.shuffle(names)
        for name in names:
            for _ in range(settle):
                candidates[name]()
            elapsed = _elapsed(candidates[name])
            if turn >= warmup:
                seconds[name].append(elapsed)
    return {name: statistics.median(values) for name, values in seconds.items()}


def ratios(medians):
    """Returns each median divided by the first one.

    Args:
        medians: Dictionary from names to seconds, as `interleaved` returns it.
    """
    first = next(iter(medians.values()))
    return {name: value / first for name, value in medians.items()}


def machine():
    """Describes the processor and the versions that a timing depends on, in one line."""
    backend = keras.backend.backend()
    version = importlib.import_module(backend).__version__
    software = f"Python {platform.python_version()}, Keras {keras.__version__}, {backend} {version}"
    return f"{_processor()}, {os.cpu_count()} cores; {software}"


def table(header, rows):
    """Formats rows as plain text in aligned columns, numbers with three decimals.

    Args:
        header: List of column titles.
        rows: List of rows, each a list of strings and numbers as long as the header.
    """
    cells = [list(header), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(_line(row, widths) for row in cells)


def _elapsed(function):
    start = time.perf_counter()
    leaves = keras.tree.flatten(function())
    if leaves:
        keras.ops.convert_to_numpy(leaves[0])
    return time.perf_counter() - start


def _processor():
    description = Path("/proc/cpuinfo")
    if description.exists():
        for line in description.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _cell(value):
    return value if isinstance(value, str) else f"{value:.3f}"


def _line(cells, widths):
    first, *others = (cell.ljust(width) if column == 0 else cell.rjust(width)
                      for column, (cell, width) in enumerate(zip(cells, widths, strict=True)))
    return "  ".join([first, *others]).rstrip()
