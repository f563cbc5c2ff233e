"""Layers of tfconvkit that could take the place of a legacy call, later and by hand."""

from tfconvkit.porting.themes import legacy

__all__ = ["NAME", "apply"]

NAME = "layers"
_LAYERS = {
    "gconv2d": "layers.GroupConv2D or LiftConv2D, exactly equivariant for every size",
    "splitgconv2d": "layers.GroupConv2D or LiftConv2D, exactly equivariant for every size",
    "GConv2D": "layers.GroupConv2D", "GBatchNorm": "layers.GroupBatchNormalization, equivariant in training too",
    "GroupPool": 'layers.GroupPooling(reduction="mean")',
    "contextual_attention": "layers.ContextualAttention: any size, a mask per sample", "gen_conv": "layers.GatedConv2D",
    "gen_deconv": "layers.GatedConvUp2D", "squeeze_2x2": "layers.Squeeze(2)",
    "squeeze_2x2_ordered": 'layers.Squeeze(2, order="diagonal")', "masked_conv_coupling": "layers.AffineCoupling",
    "masked_conv_aff_coupling": "layers.AffineCoupling", "masked_conv_add_coupling": "layers.AdditiveCoupling",
    "conv_ch_aff_coupling": 'layers.AffineCoupling(mask="channel")',
    "conv_ch_add_coupling": 'layers.AdditiveCoupling(mask="channel")',
    "rec_masked_conv_coupling": "models.RealNVP", "brush_stroke_mask": "masks", "random_bbox": "masks",
    "gan_hinge_loss": "losses", "imresize": "ops.resize.imresize",
    "calc_curr_k": "layers.LinearGenerator.effective_kernel",
}
_ROOTS = (*legacy.PACKAGES, "tfconvkit")


def apply(page):
    """Suggests a layer for each legacy call."""
    for root in _ROOTS:
        for use in page.uses.get(root, ()):
            name = use.name.rpartition(".")[2]
            is_common = root in legacy.PACKAGES and legacy.PACKAGES[root].is_common
            if use.call is not None and name in _LAYERS and not is_common:
                page.suggest(use.node, name, f"In new code: tfconvkit.{_LAYERS[name]}.", NAME)
