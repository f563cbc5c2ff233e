"""The multi-scale architecture of `real_nvp_multiscale_dataset`.

Variables: those of the couplings below `scale_<k>/coupling_<j>`: 0, 1, 2 masked; 4, 5, 6 on channels, but on the last
scale 3, masked, instead.
"""

import tensorflow as tf

from tfconvkit.compat.real_nvp.channel_coupling import conv_ch_coupling
from tfconvkit.compat.real_nvp.hyperparameters import recursion_type_of
from tfconvkit.compat.real_nvp.masked_coupling import masked_conv_coupling
from tfconvkit.compat.real_nvp.squeezes import squeeze_2x2, squeeze_2x2_ordered, unsqueeze_2x2

v1 = tf.compat.v1

# Number of the coupling: what its mask holds at (0, 0), and whether the second half of the channels changes.
_MASKED = {0: 1.0, 1: 0.0, 2: 1.0}
_LAST = {3: 0.0}
_CHANNEL = {4: True, 5: False, 6: True}
_ALWAYS_AFFINE = (2, 3, 6)


def rec_masked_conv_coupling(input_, hps, scale_idx, n_scale, use_batch_norm=True, weight_norm=True, train=True):
    """Encodes at one scale, and at all that follow.

    Masked couplings; but on the last scale a squeeze, channel couplings, an unsqueeze, and an ordered squeeze, of whose
    `4 C` channels the first `n` go on to the next scale; the result has the shape of the input again. The recursion
    type, an attribute of `hps` or else the script's flag `recursion_type`, says how many: type 1 has `n = 4 C`, type 2
    (the default) `2 C`, types 3 and 4 `C`. Channels of the hidden maps: `base_dim * 2^scale_idx` (type 4: `base_dim`),
    twice as many in channel couplings.

    Args:
        input_: `(batch, height, width, C)`.
        hps: Object with attributes `residual_blocks`, `base_dim`, `bottleneck`, `use_aff` (whether couplings 0, 1, 4, 5
            are affine; 2, 3, 6 always are) and `skip`, as `get_default_hparams()`.
        scale_idx: This scale, from 0.
        n_scale: Number of scales.
        use_batch_norm, weight_norm, train: As in `masked_conv_aff_coupling`.

    Returns:
        The code, and the logarithms of the derivatives, which are moved along with it, of the shape of the input.

    Raises:
        ValueError: if a height or a width is odd, for an unknown recursion type; in evaluation, if a graph has no
            variables yet.

    Reference:
        Dinh et al., Density estimation using Real NVP, 2017, section 3.6 (https://arxiv.org/abs/1605.08803).

    Example:
        >>> with tf.Graph().as_default():
        ...     z, log_diff = rec_masked_conv_coupling(tf.ones((2, 8, 8, 3)), get_default_hparams(), 0, n_scale=2)
        >>> z.shape, log_diff.shape
        (TensorShape([2, 8, 8, 3]), TensorShape([2, 8, 8, 3]))
    """
    settings = {"use_batch_norm": use_batch_norm, "weight_norm": weight_norm, "train": train}
    x = tf.convert_to_tensor(input_)
    pair = x, tf.zeros_like(x)
    pair = _couplings(pair, hps, scale_idx, _MASKED, settings)
    if scale_idx == n_scale - 1:
        return _couplings(pair, hps, scale_idx, _LAST, settings)
    pair = _couplings(pair, hps, scale_idx, _CHANNEL, settings)
    (kept, log_diff), final = _factored(pair, hps)
    kept, increment = rec_masked_conv_coupling(kept, hps, scale_idx + 1, n_scale, **settings)
    return _rejoined((kept, log_diff + increment), final)


