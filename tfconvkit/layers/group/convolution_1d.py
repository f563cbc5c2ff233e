"""Group convolutions of signals."""

import keras

from tfconvkit.layers.group.convolution import GroupConv, fixed_fields


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupConv1D(GroupConv):
    """Convolves fields of a finite group acting on signals, so that the output moves with the input.

    Formula, arguments, weights, errors and reference are those of `GroupConv2D`, with 1 grid axis.

    Args:
        filters, kernel_size, group, **kwargs: As in `GroupConv2D`; groups of rank 1: C1, D1 (reversal).

    Input shape:
        `(batch, length, channels * order)`, the orientation fastest; `channels` alone for trivial fields.

    Output shape:
        `(batch, new_length, filters * order)`, the orientation fastest; `filters` for trivial fields.

    Example:
        >>> layer = layers.GroupConv1D(2, 3, group="D1", padding="same")
        >>> layer(np.ones((1, 16, 2), "float32")).shape
        TensorShape([1, 16, 4])
    """

    rank = 1


@keras.saving.register_keras_serializable(package="tfconvkit")
class LiftConv1D(GroupConv1D):
    """Convolves signals into regular fields: `GroupConv1D` with `input_field="trivial"`.

    Input shape:
        `(batch, length, channels)`.

    Output shape:
        `(batch, new_length, filters * order)`, the orientation fastest.

    Example:
        >>> layers.LiftConv1D(2, 3, group="D1", padding="same")(np.ones((1, 16, 3), "float32")).shape
        TensorShape([1, 16, 4])
    """

    def __init__(self, filters, kernel_size, group, **kwargs):
        super().__init__(filters, kernel_size, group, **fixed_fields(self, kwargs, "trivial", "regular"))


@keras.saving.register_keras_serializable(package="tfconvkit")
class ProjectConv1D(GroupConv1D):
    """Convolves regular fields into signals: `GroupConv1D` with `output_field="trivial"`.

    Input shape:
        `(batch, length, channels * order)`, the orientation fastest.

    Output shape:
        `(batch, new_length, filters)`.

    Example:
        >>> layers.ProjectConv1D(2, 3, group="D1", padding="same")(np.ones((1, 16, 2), "float32")).shape
        TensorShape([1, 16, 2])
    """

    def __init__(self, filters, kernel_size, group, **kwargs):
        super().__init__(filters, kernel_size, group, **fixed_fields(self, kwargs, "regular", "trivial"))
