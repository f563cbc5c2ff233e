"""The discriminator of free-form inpainting."""

import keras

from tfconvkit.models import layer_kit

_MULTIPLES = (1, 2, 4, 4, 4, 4)


def SNPatchGAN(width=64, input_shape=(None, None, 4), name="sn_patch_gan"):
    """Builds the spectrally normalised discriminator that scores every patch of an image, hole or not.

    Six 5x5 convolutions of stride 2 with LeakyReLU (slope 0.2), each divided by its largest singular value as
    `keras.layers.SpectralNormalization` estimates it: one power iteration per training step, and the normalised kernel
    replaces the stored one. That would round the stored kernels to half precision, so under such a policy the network
    computes in float32. Every channel of every position of the last map is a score.

    Args:
        width: Filters of the first convolution; the others have 2 and 4 times as many.
        input_shape: `(height, width, channels)`, the channels of the image and one of the mask.
        name: Name of the model.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, new_height * new_width * 4 * width)` with `new_height = ceil(height / 64)`, the channel fastest.

    Layer names:
        `conv1` to `conv6`, each with kernel, bias and `vector_u`; the original code's variables are
        `discriminator/sn_patch_gan/<layer>/kernel`, `bias` and `kernel_sn/u`.

    Returns:
        `keras.Model`.

    Raises:
        ValueError: if a number is not positive.

    Reference:
        Yu et al., Free-Form Image Inpainting with Gated Convolution, 2019 (https://arxiv.org/abs/1806.03589).

    Example:
        >>> models.SNPatchGAN(width=8)(np.ones((2, 128, 128, 4), "float32")).shape
        TensorShape([2, 128])
    """
    shape = layer_kit.check_sizes("SNPatchGAN", input_shape)
    layer_kit.check_positive("SNPatchGAN", width=width)
    dtype = _at_least_float32(keras.config.dtype_policy().compute_dtype)
    inputs = x = keras.Input(shape, dtype=dtype)
    for number, multiple in enumerate(_MULTIPLES, 1):
        settings = {"strides": 2, "padding": "same", "data_format": "channels_last", "dtype": dtype}
        convolution = keras.layers.Conv2D(width * multiple, 5, name=f"conv{number}_plain", **settings)
        x = keras.layers.SpectralNormalization(convolution, name=f"conv{number}", dtype=dtype)(x)
        x = keras.layers.LeakyReLU(0.2, name=f"conv{number}_relu", dtype=dtype)(x)
    scores = keras.layers.Flatten(data_format="channels_last", name="scores", dtype=dtype)(x)
    return keras.Model(inputs, scores, name=name)


def _at_least_float32(dtype):
    return dtype if dtype == "float64" else "float32"
