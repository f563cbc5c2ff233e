"""Reads the golden numbers of the legacy code; golden/<area>/README.md says what they mean."""

from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).parent / "golden"
FOLDER = GOLDEN / "gconv"
# The gradients of this file are further from float64 than a float32 computation has to be.
IMPRECISE = "ca_16x16c8_b1_r2_fuse_mask_same"


def load(name, area="gconv"):
    with np.load(GOLDEN / area / f"{name}.npz", allow_pickle=False) as data:
        return dict(data)


def stored_kernel(raw, components):
    """Reorders a legacy kernel, third axis `t * c_in + c`, to ours, `c * order + t`."""
    *cells, inputs, filters = raw.shape
    split = raw.reshape(*cells, components, inputs // components, filters)
    return np.swapaxes(split, -3, -2).reshape(raw.shape)
