"""Checkpoints of TF1 (`tf.train.Saver`) into Keras models, by maps of names and layouts.

| model | checkpoint |
|---|---|
| `models.DeepFillV2`, `models.SNPatchGAN`, `models.InpaintingGAN` | generative_inpainting, version 2 |
| `models.RealNVP` | RealNVP of tensorflow/models |

`maps.register` adds further ones.
"""

from tfconvkit.compat.checkpoint import deepfill, real_nvp
from tfconvkit.compat.checkpoint.loading import Loaded, load
from tfconvkit.compat.checkpoint.maps import Source, register

__all__ = ["Loaded", "Source", "deepfill", "load", "real_nvp", "register"]
