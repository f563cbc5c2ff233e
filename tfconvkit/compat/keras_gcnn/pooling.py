"""The pooling over orientations of keras-gcnn."""

import keras

from tfconvkit.compat.spaces import group_of
from tfconvkit.layers.group.orientation_pooling import GroupPooling


@keras.saving.register_keras_serializable(package="tfconvkit", name="compat.GroupPool")
class GroupPool(GroupPooling):
    """Averages each regular field over its orientations: `y[p, c] = mean_s x[p, c, s]`.

    Args:
        h_input: `"Z2"` (the input as it is), `"C4"` or `"D4"`.

    Input shape:
        `(batch, height, width, channels * order)`, the orientation fastest.

    Output shape:
        `(batch, height, width, channels)`.

    Raises:
        ValueError: for an unknown space, or channels that do not fit.

    Reference:
        Veeling et al., Rotation Equivariant CNNs for Digital Pathology, 2018 (https://arxiv.org/abs/1806.03962).

    Example:
        >>> GroupPool("D4")(np.ones((1, 8, 8, 3 * 8), "float32")).shape
        TensorShape([1, 8, 8, 3])
    """

    def __init__(self, h_input, **kwargs):
        super().__init__(group_of(h_input), reduction="mean", data_format="channels_last", **kwargs)
        self.h_input = h_input

    def get_config(self):
        inherited = {name: v for name, v in super().get_config().items() if name not in _FIXED}
        return {**inherited, "h_input": self.h_input}


_FIXED = ("group", "reduction", "data_format")
