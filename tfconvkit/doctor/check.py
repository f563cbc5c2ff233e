"""One finding of the doctor."""

import re
from typing import NamedTuple


class Check(NamedTuple):
    """What one check found.

    Args:
        name: What was checked.
        status: `"ok"`, `"note"` (good to know), `"warning"` (something will surprise) or `"failure"`.
        text: What was found.
        remedy: What to do, or empty.
    """

    name: str
    status: str
    text: str
    remedy: str = ""


def release(version):
    """Returns the first two numbers of a version: `(2, 21)` for `"2.21.0rc1"`.

    Example:
        >>> release("2.21.0rc1") >= release("2.18")
        True
    """
    found = re.match(r"(\d+)(?:\.(\d+))?", version)
    return tuple(int(number or 0) for number in found.groups()) if found else (0, 0)
