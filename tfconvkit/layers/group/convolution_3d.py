"""Group convolutions of volumes."""

import keras

from tfconvkit.layers.group.convolution import GroupConv, fixed_fields


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupConv3D(GroupConv):
    """Convolves fields of a finite group acting on volumes, so that the output moves with the input.

    Formula, arguments, weights, errors and reference are those of `GroupConv2D`, with 3 grid axes.

    Args:
        filters, kernel_size, group, **kwargs: As in `GroupConv2D`; groups of rank 3: C1, C4, C4v, D4, O, Oh
            (`groups.get` says about which axes).

    Input shape:
        `(batch, depth, height, width, channels * order)`, the orientation fastest; `channels` alone for trivial fields.

    Output shape:
        `(batch, new_depth, new_height, new_width, filters * order)`, the orientation fastest; `filters` for trivial
        fields.

    Example:
        >>> layer = layers.GroupConv3D(2, 3, group="C4", padding="same")
        >>> layer(np.ones((1, 16, 16, 16, 4), "float32")).shape
        TensorShape([1, 16, 16, 16, 8])
    """

    rank = 3


@keras.saving.register_keras_serializable(package="tfconvkit")
class LiftConv3D(GroupConv3D):
    """Convolves volumes into regular fields: `GroupConv3D` with `input_field="trivial"`.

    Input shape:
        `(batch, depth, height, width, channels)`.

    Output shape:
        `(batch, new_depth, new_height, new_width, filters * order)`, the orientation fastest.

    Example:
        >>> layers.LiftConv3D(2, 3, group="C4", padding="same")(np.ones((1, 16, 16, 16, 3), "float32")).shape
        TensorShape([1, 16, 16, 16, 8])
    """

    def __init__(self, filters, kernel_size, group, **kwargs):
        super().__init__(filters, kernel_size, group, **fixed_fields(self, kwargs, "trivial", "regular"))


@keras.saving.register_keras_serializable(package="tfconvkit")
class ProjectConv3D(GroupConv3D):
    """Convolves regular fields into volumes: `GroupConv3D` with `output_field="trivial"`.

    Input shape:
        `(batch, depth, height, width, channels * order)`, the orientation fastest.

    Output shape:
        `(batch, new_depth, new_height, new_width, filters)`.

    Example:
        >>> layers.ProjectConv3D(2, 3, group="C4", padding="same")(np.ones((1, 16, 16, 16, 4), "float32")).shape
        TensorShape([1, 16, 16, 16, 2])
    """

    def __init__(self, filters, kernel_size, group, **kwargs):
        super().__init__(filters, kernel_size, group, **fixed_fields(self, kwargs, "regular", "trivial"))
