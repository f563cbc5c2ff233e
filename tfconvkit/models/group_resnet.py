"""The residual network for CIFAR."""

import itertools

import keras

from tfconvkit.models import layer_kit
from tfconvkit.ops import arguments

_PLANES = (32, 64, 128)
_SHORTCUTS = ("projection", "padding")


def GroupResNet(
    group="D4",
    input_shape=(32, 32, 3),
    classes=10,
    depth=44,
    widths=None,
    shortcut="projection",
    include_top=True,
    classifier_activation=None,
    name=None,
):
    """Builds the residual network for CIFAR of He et al. with group convolutions, by default the paper's p4m ResNet44.

    A 3x3 convolution, three stages of `(depth - 2) / 6` blocks, the mean over orientations and positions, and a dense
    layer. A block is `relu(x + norm(conv(relu(norm(conv(x))))))` with 3x3 convolutions; the first block of the second
    and third stage has stride 2. Convolutions are padded exactly equivariantly and start from He's normal
    distribution. So the scores do not change when an element of the group moves the image, for every size of input.

    Trainable parameters for the default input and 10 classes: 2,636,458 for `group=None` (32, 64, 128 planes) and
    2,618,679 for D4 (11, 23, 45 fields), the paper's 2.64 and 2.62 million.

    Args:
        group: Name of a group or a two-dimensional `groups.PointGroup`; None, "Z2" and "C1" build the plain network.
        input_shape: `(height, width, channels)`; height and width may be None.
        classes: Number of classes.
        depth: Number of layers with kernels on the long way, `6n + 2`.
        widths: Fields of the three stages; None takes `(32, 64, 128) / sqrt(order)`.
        shortcut: Where a block changes the shape, `"projection"` (a strided 1x1 convolution with normalisation: option
            B of He et al.) or `"padding"` (every second pixel, new fields zero, no parameters: option A).
        include_top: Whether pooling and classifier are there.
        classifier_activation: Activation of the class scores; None gives logits.
        name: Name of the model.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, classes)`; without the top `(batch, ceil(height / 4), ceil(width / 4), widths[2] * order)`, the
        orientation fastest.

    Returns:
        `keras.Model`.

    Raises:
        ValueError: if the group or the shortcut is unknown, the depth is not `6n + 2`, or a number is not positive.

    Reference:
        He et al., Deep Residual Learning for Image Recognition, 2015 (https://arxiv.org/abs/1512.03385), section 4.2;
        Cohen and Welling, Group Equivariant Convolutional Networks, 2016, section 8.2.

    Example:
        >>> models.GroupResNet(group="C4", depth=8, widths=(4, 8, 16)).output_shape
        (None, 10)
    """
    kit = layer_kit.LayerKit(group)
    shape = layer_kit.check_sizes("GroupResNet", input_shape)
    layer_kit.check_positive("GroupResNet", classes=classes)
    widths = [kit.fields(planes) for planes in _PLANES] if widths is None else widths
    widths = layer_kit.check_widths("GroupResNet", widths, count=3)
    blocks, _ = _blocks_per_stage(depth), _check_shortcut(shortcut)
    inputs = keras.Input(shape)
    x = _convolve(kit.lift, kit, inputs, widths[0], name="stem")
    x = keras.layers.ReLU(name="stem_relu")(x)
    for stage, block in itertools.product(range(3), range(blocks)):
        strides = 2 if stage > 0 and block == 0 else 1
        x = _block(kit, x, widths[stage], strides, shortcut, name=f"stage{stage + 1}_block{block + 1}")
    if layer_kit.has_top("GroupResNet", include_top, classifier_activation):
        x = _top(kit, x, classes, classifier_activation)
    return keras.Model(inputs, x, name=layer_kit.name_of("GroupResNet", name, f"group_resnet{depth}_{kit.name}"))


def _block(kit, x, width, strides, shortcut, name):
    y = _convolve(kit.convolution, kit, x, width, strides=strides, name=f"{name}_conv1")
    y = keras.layers.ReLU(name=f"{name}_conv1_relu")(y)
    y = _convolve(kit.convolution, kit, y, width, name=f"{name}_conv2")
    if strides > 1 or x.shape[-1] != y.shape[-1]:
        make = _project if shortcut == "projection" else _pad
        x = make(kit, x, width, strides, name=f"{name}_shortcut")
    x = keras.layers.Add(name=f"{name}_add")([x, y])
    return keras.layers.ReLU(name=f"{name}_relu")(x)


def _convolve(make, kit, x, width, name, kernel_size=3, strides=1):
    settings = dict(strides=strides, padding="same", use_bias=False, kernel_initializer="he_normal")
    x = make(width, kernel_size, **settings, name=name)(x)
    return kit.normalization(name=f"{name}_norm")(x)


def _project(kit, x, width, strides, name):
    return _convolve(kit.convolution, kit, x, width, kernel_size=1, strides=strides, name=name)


def _pad(kit, x, width, strides, name):
    """Takes every second pixel by a window of one, which turns with the image, and appends fields of zeros."""
    x = kit.max_pooling(pool_size=1, strides=strides, padding="same", name=name)(x)
    extra = width * kit.order - x.shape[-1]
    return keras.ops.pad(x, [[0, 0], [0, 0], [0, 0], [0, extra]]) if extra else x


def _top(kit, x, classes, activation):
    x = kit.pool_orientations(x, "mean", name="orientations")
    x = keras.layers.GlobalAveragePooling2D(data_format="channels_last", name="positions")(x)
    return keras.layers.Dense(classes, activation=activation, name="predictions")(x)


def _blocks_per_stage(depth):
    if not arguments.is_integer(depth) or depth < 8 or (depth - 2) % 6:
        nearest = 6 * max(1, round((depth - 2) / 6)) + 2 if arguments.is_number(depth) else 44
        raise ValueError(
            f"GroupResNet expects depth = 6n + 2 with n >= 1 (8, 14, 20, ..., 44, 56, 110). Received depth={depth!r}. "
            f"Use depth={nearest}."
        )
    return int(depth - 2) // 6


def _check_shortcut(shortcut):
    if not isinstance(shortcut, str) or shortcut not in _SHORTCUTS:
        expected = " or ".join(f'"{name}"' for name in _SHORTCUTS)
        raise ValueError(f"GroupResNet expects shortcut={expected}. Received shortcut={shortcut!r}.")
