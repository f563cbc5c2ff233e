"""Group convolutions of images."""

import keras

from tfconvkit.layers.group.convolution import GroupConv, fixed_fields


@keras.saving.register_keras_serializable(package="tfconvkit")
class GroupConv2D(GroupConv):
    """Convolves fields of a finite group of rotations and mirrors, so that the output turns with the input.

    `y[p, o, s] = b[o] + sum_{u, c, t} bank[u, c, t, o, s] x[p + u, c, t]` (correlation, as in every Keras layer) with
    `bank[u, c, t, o, s] = kernel[M_s^-1 u, c, s^-1 t, o]`: one stored kernel, shown in every orientation. The law is
    `layer(L_g x) = L_g layer(x)` for every element `g`, with `groups.act` as `L_g`.

    `padding="same"` keeps the law for every kernel size, stride, dilation and grid, and its identity orientation
    equals TensorFlow's SAME. `padding="valid"` keeps it where `(N - k) mod strides = 0` (`k` the dilated kernel size).
    From a regular to a trivial field the law leaves one free kernel per input field (`kernel[M_t^-1 u, c, o]`), from
    trivial to trivial a kernel that is symmetric under the group (one number per orbit of its cells).

    Args:
        filters: Number of output fields.
        kernel_size: Integer or two, any size. On axes that the group swaps, `"valid"` with different sizes pads the
            kernel by zeros to a square.
        group: Name (C1, C2, C4, D1, D2, D4 or p1, p2, p4, pm, pmm, p4m) or a `groups.PointGroup`.
        input_field: `"regular"` (one component per element) or `"trivial"` (image planes).
        output_field: `"regular"` or `"trivial"`.
        strides: Integer or two; equal on axes that the group swaps.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`.
        dilation_rate: Integer or two; may be combined with strides.
        activation: Activation, applied to each component.
        use_bias: Whether each field has a bias.
        kernel_initializer: Initialiser of the stored kernel, with the fan-in and fan-out of the whole bank.
        bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
            bias_constraint: As in `keras.layers.Conv2D`, for the stored numbers.

    Input shape:
        `(batch, height, width, channels * order)`, the orientation fastest; `channels` alone for trivial fields.

    Output shape:
        `(batch, new_height, new_width, filters * order)`, the orientation fastest; `filters` for trivial fields.

    Stored numbers:
        kernel `(*kernel_size, channels * order, filters)`, `(*kernel_size, channels, filters)` from or to trivial
        fields, `(orbits, channels, filters)` between them; bias `(filters,)`.

    Raises:
        ValueError: for unknown names, sizes that are not positive, a group of another rank, channels that are no
            multiple of the order, a grid that is too small.

    Reference:
        Cohen and Welling, Group Equivariant Convolutional Networks, 2016 (https://arxiv.org/abs/1602.07576).

    Example:
        >>> layer = layers.GroupConv2D(16, 3, group="D4", padding="same")
        >>> layer(np.ones((1, 32, 32, 3 * 8), "float32")).shape
        TensorShape([1, 32, 32, 128])
        >>> layer.count_params()
        3472
    """

    rank = 2


@keras.saving.register_keras_serializable(package="tfconvkit")
class LiftConv2D(GroupConv2D):
    """Convolves image planes into regular fields: the first layer of an equivariant network.

    `GroupConv2D` with `input_field="trivial"`, whose other arguments it takes; kernel `(*kernel_size, channels,
    filters)`.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, new_height, new_width, filters * order)`, the orientation fastest.

    Example:
        >>> layers.LiftConv2D(16, 3, group="C4")(np.ones((1, 32, 32, 3), "float32")).shape
        TensorShape([1, 30, 30, 64])
    """

    def __init__(self, filters, kernel_size, group, **kwargs):
        super().__init__(filters, kernel_size, group, **fixed_fields(self, kwargs, "trivial", "regular"))


@keras.saving.register_keras_serializable(package="tfconvkit")
class ProjectConv2D(GroupConv2D):
    """Convolves regular fields into image planes: the last layer of an image-to-image network.

    `GroupConv2D` with `output_field="trivial"`, whose other arguments it takes; kernel `(*kernel_size, channels,
    filters)`.

    Input shape:
        `(batch, height, width, channels * order)`, the orientation fastest.

    Output shape:
        `(batch, new_height, new_width, filters)`.

    Example:
        >>> layers.ProjectConv2D(3, 3, group="C4", padding="same")(np.ones((1, 32, 32, 64), "float32")).shape
        TensorShape([1, 32, 32, 3])
    """

    def __init__(self, filters, kernel_size, group, **kwargs):
        super().__init__(filters, kernel_size, group, **fixed_fields(self, kwargs, "regular", "trivial"))
