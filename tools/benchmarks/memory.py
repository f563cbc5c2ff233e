"""What a process holds in memory, in MB of 2^20 bytes."""

import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def current():
    """Returns the memory that this process holds now; Linux only."""
    return _field("VmRSS:")


def peak():
    """Returns the largest memory that this process held."""
    if STATUS.exists():
        # Not ru_maxrss: a process inherits it from the one that started it, and hides its own growth behind that.
        return _field("VmHWM:")
    # macOS counts in bytes, others in kibibytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 ** (2 if sys.platform == "darwin" else 1)


def _field(name):
    lines = STATUS.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
