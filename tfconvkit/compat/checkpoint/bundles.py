"""Checks the index of a checkpoint of format V2 before TensorFlow reads it.

TensorFlow ends the process where an index names impossible shapes, and reserves memory for huge ones; here both are
errors. The index is a sorted string table: blocks of entries `(shared, unshared, length, key, value)`, an index of
these blocks, and 48 bytes at the end. Each value says where a variable is: data type, shape, shard, offset, size.
"""

import math
import struct
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

# The fields of the messages: number to kind, 0 for numbers, 2 for bytes, 5 for four bytes. TensorFlow aborts on others.
_HEADER = {1: 0, 2: 0, 3: 2}
_ENTRY = {1: 0, 2: 2, 3: 0, 4: 0, 5: 0, 6: 5, 7: 2}
_SHAPE = {2: 2, 3: 0}
_SIZE = {1: 0, 2: 2}
_SLICE = {1: 2}
_EXTENT = {1: 0, 2: 0}
_MOST_AXES = 254
# From here on the numbers stand for references to variables.
_REFERENCES = 100
_MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)
_FOOTER = 48


class Entry(NamedTuple):
    """Where a variable lies.

    Args:
        dtype: Number of the data type.
        shape: Tuple of sizes.
        shard: Number of the data file.
        offset: First byte in it.
        size: Number of bytes.
        parts: Shapes of its parts, each of which has an entry of its own; empty for a variable in one piece.
    """

    dtype: int
    shape: tuple
    shard: int
    offset: int
    size: int
    parts: tuple


def check(prefix):
    """Raises if the index is damaged, or names what the data files cannot hold.

    Args:
        prefix: Prefix of the files; without an index there is nothing to check.

    Raises:
        ValueError: with what is wrong, for the first variable where something is.

    Example:
        >>> check("model/snap-0")
    """
    index = Path(f"{prefix}.index")
    if not index.is_file():
        return
    try:
        found = entries(index.read_bytes())
        shards = dict(_fields(found.pop(b""), _HEADER)).get(1, 0)
        described = {key: _entry(value) for key, value in found.items()}
    except (KeyError, IndexError, struct.error, ValueError) as error:
        raise ValueError(f"its index {index.name} is damaged ({error})") from error
    parts = {}
    for key, entry in described.items():
        name = key.decode("utf-8", "replace")
        if key.startswith(b"\0"):
            # A part: its key is a zero, the name, zero and one, and where the part begins.
            name = key[1:].partition(b"\0\1")[0].decode("utf-8", "replace")
            parts.setdefault(name, []).append(entry)
        _check_entry(name, entry, prefix, shards)
    _check_parts({key.decode("utf-8", "replace"): entry for key, entry in described.items() if entry.parts}, parts)


def entries(data):
    """Returns the dictionary from keys to values of a sorted string table.

    Args:
        data: Bytes of the file.

    Raises:
        ValueError, IndexError: if it is damaged.
    """
    if len(data) < _FOOTER or data[-8:] != _MAGIC:
        raise ValueError("the last 8 bytes are not those of a sorted string table")
    footer, at = data[-_FOOTER:], 0
    for _ in range(2):
        _, at = _varint(footer, at)
    start, at = _varint(footer, at)
    size, _ = _varint(footer, at)
    found, last = {}, None
    for _, handle in _block(data, start, size):
        start, at = _varint(handle, 0)
        for key, value in _block(data, start, _varint(handle, at)[0]):
            if last is not None and key <= last:
                raise ValueError("its names are not in order")
            found[key], last = value, key
    return found


def _block(data, start, size):
    """Lists the pairs of one block."""
    block = data[start : start + size]
    if len(block) != size or data[start + size : start + size + 1] != b"\0":
        raise ValueError("a block is cut off or compressed")
    end = size - 4 - 4 * struct.unpack("<I", block[-4:])[0]
    if end < 0:
        raise ValueError("a block is cut off")
    key, at, pairs = b"", 0, []
    while at < end:
        (shared, at), (unshared, at), (length, at) = _three(block, at)
        key = key[:shared] + block[at : at + unshared]
        at += unshared
        pairs.append((key, block[at : at + length]))
        at += length
    if at != end:
        raise ValueError("an entry is cut off")
    return pairs


