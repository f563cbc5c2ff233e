"""The kernel of KernelGAN's generator, and its weights in Keras."""

import numpy as np
from keras import ops

from tfconvkit import layers
from tfconvkit.ops.kernels import Stage, compose


def calc_curr_k(generator):
    """Computes the kernel that equals all layers of a generator: `G(x)[i, j] = sum_{u, v} k[u, v] x[S i + u, S j + v]`.

    A correlation kernel: the original flips the response to a single pixel in both axes, which gives the same. The
    stride `S` of the last layer has no part in it.

    Args:
        generator: `layers.LinearGenerator`, or the list of its weights in PyTorch's order, each `(outputs, inputs,
            rows, columns)`.

    Returns:
        Array `(k, k)` of the dtype of the weights, `k = 1 + sum(size - 1)`.

    Raises:
        ValueError: if an array has not four axes, or the chain does not begin and end with one channel.

    Example:
        >>> calc_curr_k([np.ones((8, 1, 7, 7)), np.ones((1, 8, 5, 5))]).shape
        (11, 11)
    """
    if isinstance(generator, layers.LinearGenerator):
        return ops.convert_to_numpy(generator.effective_kernel())[:, :, 0, 0]
    return ops.convert_to_numpy(compose([Stage(kernel) for kernel in _keras_kernels(generator)]).kernel)[:, :, 0, 0]


def load_generator(weights, scale_factor=0.5):
    """Makes the Keras layer that computes what KernelGAN's generator computes with these weights.

    Args:
        weights: List of arrays `(outputs, inputs, rows, columns)` in the order of the layers: the values of the
            `state_dict()` of PyTorch, or of an `.npz` file, as NumPy arrays.
        scale_factor: New size over the old one; the last layer has the stride `int(1 / scale_factor)`.

    Returns:
        `layers.LinearGenerator` for images `(batch, height, width, 3)`, built.

    Raises:
        ValueError: as `calc_curr_k`, or if the inner layers have different numbers of channels.

    Example:
        >>> layer = load_generator([np.ones((8, 1, 7, 7)), np.ones((1, 8, 5, 5))])
        >>> layer(np.ones((1, 64, 64, 3), "float32")).shape
        TensorShape([1, 27, 27, 3])
    """
    kernels = _keras_kernels(weights)
    widths = {kernel.shape[-1] for kernel in kernels[:-1]}
    if len(widths) != 1:
        raise ValueError(
            f"load_generator expects inner layers of one width. Received {sorted(widths)} output channels for "
            f"{len(kernels)} layers. Compose such a chain by ops.kernels.compose."
        )
    layer = layers.LinearGenerator(
        widths.pop(), [kernel.shape[0] for kernel in kernels], strides=int(1 / scale_factor)
    )
    layer.build((None, None, None, 3))
    layer.set_weights(kernels)
    return layer


def _keras_kernels(weights):
    """Returns arrays `(rows, columns, inputs, outputs)`."""
    weights = [np.asarray(weight) for weight in weights]
    if {weight.ndim for weight in weights} != {4} or weights[0].shape[1] != 1 or weights[-1].shape[0] != 1:
        raise ValueError(
            "Expected the weights of a generator as arrays (outputs, inputs, rows, columns), from one channel to one "
            f"channel. Received shapes {[weight.shape for weight in weights]}. Leave out what is no convolution."
        )
    return [weight.transpose(2, 3, 1, 0) for weight in weights]
