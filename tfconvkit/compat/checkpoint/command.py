"""The body of `tfconvkit convert CHECKPOINT --to NETWORK OUT.keras`."""

import json
import math
from pathlib import Path

from tfconvkit.compat.checkpoint import reading
from tfconvkit.compat.checkpoint.converting import convert
from tfconvkit.compat.checkpoint.slots import is_slot


def run(path, out=None, *, to=None, model=None, names=None, input_shape=None, is_listing=False):
    """Converts a checkpoint, or lists its variables, and prints what was done.

    Args:
        path, out, to, model, input_shape: As in `checkpoint.convert`.
        names: Path of a JSON file with the dictionary for `checkpoint.by_name`, or None.
        is_listing: Whether only to list the variables.

    Returns:
        The exit status, 0.

    Raises:
        ValueError: if something is missing or does not fit. Nothing is written then.

    Example:
        >>> run("model/snap-0", is_listing=True)  # doctest: +SKIP
        conv1/kernel  (3, 3, 3, 8)  float32
        0
    """
    if is_listing:
        print("\n".join(_listing(reading.opened(path))))
        return 0
    if to is None or out is None:
        raise ValueError(
            f"Expected a network and a file to write. Received --to {to} and OUT.keras {out}. Write "
            "tfconvkit convert CHECKPOINT --to deepfillv2 OUT.keras, or --list to see what the checkpoint has."
        )
    given = None if names is None else _names(names)
    done = convert(path, out, to, model=model, names=given, input_shape=input_shape)
    print("\n".join(_summary(done)))
    return 0


def _names(path):
    try:
        given = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f'Expected JSON in the map of names "{path}". Received: {error}. Correct the file.') from error
    if not isinstance(given, dict):
        raise ValueError(
            f'Expected a JSON object in the map of names "{path}". Received {type(given).__name__}. Write '
            '{"path/of/weight": "name/in/checkpoint"}.'
        )
    return given


def _listing(source):
    width = max(map(len, source.shapes), default=0)
    total = 0
    for name in sorted(source.shapes):
        is_left = is_slot(name, source.shapes)
        total += 0 if is_left else math.prod(source.shapes[name])
        note = "  slot or counter" if is_left else ""
        yield f"{name:{width}}  {source.shapes[name]}  {source.dtypes[name]}{note}"
    yield f"{len(source.shapes)} variables; {total:,} numbers without slots and counters"


def _summary(done):
    yield f"Wrote {done.out}: {len(done.names)} variables, {done.parameters:,} parameters"
    yield f"Forward pass: {done.checked}"
    for label, names in (("Dropped (slots and counters)", done.dropped), ("Not needed", done.extra)):
        if names:
            yield f"{label}: {', '.join(names)}"
