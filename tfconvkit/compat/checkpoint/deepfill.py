"""The map of version 2 of generative_inpainting.

| layer | variables in the checkpoint |
|---|---|
| gated convolution `conv1` | `inpaint_net/conv1/{kernel,bias}` |
| `conv13_upsample` | `inpaint_net/conv13_upsample/conv13_upsample_conv/{kernel,bias}` |
| `conv1` of the discriminator | `discriminator/sn_patch_gan/conv1/{kernel,bias,kernel_sn/u}` |

Layouts are equal but for the discriminator's kernels: the checkpoint has them raw, and the legacy code normalised them
in every call; `keras.layers.SpectralNormalization` stores them normalised, with the vector of the step after.
"""

import re

import keras
import numpy as np

from tfconvkit import layers
from tfconvkit.compat.checkpoint.maps import Source, leaves, register

_GENERATOR = re.compile(r"(x|pm|all)?conv\d+(_downsample|_atrous|_upsample)?")


@register("deepfillv2")
def deepfillv2(model):
    """Maps a generator, a discriminator, or a model that contains them.

    Args:
        model: Keras model, such as `models.DeepFillV2()`, `models.SNPatchGAN()` or `models.InpaintingGAN(...)`.

    Returns:
        List of `(weight, Source)`, or None if a layer with weights is none of theirs.
    """
    pairs = []
    for layer in leaves(model):
        if isinstance(layer, layers.GatedConv2D) and _GENERATOR.fullmatch(layer.name):
            pairs += _gated(layer)
        elif isinstance(layer, keras.layers.SpectralNormalization):
            pairs += _normalised(layer)
        elif layer.weights:
            return None
    return pairs


def _gated(layer):
    scope = f"inpaint_net/{layer.name}"
    if isinstance(layer, layers.GatedConvUp2D):
        scope = f"{scope}/{layer.name}_conv"
    return [(layer.kernel, Source((f"{scope}/kernel",))), (layer.bias, Source((f"{scope}/bias",)))]


def _normalised(layer):
    scope = f"discriminator/sn_patch_gan/{layer.name}"
    names = (f"{scope}/kernel", f"{scope}/kernel_sn/u")
    return [
        (layer.kernel, Source(names, layout=lambda kernel, u: power_iteration(kernel, u)[0])),
        (layer.layer.bias, Source((f"{scope}/bias",))),
        (layer.vector_u, Source(names, layout=lambda kernel, u: power_iteration(kernel, u)[1])),
    ]


def power_iteration(kernel, u):
    """Returns the normalised kernel and the vector `u` after one step of the legacy power iteration.

    `tfconvkit.compat.inpainting.kernel_spectral_norm` for arrays: `v = n(u W^T)`, `u' = n(v W)`, kernel over
    `v W u'^T`, summed in float64.

    Args:
        kernel: Array `(..., outputs)`.
        u: Array `(1, outputs)`.

    Example:
        >>> power_iteration(np.ones((3, 3, 2, 4)), np.ones((1, 4)))[1]
        array([[0.5, 0.5, 0.5, 0.5]])
    """
    matrix = np.reshape(np.asarray(kernel, "float64"), (-1, kernel.shape[-1]))
    v = _normalized(u @ matrix.T)
    u_next = _normalized(v @ matrix)
    return kernel / (v @ matrix @ u_next.T)[0, 0], u_next


def _normalized(z):
    return z / (np.linalg.norm(z) + 1e-12)
