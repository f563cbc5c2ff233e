"""Runs the examples of all docstrings, module by module, with the public names that they use."""

import doctest
import importlib
import pkgutil

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfconvkit
from tfconvkit.compat import tf1
from tfconvkit.compat.checkpoint import maps

# The demo trains a network; its own tests run it. Bijectors need an extra.
LEFT_OUT = ("tfconvkit.__main__", "tfconvkit.demo", "tfconvkit.bijectors")
MODULES = [info.name for info in pkgutil.walk_packages(tfconvkit.__path__, "tfconvkit.")
           if not info.name.startswith(LEFT_OUT)]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def names(module):
    """What the examples of a module may use: its own names, those of its package's door, the public sub-packages.

    In `compat.tf1`, `tf` is that; everywhere else it is TensorFlow, and `ops` are Keras'.
    """
    door = importlib.import_module(module.__name__.rpartition(".")[0])
    public = {name: getattr(tfconvkit, name) for name in tfconvkit.__all__ if name != "ops"}
    exported = {name: getattr(package, name) for package in (door, tfconvkit.operators)
                for name in getattr(package, "__all__", ()) if hasattr(package, name)}
    if module.__name__.startswith(tf1.__name__):
        return {**exported, **public, "np": np, **vars(module), "tf": tf1}
    return {**exported, **vars(module), **public, "ops": keras.ops, "keras": keras, "np": np, "tf": tf}


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_docstrings_give_what_they_say(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # What an example registers ends with it.
    monkeypatch.setattr(maps, "_MAPS", dict(maps._MAPS))
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    report = []
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, name, globs=names(module)):
        runner.run(test, out=report.append)
    assert not runner.failures, "".join(report)


@pytest.mark.slow
def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    assert sum(len(finder.find(importlib.import_module(name), name)) for name in MODULES) >= 300