def rec_masked_deconv_coupling(input_, hps, scale_idx, n_scale, use_batch_norm=True, weight_norm=True, train=True):
    """Decodes at one scale, and at all that follow: the inverse of `rec_masked_conv_coupling` in evaluation.

    Args:
        input_, hps, scale_idx, n_scale, use_batch_norm, weight_norm, train: As there.

    Returns:
        The image, and the logarithms of the derivatives, of the shape of the input.

    Raises:
        ValueError: as there; if a graph has no variables yet, in training too.

    Example:
        >>> with tf.Graph().as_default():
        ...     z, _ = encoder(tf.ones((2, 8, 8, 3)), get_default_hparams(), n_scale=2)
        ...     x, log_diff = rec_masked_deconv_coupling(z, get_default_hparams(), 0, n_scale=2, train=False)
        >>> x.shape, log_diff.shape
        (TensorShape([2, 8, 8, 3]), TensorShape([2, 8, 8, 3]))
    """
    settings = {"use_batch_norm": use_batch_norm, "weight_norm": weight_norm, "train": train}
    z = tf.convert_to_tensor(input_)
    pair = z, tf.zeros_like(z)
    if scale_idx == n_scale - 1:
        pair = _couplings(pair, hps, scale_idx, _LAST, settings, reverse=True)
    else:
        (kept, _), final = _factored(pair, hps)
        pair = _rejoined(rec_masked_deconv_coupling(kept, hps, scale_idx + 1, n_scale, **settings), final)
        pair = _couplings(pair, hps, scale_idx, _CHANNEL, settings, reverse=True)
    return _couplings(pair, hps, scale_idx, _MASKED, settings, reverse=True)


def encoder(input_, hps, n_scale, use_batch_norm=True, weight_norm=True, train=True):
    """Encodes images: `rec_masked_conv_coupling` from scale 0 on."""
    return rec_masked_conv_coupling(input_, hps, 0, n_scale, use_batch_norm, weight_norm, train)


def decoder(input_, hps, n_scale, use_batch_norm=True, weight_norm=True, train=True):
    """Decodes codes: `rec_masked_deconv_coupling` from scale 0 on."""
    return rec_masked_deconv_coupling(input_, hps, 0, n_scale, use_batch_norm, weight_norm, train)


def _couplings(pair, hps, scale_idx, couplings, settings, reverse=False):
    """Applies couplings to `(x, log_diff)`; those on channels between squeeze and unsqueeze."""
    is_channel = couplings is _CHANNEL
    x, log_diff = map(squeeze_2x2, pair) if is_channel else pair
    with v1.variable_scope(f"scale_{scale_idx}"):
        for number in sorted(couplings, reverse=reverse):
            arguments = _arguments(hps, scale_idx, number, is_channel)
            arguments["change_bottom" if is_channel else "mask_in"] = couplings[number]
            function = conv_ch_coupling if is_channel else masked_conv_coupling
            x, increment = function(x, reverse=reverse, **arguments, **settings)
            log_diff = log_diff + increment
    return tuple(map(unsqueeze_2x2, (x, log_diff))) if is_channel else (x, log_diff)


def _arguments(hps, scale_idx, number, is_channel):
    dim = hps.base_dim * (1 if recursion_type_of(hps) == 4 else 2**scale_idx)
    return {
        "dim": 2 * dim if is_channel else dim,
        "name": f"coupling_{number}",
        "residual_blocks": hps.residual_blocks,
        "bottleneck": hps.bottleneck,
        "use_aff": hps.use_aff or number in _ALWAYS_AFFINE,
        "skip": hps.skip,
    }


def _factored(pair, hps):
    """Cuts `(x, log_diff)`, squeezed in order, into what goes on to the next scale and what is final."""
    n = pair[0].shape.as_list()[3] * {1: 4, 2: 2}.get(recursion_type_of(hps), 1)
    squeezed = [squeeze_2x2_ordered(each) for each in pair]
    return [each[..., :n] for each in squeezed], [each[..., n:] for each in squeezed]


def _rejoined(kept, final):
    """Undoes `_factored`."""
    joined = (tf.concat(parts, 3) for parts in zip(kept, final, strict=True))
    return tuple(squeeze_2x2_ordered(each, reverse=True) for each in joined)
