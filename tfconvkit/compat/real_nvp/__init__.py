"""The functions of the official RealNVP code (tensorflow/models, research/real_nvp) by their old names.

A script runs after changing the imports alone, in a graph of `tf.compat.v1` and in `tf.compat.v1.wrap_function`;
functions without weights run eagerly and in `tf.function` too, those with weights in the scope of a `VariableStore`:

    from tfconvkit.compat.real_nvp import batch_norm, conv_layer, rec_masked_conv_coupling, squeeze_2x2_ordered

| legacy import | import here |
|---|---|
| `real_nvp_utils` | `tfconvkit.compat.real_nvp` |
| `real_nvp_multiscale_dataset`: networks, couplings, recursions, `encoder`, `decoder`, `HParams` | the same |

Variables have their legacy names, so that old checkpoints load. New code is better served by `layers.AffineCoupling`,
`layers.Squeeze` and `models.RealNVP`; `compat.checkpoint.load` brings the weights along.
"""

from tfconvkit.compat.real_nvp.channel_coupling import conv_ch_add_coupling, conv_ch_aff_coupling, conv_ch_coupling
from tfconvkit.compat.real_nvp.convolutions import conv_layer, convnet
from tfconvkit.compat.real_nvp.distributions import standard_normal_ll, standard_normal_sample
from tfconvkit.compat.real_nvp.hyperparameters import HParams, get_default_hparams
from tfconvkit.compat.real_nvp.images import as_one_hot, batch_random_flip, depool_2x2, max_pool_2x2
from tfconvkit.compat.real_nvp.masked_coupling import (
    masked_conv_add_coupling,
    masked_conv_aff_coupling,
    masked_conv_coupling,
)
from tfconvkit.compat.real_nvp.normalization import batch_norm, batch_norm_log_diff, stable_var
from tfconvkit.compat.real_nvp.recursion import (
    decoder,
    encoder,
    rec_masked_conv_coupling,
    rec_masked_deconv_coupling,
)
from tfconvkit.compat.real_nvp.residual import residual_block, resnet
from tfconvkit.compat.real_nvp.squeezes import squeeze_2x2, squeeze_2x2_ordered, squeeze_nxn, unsqueeze_2x2
from tfconvkit.compat.real_nvp.variables import VariableStore, variable_on_cpu

__all__ = [
    "HParams",
    "VariableStore",
    "as_one_hot",
    "batch_norm",
    "batch_norm_log_diff",
    "batch_random_flip",
    "conv_ch_add_coupling",
    "conv_ch_aff_coupling",
    "conv_ch_coupling",
    "conv_layer",
    "convnet",
    "decoder",
    "depool_2x2",
    "encoder",
    "get_default_hparams",
    "masked_conv_add_coupling",
    "masked_conv_aff_coupling",
    "masked_conv_coupling",
    "max_pool_2x2",
    "rec_masked_conv_coupling",
    "rec_masked_deconv_coupling",
    "residual_block",
    "resnet",
    "squeeze_2x2",
    "squeeze_2x2_ordered",
    "squeeze_nxn",
    "stable_var",
    "standard_normal_ll",
    "standard_normal_sample",
    "unsqueeze_2x2",
    "variable_on_cpu",
]
