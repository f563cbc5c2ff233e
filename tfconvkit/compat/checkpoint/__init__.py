"""Checkpoints of TF1 (`tf.train.Saver`) and `.npz` files into Keras models, by maps of names and layouts.

| model | checkpoint |
|---|---|
| `models.DeepFillV2`, `models.SNPatchGAN`, `models.InpaintingGAN` | generative_inpainting, version 2 |
| `models.RealNVP` | RealNVP of tensorflow/models |
| models with group layers, of `layers` or `compat.keras_gcnn` | keras-gcnn |
| models of `compat.tf1.tracking.LegacyLayer` | of the legacy function |

`maps.register` adds further ones; `by_name` makes one for any model. `convert` writes `.keras` files, as
`tfconvkit convert` does.
"""

from tfconvkit.compat.checkpoint import deepfill, keras_gcnn, legacy, real_nvp
from tfconvkit.compat.checkpoint.converting import Converted, convert
from tfconvkit.compat.checkpoint.loading import Loaded, load
from tfconvkit.compat.checkpoint.maps import Source, register
from tfconvkit.compat.checkpoint.names import by_name

__all__ = ["Converted", "Loaded", "Source", "by_name", "convert", "deepfill", "keras_gcnn", "legacy", "load",
           "real_nvp", "register"]
