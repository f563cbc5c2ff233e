"""Files and folders: which are ported, and how they are written so that none is ever half there."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

__all__ = ["Found", "collect", "copy", "siblings", "write"]

_SKIPPED = frozenset(".git .hg .svn __pycache__ .venv .tox node_modules .eggs .ipynb_checkpoints".split())
_SUFFIXES = frozenset((".py", ".pyw"))
_LINK = "A link: port what it points to."
_SHEBANGS = (b"#!/usr/bin/env python", b"#!/usr/bin/python", b"#!/usr/local/bin/python")


class Found(NamedTuple):
    """What a folder holds.

    Args:
        python: Paths of Python files, relative to the folder.
        others: Paths of other files, to be copied.
        skipped: Pairs of a path and why it is not looked at.
    """

    python: list
    others: list
    skipped: list


def collect(source):
    """Lists the files of a folder, sorted; links are not followed, folders such as `.git` are left out.

    Args:
        source: Path of a file or a folder.

    Raises:
        ValueError: if there is no such file or folder.
    """
    source = Path(source)
    if source.is_file():
        return Found([Path(source.name)], [], [])
    if not source.is_dir():
        raise ValueError(f'Expected a file or a folder. Received "{source}", which is neither. Check the path.')
    found = Found([], [], [])
    for folder, names, files in os.walk(source, onerror=lambda error: _skip(found, source, error)):
        links = [name for name in names if Path(folder, name).is_symlink()]
        found.skipped.extend((str(Path(folder, name).relative_to(source)), _LINK) for name in sorted(links))
        names[:] = sorted(set(names) - _SKIPPED - set(links))
        for name in sorted(files):
            _sort_in(found, source, Path(folder, name))
    return found


def _skip(found, source, error):
    found.skipped.append((os.path.relpath(error.filename, source), f"{error.strerror}."))


def siblings(path, paths):
    """Returns the names of the modules beside a file, if its folder is a package.

    Args:
        path: Relative path of the file.
        paths: Relative paths of all Python files.

    Example:
        >>> sorted(siblings(Path("a/x.py"), [Path("a/__init__.py"), Path("a/x.py"), Path("a/y.py"), Path("z.py")]))
        ['x', 'y']
    """
    beside = {each.stem for each in paths if each.parent == path.parent}
    inner = {each.parent.name for each in paths if each.parent.parent == path.parent and each.stem == "__init__"}
    return (beside | inner) - {"__init__", ""} if "__init__" in beside else set()


def _sort_in(found, source, path):
    relative = path.relative_to(source)
    if path.is_symlink():
        found.skipped.append((str(relative), _LINK))
    elif not path.is_file():
        found.skipped.append((str(relative), "No ordinary file."))
    elif path.suffix in _SUFFIXES or not path.suffix and _is_script(path):
        found.python.append(relative)
    else:
        found.others.append(relative)
        if path.suffix == ".ipynb":
            found.skipped.append((str(relative), "A notebook: export it as a script, port that."))


def _is_script(path):
    try:
        with open(path, "rb") as file:
            return file.read(64).startswith(_SHEBANGS)
    except OSError:
        return False


def write(path, data):
    """Writes a file in one step: its bytes are the old ones or the new ones, never a part.

    The permissions of a file that is there are kept.

    Args:
        path: Path; its folder is made where it is missing.
        data: Bytes.
    """
    with _replacing(Path(path)) as name:
        with open(name, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _keep_permissions(path, name)


@contextlib.contextmanager
def _replacing(path):
    """Gives the name of a new file in the same folder, which takes the path's place at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    os.close(handle)
    try:
        yield name
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _keep_permissions(path, name):
    if os.path.exists(path):
        shutil.copymode(path, name)
    else:
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)


def copy(source, target):
    """Copies a file with its permissions, in one step.

    Args:
        source, target: Paths.
    """
    with _replacing(Path(target)) as name:
        shutil.copyfile(source, name)
        shutil.copymode(source, name)
