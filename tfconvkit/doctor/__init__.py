"""The body of `tfconvkit doctor`: what is installed, what runs, and what is known to go wrong."""

import json
import sys

from tfconvkit.doctor import combinations, installed, running

__all__ = ["run"]

_SIGNS = {"ok": "ok", "note": "note", "warning": "WARNING", "failure": "FAILURE"}


def run(as_json=False):
    """Checks versions, settings, devices and small computations, and prints what it found.

    Args:
        as_json: Whether to print one JSON object instead of a table.

    Returns:
        The exit status: 1 if a check fails, 0 also with warnings.

    Example:
        >>> doctor.run()  # doctest: +SKIP
        0
    """
    checks = [*installed.checks(), *combinations.checks(), *running.checks()]
    is_fine = all(check.status != "failure" for check in checks)
    if as_json:
        python, parts = sys.version.split()[0], [check._asdict() for check in checks]
        print(json.dumps({"kind": "doctor", "ok": is_fine, "python": python, "checks": parts}, indent=2))
    else:
        print("\n".join(_lines(checks, is_fine)))
    return 0 if is_fine else 1


def _lines(checks, is_fine):
    width = max(len(check.name) for check in checks)
    for check in checks:
        yield f"{check.name:{width}}  {_SIGNS[check.status]:7}  {check.text}"
        if check.remedy:
            yield f"{'':{width}}           {check.remedy}"
    yield "Nothing found that stops tfconvkit." if is_fine else "tfconvkit will not work as it is: see FAILURE above."
