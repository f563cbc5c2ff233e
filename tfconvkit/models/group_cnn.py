"""The convolutional network for rotated MNIST: z2cnn and p4cnn."""

import keras

from tfconvkit.models import layer_kit
from tfconvkit.ops import arguments

_PLANES, _HIDDEN, _PLAIN_DROPOUT = 20, 6, 0.3
# Two 3x3 convolutions before the pooling take 4 pixels, four behind it 8, and the top is 4x4: ceil((N - 4) / 2) >= 12.
_SMALLEST = 27


def GroupCNN(
    group="C4",
    input_shape=(28, 28, 1),
    classes=10,
    width=None,
    dropout=None,
    include_top=True,
    classifier_activation=None,
    name=None,
):
    """Builds the network for rotated MNIST of Cohen and Welling: z2cnn without a group, p4cnn with C4.

    Seven convolutions without padding: six of 3x3, each followed by batch normalisation, ReLU and perhaps dropout,
    max pooling by 2 after the second, and the top one of 4x4 to the classes. 28x28 becomes 26, 24, 12, 10, 8, 6, 4, 1.
    The class scores are the maximum over the orientations, averaged over the positions where a larger input leaves
    more than one. So they do not change when an element of the group moves the image, for every size of input.

    Parameters for the default input and 10 classes, all trainable ones: 21,630 for `group=None` (20 planes), 24,620
    for C4 (10 fields) and 26,757 for D4 (7 fields). The paper does not say how many channels the top layer has before
    the classes; here it gives the classes themselves.

    Args:
        group: Name of a group or a two-dimensional `groups.PointGroup`; None, "Z2" and "C1" build the plain network.
        input_shape: `(height, width, channels)`; height and width at least 27, or None.
        classes: Number of classes.
        width: Fields per hidden layer; None takes `20 / sqrt(order)`: 20 planes, 10 fields of C4.
        dropout: Rate after each hidden layer, of whole fields; None takes the paper's 0.3 for the plain network and
            0 for a group.
        include_top: Whether the 4x4 layer and the pooling to class scores are there.
        classifier_activation: Activation of the class scores; None gives logits.
        name: Name of the model.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, classes)`; without the top `(batch, new_height, new_width, width * order)`, the orientation fastest.

    Returns:
        `keras.Model`.

    Raises:
        ValueError: if the group is unknown, the input is too small, or a number is not positive.

    Reference:
        Cohen and Welling, Group Equivariant Convolutional Networks, 2016 (https://arxiv.org/abs/1602.07576),
        section 8.1.

    Example:
        >>> models.GroupCNN(group="C4").count_params()
        24740
    """
    kit = layer_kit.LayerKit(group)
    shape = layer_kit.check_sizes("GroupCNN", input_shape, smallest=_SMALLEST)
    width = kit.fields(_PLANES) if width is None else width
    layer_kit.check_positive("GroupCNN", classes=classes, width=width)
    dropout = _dropout_rate(kit, dropout)
    inputs = x = keras.Input(shape)
    for number in range(1, _HIDDEN + 1):
        x = _hidden_layer(kit, x, number, width, dropout)
    if layer_kit.has_top("GroupCNN", include_top, classifier_activation):
        x = _top(kit, x, classes, classifier_activation)
    return keras.Model(inputs, x, name=layer_kit.name_of("GroupCNN", name, f"group_cnn_{kit.name}"))


def _hidden_layer(kit, x, number, width, dropout):
    make = kit.lift if number == 1 else kit.convolution
    x = make(width, 3, use_bias=False, name=f"conv{number}")(x)
    x = kit.normalization(name=f"conv{number}_norm")(x)
    x = keras.layers.ReLU(name=f"conv{number}_relu")(x)
    if dropout:
        x = kit.dropout(dropout, name=f"conv{number}_dropout")(x)
    if number == 2:
        # Odd sizes: only SAME windows turn with the image; on even sizes this is pooling without padding.
        x = kit.max_pooling(padding="same", name="pool")(x)
    return x


def _top(kit, x, classes, activation):
    x = kit.convolution(classes, 4, name="top")(x)
    x = kit.pool_orientations(x, "max", name="orientations")
    x = keras.layers.GlobalAveragePooling2D(data_format="channels_last", name="positions")(x)
    return x if activation is None else keras.layers.Activation(activation, name="predictions")(x)


def _dropout_rate(kit, dropout):
    if dropout is None:
        return _PLAIN_DROPOUT if kit.group is None else 0
    if not arguments.is_number(dropout) or not 0 <= dropout < 1:
        raise ValueError(f"GroupCNN expects dropout in [0, 1). Received dropout={dropout!r}. Use 0 for none.")
    return dropout
