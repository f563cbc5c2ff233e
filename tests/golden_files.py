"""Reads the golden numbers of the legacy group convolution code (see golden/gconv/README.md)."""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "golden" / "gconv"


def load(name):
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as data:
        return dict(data)


def stored_kernel(raw, components):
    """Reorders a legacy kernel, third axis `t * c_in + c`, to ours, `c * order + t`."""
    *cells, inputs, filters = raw.shape
    split = raw.reshape(*cells, components, inputs // components, filters)
    return np.swapaxes(split, -3, -2).reshape(raw.shape)
