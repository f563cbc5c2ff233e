"""The encoder-decoder with skip connections: image to image."""

import keras

from tfconvkit.models import layer_kit

_PLANES = (64, 128, 256, 512, 1024)


def GroupUNet(
    group="D4",
    input_shape=(None, None, 3),
    classes=1,
    widths=None,
    include_top=True,
    classifier_activation=None,
    name=None,
):
    """Builds a U-Net whose output image turns with its input image.

    Each level has two 3x3 convolutions with batch normalisation and ReLU. On the way down 2x2 max pooling halves the
    grid, on the way up a 2x2 transposed convolution of stride 2 doubles it and is concatenated with the level's output
    on the way down. The top is a 1x1 convolution from regular fields to image planes. Unlike the paper, convolutions
    are padded, so that the output is as large as the input, and normalised.

    Height and width must be multiples of `2^(levels - 1)`, `levels = len(widths)`: with pooling by 2 an odd size
    comes back one pixel larger, and no crop of one pixel treats both sides alike. Known sizes are checked here; for
    unknown ones the concatenation stops with the two shapes.

    Trainable parameters for one input and one output plane: 31,036,481 for `group=None` (64 to 1024 planes);
    widths are divided by the root of the order, which gives 31,029,793 for C4 and 31,056,347 for D4.

    Args:
        group: Name of a group or a two-dimensional `groups.PointGroup`; None, "Z2" and "C1" build the plain network.
        input_shape: `(height, width, channels)`; height and width may be None.
        classes: Number of output planes.
        widths: Fields per level, the finest first; None takes `(64, 128, 256, 512, 1024) / sqrt(order)`.
        include_top: Whether the convolution to image planes is there.
        classifier_activation: Activation of the output; None gives logits. "softmax" runs over the classes.
        name: Name of the model.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, height, width, classes)`; without the top `(batch, height, width, widths[0] * order)`, the orientation
        fastest.

    Returns:
        `keras.Model`.

    Raises:
        ValueError: if the group is unknown, a known size is no multiple, or a number is not positive.

    Reference:
        Ronneberger, Fischer and Brox, U-Net: Convolutional Networks for Biomedical Image Segmentation, 2015
        (https://arxiv.org/abs/1505.04597).

    Example:
        >>> model = models.GroupUNet(group="C4", widths=(4, 8, 16), classes=2)
        >>> model(np.ones((1, 32, 48, 3), "float32")).shape
        TensorShape([1, 32, 48, 2])
    """
    kit = layer_kit.LayerKit(group)
    widths = [kit.fields(planes) for planes in _PLANES] if widths is None else widths
    widths = layer_kit.check_widths("GroupUNet", widths)
    multiple = 2 ** (len(widths) - 1)
    shape = layer_kit.check_sizes("GroupUNet", input_shape, smallest=multiple, multiple=multiple)
    layer_kit.check_positive("GroupUNet", classes=classes)
    inputs = keras.Input(shape)
    x, skips = _encode(kit, inputs, widths)
    x = _decode(kit, x, skips, widths)
    if layer_kit.has_top("GroupUNet", include_top, classifier_activation):
        x = kit.projection(classes, 1, name="top")(x)
        if classifier_activation is not None:
            x = keras.layers.Activation(classifier_activation, name="predictions")(x)
    return keras.Model(inputs, x, name=layer_kit.name_of("GroupUNet", name, f"group_unet_{kit.name}"))


def _encode(kit, x, widths):
    skips = []
    for level, width in enumerate(widths):
        if level:
            x = kit.max_pooling(name=f"down{level}_pool")(x)
        x = _convolve(kit.convolution if level else kit.lift, kit, x, width, name=f"down{level}_conv1")
        x = _convolve(kit.convolution, kit, x, width, name=f"down{level}_conv2")
        skips.append(x)
    return skips.pop(), skips


def _decode(kit, x, skips, widths):
    for level in reversed(range(len(skips))):
        x = kit.transposed(widths[level], 2, strides=2, name=f"up{level}_transposed")(x)
        x = keras.layers.Concatenate(name=f"up{level}_concatenate")([skips[level], x])
        for number in (1, 2):
            x = _convolve(kit.convolution, kit, x, widths[level], name=f"up{level}_conv{number}")
    return x


def _convolve(make, kit, x, width, name):
    x = make(width, 3, padding="same", use_bias=False, kernel_initializer="he_normal", name=name)(x)
    x = kit.normalization(name=f"{name}_norm")(x)
    return keras.layers.ReLU(name=f"{name}_relu")(x)
