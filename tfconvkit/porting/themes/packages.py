"""Imports of Python 2 that mean the module beside the file, which Python 3 does not find within a package."""

__all__ = ["NAME", "apply"]

NAME = "packages"
_WHY = ("Python 2 found the module beside this file; in a package Python 3 needs the dot: from . import {name}. "
        "Without it the file still runs as a script of its own.")


def apply(page, siblings):
    """Notes imports without a dot of modules beside the file.

    Args:
        page: `Page`.
        siblings: Names of the modules beside it, if its folder is a package.
    """
    for name in siblings:
        for found in page.imports.get(name, ()):
            page.undecided(found.node, f"import of {found.written}", _WHY.format(name=name), NAME)