def _three(block, at):
    for _ in range(3):
        value, at = _varint(block, at)
        yield value, at


def _varint(data, at):
    """Returns a number of 7 bits per byte, lowest first, and the place after it."""
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError("a number has too many bytes")


def _fields(data, kinds):
    """Yields the pairs (number, value) of a message of protocol buffers that has these fields alone."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kinds.get(tag >> 3) != kind:
            raise ValueError("an entry has a field of unknown kind")
        if kind == 0:
            value, at = _varint(data, at)
        else:
            length, at = _varint(data, at) if kind == 2 else (4, at)
            value, at = data[at : at + length], at + length
        if at > len(data):
            raise ValueError("an entry is cut off")
        yield tag >> 3, value


def _entry(data):
    fields = list(_fields(data, _ENTRY))
    numbers, slices = dict(fields), [value for number, value in fields if number == 7]
    shapes = [list(_fields(value, _SHAPE)) for number, value in fields if number == 2]
    shape = [dict(_fields(value, _SIZE)).get(1, 0) for each in shapes for number, value in each if number == 2]
    if len(shapes) > 1 or any(number == 3 and value for each in shapes for number, value in each):
        raise ValueError("a shape is unknown")
    if len(set(slices)) != len(slices):
        raise ValueError("a part of a variable stands twice")
    dtype, shard, offset, size = (numbers.get(number, 0) for number in (1, 3, 4, 5))
    return Entry(dtype, tuple(shape), shard, offset, size, tuple(_part(each, shape) for each in slices))


def _part(message, shape):
    """Returns the shape of a part of a variable: per axis its length, all of the axis if there is none."""
    extents = [dict(_fields(extent, _EXTENT)) for _, extent in _fields(message, _SLICE)]
    if len(extents) != len(shape):
        raise ValueError("a part of a variable does not fit it")
    for extent, size in zip(extents, shape, strict=True):
        if extent and not 0 < extent.get(2, 0) <= size - extent.get(1, 0):
            raise ValueError("a part of a variable does not fit it")
    return tuple(extent.get(2, size) for extent, size in zip(extents, shape, strict=True))


def _check_parts(whole, parts):
    for name in {*whole, *parts}:
        found = parts.get(name, [])
        entry = whole.get(name)
        fits = entry and sorted(each.shape for each in found) == sorted(entry.parts)
        if not fits or any(each.dtype != entry.dtype or each.parts for each in found):
            raise ValueError(f'variable "{name}" does not have the parts that it names')


def _check_entry(name, entry, prefix, shards):
    count = math.prod(each or 1 for each in entry.shape)
    if len(entry.shape) > _MOST_AXES or count >= 2**60:
        raise ValueError(f'variable "{name}" has the impossible shape {entry.shape}')
    if not 0 < entry.dtype < _REFERENCES:
        raise ValueError(f'variable "{name}" has the unknown data type {entry.dtype}')
    if entry.parts:
        return
    path = Path(f"{prefix}.data-{entry.shard:05d}-of-{shards:05d}")
    length = path.stat().st_size if path.is_file() else None
    if length is None:
        raise ValueError(f'variable "{name}" lies in {path.name}, which is not there')
    if entry.offset + entry.size > length:
        end = entry.offset + entry.size
        raise ValueError(f'variable "{name}" ends at byte {end} of {path.name}, which has {length}')
    try:
        dtype = tf.as_dtype(entry.dtype)
    except TypeError as error:
        raise ValueError(f'variable "{name}" has the unknown data type {entry.dtype}') from error
    expected = math.prod(entry.shape) * dtype.size
    # Of texts, each takes a byte for its length at least.
    if entry.size < math.prod(entry.shape) if dtype == tf.string else entry.size != expected:
        raise ValueError(f'variable "{name}" has shape {entry.shape} of {dtype.name}, but {entry.size} bytes')
