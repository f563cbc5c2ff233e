"""The examples of the docstrings print what they say."""

import doctest
import importlib
import pkgutil

import pytest

from tfconvkit.compat import tf1

MODULES = [tf1.__name__, *(found.name for found in pkgutil.walk_packages(tf1.__path__, f"{tf1.__name__}."))]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module_are_true(name):
    results = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert results.failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    examples = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(examples) >= 50
