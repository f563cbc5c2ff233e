"""The layers of keras-gcnn by their old names, arguments, defaults, weight layouts and statistics.

A model runs, and its weights (also an `.h5` weight file of Keras 2) load, after changing the import alone:

    from tfconvkit.compat.keras_gcnn import GConv2D, GBatchNorm, GroupPool

Spaces are `"Z2"` (image planes), `"C4"` and `"D4"` (regular fields: channels `field * order + orientation`). New code
should use `tfconvkit.layers`: `GroupConv2D` is equivariant for every size and stride, `GroupBatchNormalization` in
training too.
"""

from tfconvkit.compat.keras_gcnn.convolutional import GConv2D
from tfconvkit.compat.keras_gcnn.normalization import GBatchNorm
from tfconvkit.compat.keras_gcnn.pooling import GroupPool

__all__ = ["GBatchNorm", "GConv2D", "GroupPool"]
