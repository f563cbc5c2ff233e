"""Max and average pooling of images."""

import keras

from tfconvkit.layers.group.spatial_pooling import GroupAveragePooling, GroupMaxPooling


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupMaxPooling2D(GroupMaxPooling):
    """Takes the maximum over windows that turn with the orientation they look at.

    `y[p, c, s] = max_{u in M_s W} x[strides p + u, c, s]`: on a regular field the window `W` of orientation `s` is
    moved by `s`, the identity's window standing where TensorFlow puts it; on image planes the maximum runs over the
    windows of all elements. So `layer(L_g x) = L_g layer(x)` for every window, stride and grid with `padding="same"`,
    and with `"valid"` where `(N - pool_size) mod strides = 0`. Where the windows coincide it is plain max pooling.

    Args:
        group: Name of the group or a `groups.PointGroup`.
        pool_size: Integer or two.
        strides: Integer or two, equal on axes that the group swaps; None takes `pool_size`.
        padding: `"valid"` or `"same"`.
        field: `"regular"` or `"trivial"` (image planes).
        data_format: `"channels_last"` or `"channels_first"`.

    Input shape:
        `(batch, height, width, channels * order)`, the orientation fastest; `channels` alone for trivial fields.

    Output shape:
        `(batch, new_height, new_width, channels * order)`.

    Raises:
        ValueError: for unknown names, channels that are no multiple of the order, a grid that is too small.

    Example:
        >>> layers.GroupMaxPooling2D(group="C4", padding="same")(np.ones((1, 7, 7, 8), "float32")).shape
        TensorShape([1, 4, 4, 8])
    """

    rank = 2


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupAveragePooling2D(GroupAveragePooling):
    """Averages over windows that turn with the orientation they look at.

    `y[p, c, s] = mean_{u in M_s W} x[strides p + u, c, s]` over the cells inside the grid, as TensorFlow's SAME
    counts; on image planes the mean over all elements of these means. Equivariant where `GroupMaxPooling2D` is, whose
    arguments, shapes and errors it shares.

    Args:
        group, pool_size, strides, padding, field, data_format: As in `GroupMaxPooling2D`.

    Input shape:
        `(batch, height, width, channels * order)`, the orientation fastest; `channels` alone for trivial fields.

    Output shape:
        `(batch, new_height, new_width, channels * order)`.

    Raises:
        ValueError: as in `GroupMaxPooling2D`.

    Example:
        >>> layers.GroupAveragePooling2D(group="C4", padding="same")(np.ones((1, 7, 7, 8), "float32")).shape
        TensorShape([1, 4, 4, 8])
    """

    rank = 2
