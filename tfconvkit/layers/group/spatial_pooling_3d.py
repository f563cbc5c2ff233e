"""Max and average pooling of volumes."""

import keras

from tfconvkit.layers.group.spatial_pooling import GroupAveragePooling, GroupMaxPooling


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupMaxPooling3D(GroupMaxPooling):
    """Takes the maximum over windows of volumes that move with the orientation: `GroupMaxPooling2D` on 3 grid axes.

    Args:
        group, pool_size, strides, padding, field, data_format: As in `GroupMaxPooling2D`, for groups of rank 3.

    Input shape:
        `(batch, depth, height, width, channels * order)`, the orientation fastest; `channels` alone for trivial fields.

    Output shape:
        `(batch, new_depth, new_height, new_width, channels * order)`.

    Example:
        >>> layers.GroupMaxPooling3D(group="C4", padding="same")(np.ones((1, 7, 7, 7, 4), "float32")).shape
        TensorShape([1, 4, 4, 4, 4])
    """

    rank = 3


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupAveragePooling3D(GroupAveragePooling):
    """Averages over windows of volumes that move with the orientation: `GroupAveragePooling2D` on 3 grid axes.

    Args:
        group, pool_size, strides, padding, field, data_format: As in `GroupAveragePooling2D`, for groups of rank 3.

    Input shape:
        `(batch, depth, height, width, channels * order)`, the orientation fastest; `channels` alone for trivial fields.

    Output shape:
        `(batch, new_depth, new_height, new_width, channels * order)`.

    Example:
        >>> layers.GroupAveragePooling3D(group="C4", padding="same")(np.ones((1, 7, 7, 7, 4), "float32")).shape
        TensorShape([1, 4, 4, 4, 4])
    """

    rank = 3
