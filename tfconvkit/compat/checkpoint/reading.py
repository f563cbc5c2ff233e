"""Reads variables by their names: from checkpoints of `tf.train.Saver` and from `.npz` files, never by pickle."""

import math
import re
import zipfile
from pathlib import Path

import numpy as np
import tensorflow as tf

from tfconvkit.compat.checkpoint import bundles

_SUFFIX = re.compile(r"\.(index|meta|data-\d+-of-\d+)$")
# Deflate packs zeros at most 1032 times smaller: what claims more is no archive of NumPy.
_MOST_PACKED = 1100


def opened(path):
    """Opens what holds variables.

    Args:
        path: Prefix of a checkpoint, one of its files, a folder (for its latest checkpoint), or an `.npz` file. In the
            names of arrays `|` stands for `/`, which NumPy cannot write everywhere.

    Returns:
        Object with `shapes`, `dtypes` (dictionaries by name) and `tensor(name)`.

    Raises:
        ValueError: if it is neither, or damaged.

    Example:
        >>> opened("model/snap-0").shapes["conv1/bias"]  # doctest: +SKIP
        (8,)
    """
    return Arrays(path) if str(path).endswith(".npz") else Checkpoint(path)


class Checkpoint:
    """Variables of a checkpoint of format V1 or V2."""

    def __init__(self, path):
        self.path = path
        prefix = _SUFFIX.sub("", str(path))
        try:
            if Path(prefix).is_dir():
                prefix = tf.train.latest_checkpoint(prefix) or prefix
            bundles.check(prefix)
            self._reader = tf.train.load_checkpoint(prefix)
            self.shapes = {name: tuple(each) for name, each in self._reader.get_variable_to_shape_map().items()}
            self.dtypes = {name: each.name for name, each in self._reader.get_variable_to_dtype_map().items()}
        except (tf.errors.OpError, ValueError, RuntimeError, TypeError, OSError) as error:
            raise ValueError(
                f'Expected a checkpoint of tf.train.Saver. Received path "{path}": {error}. Pass the prefix of its '
                'files, such as "model/snap-0" for model/snap-0.index and model/snap-0.data-00000-of-00001, and copy '
                "damaged files again. No weight was changed."
            ) from error

    def tensor(self, name):
        """Reads one variable."""
        try:
            return self._reader.get_tensor(name)
        except (tf.errors.OpError, ValueError, RuntimeError, IndexError) as error:
            raise ValueError(
                f'Expected variable "{name}" to be readable in checkpoint "{self.path}". Received: {error}. Copy its '
                "data files again. No weight was changed."
            ) from error


class Arrays:
    """Arrays of an `.npz` file. Shapes are compared with the sizes of the file before memory is reserved."""

    def __init__(self, path):
        self.path, self.shapes, self.dtypes, self._members = path, {}, {}, {}
        try:
            with zipfile.ZipFile(path) as archive:
                for info in archive.infolist():
                    self._add(archive, info)
        except (OSError, ValueError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
            raise ValueError(
                f'Expected an .npz file of arrays of numbers. Received path "{path}": {error}. Write it with '
                "np.savez(path, **arrays); arrays of objects are never loaded. No weight was changed."
            ) from error

    def _add(self, archive, info):
        name = info.filename.removesuffix(".npy")
        with archive.open(info) as member:
            version = np.lib.format.read_magic(member)
            if version not in ((1, 0), (2, 0)):
                raise ValueError(f"{info.filename} has version {version} of the format")
            read = np.lib.format.read_array_header_1_0 if version[0] == 1 else np.lib.format.read_array_header_2_0
            shape, _, dtype = read(member)
            expected = member.tell() + math.prod(shape) * dtype.itemsize
        if dtype.hasobject:
            raise ValueError(f"{info.filename} has objects (dtype {dtype}), which only pickle could load")
        if dtype.kind not in "fiub" and dtype.name != "bfloat16":
            raise ValueError(f"{info.filename} has dtype {dtype}: expected real numbers, as weights are")
        if min(shape, default=0) < 0:
            raise ValueError(f"{info.filename} has the shape {shape}")
        if expected != info.file_size or info.file_size > _MOST_PACKED * (info.compress_size + 1):
            raise ValueError(f"{info.filename} has shape {shape} of {dtype}, but not as many bytes")
        name = name.replace("|", "/")
        self._members[name], self.shapes[name], self.dtypes[name] = info.filename, shape, dtype.name

    def tensor(self, name):
        """Reads one array."""
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(self._members[name]) as member:
                return np.lib.format.read_array(member, allow_pickle=False)
        except (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile) as error:
            raise ValueError(
                f'Expected array "{name}" to be readable in "{self.path}". Received: {error}. Copy the file again. No '
                "weight was changed."
            ) from error
