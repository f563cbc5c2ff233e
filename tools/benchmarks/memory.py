"""What a process holds in memory, in MB of 2^20 bytes."""

import ctypes
import os
import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")

# Options of mallopt.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3


def return_freed():
    """Lets freed memory go back to the system at once, so that a peak is what is alive; Linux only.

    To be called before the first operation of TensorFlow.
    """
    os.environ["TF_ONEDNN_USE_SYSTEM_ALLOCATOR"] = "1"
    if sys.platform == "linux":
        for option in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
            ctypes.CDLL(None).mallopt(option, 2**16)


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
