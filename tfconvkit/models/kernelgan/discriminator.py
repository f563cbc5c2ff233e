"""The discriminator of KernelGAN."""

import keras


def patch_discriminator(size, filters=64, kernel_size=7, depth=5):
    """Builds the network that says, for every patch of an image, how likely the image itself has such a patch.

    A 7x7 convolution, 1x1 convolutions with normalisation and ReLU, and a last one with a sigmoid; all are divided by
    their largest singular value, and none is padded. The normalisation is over each crop by itself: what the batch
    normalisation of the original is for its batches of one.

    Args:
        size: Rows and columns of the crops.
        filters: Filters of all convolutions but the last.
        kernel_size: Rows and columns of a patch.
        depth: Number of inner 1x1 convolutions.

    Input shape:
        `(batch, size, size, 3)`.

    Output shape:
        `(batch, size - kernel_size + 1, size - kernel_size + 1, 1)`.

    Example:
        >>> patch_discriminator(26).output_shape
        (None, 20, 20, 1)
    """
    x = image = keras.Input((size, size, 3))
    # A bias in front of a normalisation would do nothing.
    x = _normalised(filters, kernel_size, "patches", use_bias=False)(x)
    for number in range(depth):
        x = _normalised(filters, 1, f"features{number}", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.GroupNormalization(groups=-1, epsilon=1e-5)(x))
    return keras.Model(image, _normalised(1, 1, "score", activation="sigmoid")(x), name="discriminator")


def _normalised(filters, kernel_size, name, **kwargs):
    convolution = keras.layers.Conv2D(filters, kernel_size, data_format="channels_last", **kwargs)
    return keras.layers.SpectralNormalization(convolution, name=name)
