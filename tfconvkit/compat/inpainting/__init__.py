"""The functions of generative_inpainting (DeepFill) and of neuralgym by their old names, from their mathematics.

A script runs after changing the imports alone, in a graph of `tf.compat.v1`, and in `tf.compat.v1.wrap_function`;
functions without weights run eagerly and in `tf.function` too:

    from tfconvkit.compat.inpainting import gen_conv, gen_deconv, contextual_attention, resize_mask_like

| legacy import | import here |
|---|---|
| `inpaint_ops` (version 2) | `tfconvkit.compat.inpainting` |
| `inpaint_ops` (branch v1.0.0) | `tfconvkit.compat.inpainting.v1` |
| `neuralgym.ops.layers`: `resize`, `flatten` | either |
| `neuralgym.ops.gan_ops` | `tfconvkit.compat.inpainting` |
| `neuralgym.ops.summary_ops` | either |

New code is better served by `layers.ContextualAttention`, `layers.GatedConv2D`, `masks`, `losses` and
`models.DeepFillV2`; `compat.checkpoint.load` brings the weights along.
"""

from tfconvkit.compat.inpainting.adversarial import (
    gan_hinge_loss,
    gan_log_loss,
    gan_ls_loss,
    gan_wgan_loss,
    gradients_penalty,
    random_interpolates,
)
from tfconvkit.compat.inpainting.attention import contextual_attention
from tfconvkit.compat.inpainting.convolutions import dis_conv, gen_conv, gen_deconv
from tfconvkit.compat.inpainting.flow import (
    flow_to_image,
    flow_to_image_tf,
    highlight_flow,
    highlight_flow_tf,
    make_color_wheel,
)
from tfconvkit.compat.inpainting.grids import flatten, local_patch, resize, resize_mask_like
from tfconvkit.compat.inpainting.masks import bbox2mask, brush_stroke_mask, random_bbox, spatial_discounting_mask
from tfconvkit.compat.inpainting.spectral_norm import conv2d_spectral_norm, kernel_spectral_norm
from tfconvkit.compat.inpainting.summaries import gradients_summary, images_summary, scalar_summary

__all__ = [
    "bbox2mask",
    "brush_stroke_mask",
    "contextual_attention",
    "conv2d_spectral_norm",
    "dis_conv",
    "flatten",
    "flow_to_image",
    "flow_to_image_tf",
    "gan_hinge_loss",
    "gan_log_loss",
    "gan_ls_loss",
    "gan_wgan_loss",
    "gen_conv",
    "gen_deconv",
    "gradients_penalty",
    "gradients_summary",
    "highlight_flow",
    "highlight_flow_tf",
    "images_summary",
    "kernel_spectral_norm",
    "local_patch",
    "make_color_wheel",
    "random_bbox",
    "random_interpolates",
    "resize",
    "resize_mask_like",
    "scalar_summary",
    "spatial_discounting_mask",
]
