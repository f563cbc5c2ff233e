"""Reading the convolution that a layer is tied to."""

import keras

from tfconvkit.layers.arguments import describe


def geometry_of(layer, conv, names):
    """Returns the arguments `names` of a `keras.layers.Conv2D`, with `filters` the channels that it reads.

    Args:
        layer: The layer that is tied to it, for messages.
        conv: The convolution.
        names: Names of arguments.

    Raises:
        TypeError: for a layer of another class.
        ValueError: for a convolution that is not built, not linear or has its channels first.
    """
    # A class derived from it may compute anything else with its kernel.
    if type(conv) is not keras.layers.Conv2D:
        raise TypeError(
            f"{describe(layer)}: tied_to must be a keras.layers.Conv2D. Received {conv!r}. Tie a Conv2D with the same "
            f"kernel, or use operators.from_layer(layer, input_shape).pinv()."
        )
    is_linear = conv.activation in (None, keras.activations.linear)
    if not conv.built or not is_linear or conv.data_format != "channels_last":
        raise ValueError(
            f"{describe(layer)}: tied_to must be built, without activation and channels last. Received a Conv2D with "
            f"built={conv.built}, activation={conv.activation}, data_format={conv.data_format!r}. Call it once, and "
            f"take its activation into a layer of its own."
        )
    return {**{name: getattr(conv, name) for name in names}, "filters": int(conv.kernel.shape[-2]) * conv.groups}
