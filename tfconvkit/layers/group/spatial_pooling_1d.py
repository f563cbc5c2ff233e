"""Max and average pooling of signals."""

import keras

from tfconvkit.layers.group.spatial_pooling import GroupAveragePooling, GroupMaxPooling


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupMaxPooling1D(GroupMaxPooling):
    """Takes the maximum over windows of signals that move with the orientation: `GroupMaxPooling2D` on 1 grid axis.

    Args:
        group, pool_size, strides, padding, field, data_format: As in `GroupMaxPooling2D`, for groups of rank 1.

    Input shape:
        `(batch, length, channels * order)`, the orientation fastest; `channels` alone for trivial fields.

    Output shape:
        `(batch, new_length, channels * order)`.

    Example:
        >>> layers.GroupMaxPooling1D(group="D1", padding="same")(np.ones((1, 7, 2), "float32")).shape
        TensorShape([1, 4, 2])
    """

    rank = 1


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupAveragePooling1D(GroupAveragePooling):
    """Averages over windows of signals that move with the orientation: `GroupAveragePooling2D` on 1 grid axis.

    Args:
        group, pool_size, strides, padding, field, data_format: As in `GroupAveragePooling2D`, for groups of rank 1.

    Input shape:
        `(batch, length, channels * order)`, the orientation fastest; `channels` alone for trivial fields.

    Output shape:
        `(batch, new_length, channels * order)`.

    Example:
        >>> layers.GroupAveragePooling1D(group="D1", padding="same")(np.ones((1, 7, 2), "float32")).shape
        TensorShape([1, 4, 2])
    """

    rank = 1
