"""The channel couplings of `real_nvp_multiscale_dataset`.

Variables below the name: those of `bn_in` and `resnet`, of affine couplings `scale` and, without batch normalisation,
`scale_shift`, and those of `bn_out`.
"""

import tensorflow as tf

from tfconvkit.compat.real_nvp.coupling import Settings, affine_parameters, change, read


def conv_ch_aff_coupling(
    input_,
    dim,
    name,
    use_batch_norm=True,
    train=True,
    weight_norm=True,
    reverse=False,
    residual_blocks=5,
    bottleneck=False,
    change_bottom=True,
    skip=True,
):
    """Shifts and scales one half of the channels by what a network reads in the other half.

    The network reads `relu([n, -n])`, `n = bn_in(kept)`, and gives `(t, r)`; `s = scale tanh(r)`. Forward
    `y = (x + t) exp(s)` on the changed half, then it is normalised by `bn_out`; reversed the inverse. Statistics as in
    `masked_conv_aff_coupling`: only evaluation forward and evaluation reversed undo each other.

    Args:
        input_: `(batch, height, width, channels)`.
        dim: Channels of the network's hidden maps.
        name: Variable scope.
        use_batch_norm, train, weight_norm, reverse, residual_blocks, bottleneck, skip: As in
            `masked_conv_aff_coupling`.
        change_bottom: Whether the second half of the channels changes, else the first.

    Returns:
        The result, and the logarithms of its derivatives (0 on the half that stays), both of the shape of the input.

    Raises:
        ValueError: for an odd number of channels; reversed or in evaluation, if a graph has no variables of this name
            yet.

    Reference:
        Dinh et al., Density estimation using Real NVP, 2017 (https://arxiv.org/abs/1605.08803).

    Example:
        >>> with tf.Graph().as_default():
        ...     y, log_diff = conv_ch_aff_coupling(tf.ones((2, 4, 4, 12)), dim=16, name="coupling_4")
        >>> y.shape, log_diff.shape
        (TensorShape([2, 4, 4, 12]), TensorShape([2, 4, 4, 12]))
    """
    settings = Settings(dim, use_batch_norm, train, weight_norm, residual_blocks, bottleneck, skip)
    with settings.scope(name, reverse):
        kept, canvas = _split(name, input_, change_bottom)
        outputs = read(kept, 2 * kept.shape.as_list()[3], settings)
        shift, s = affine_parameters(outputs, "scale", 1.0, settings)
        return _joined(kept, change(canvas, shift, s, settings, reverse), change_bottom)


def conv_ch_add_coupling(
    input_,
    dim,
    name,
    use_batch_norm=True,
    train=True,
    weight_norm=True,
    reverse=False,
    residual_blocks=5,
    bottleneck=False,
    change_bottom=True,
    skip=True,
):
    """Shifts one half of the channels: `conv_ch_aff_coupling` with `s = 0`.

    Args:
        input_, dim, name, use_batch_norm, train, weight_norm, reverse, residual_blocks, bottleneck, change_bottom,
            skip: As there.

    Returns:
        The result, and the logarithms of its derivatives, both of the shape of the input.

    Raises:
        ValueError: as there.

    Reference:
        Dinh et al., NICE, 2014 (https://arxiv.org/abs/1410.8516).
    """
    settings = Settings(dim, use_batch_norm, train, weight_norm, residual_blocks, bottleneck, skip)
    with settings.scope(name, reverse):
        kept, canvas = _split(name, input_, change_bottom)
        shift = read(kept, kept.shape.as_list()[3], settings)
        return _joined(kept, change(canvas, shift, None, settings, reverse), change_bottom)


def conv_ch_coupling(
    input_,
    dim,
    name,
    use_batch_norm=True,
    train=True,
    weight_norm=True,
    reverse=False,
    residual_blocks=5,
    bottleneck=False,
    use_aff=True,
    change_bottom=True,
    skip=True,
):
    """Is `conv_ch_aff_coupling` if `use_aff`, else `conv_ch_add_coupling`."""
    function = conv_ch_aff_coupling if use_aff else conv_ch_add_coupling
    return function(
        input_,
        dim,
        name,
        use_batch_norm=use_batch_norm,
        train=train,
        weight_norm=weight_norm,
        reverse=reverse,
        residual_blocks=residual_blocks,
        bottleneck=bottleneck,
        change_bottom=change_bottom,
        skip=skip,
    )


def _split(name, input_, change_bottom):
    """Returns the half of the channels that stays and the half that changes."""
    x = tf.convert_to_tensor(input_)
    if x.shape.as_list()[3] % 2:
        raise ValueError(
            f'Channel coupling "{name}": the number of channels must be even, one half changes. Received shape '
            f"{x.shape}. Squeeze first, or use masked_conv_coupling."
        )
    first, second = tf.split(x, 2, axis=3)
    return (first, second) if change_bottom else (second, first)


def _joined(kept, changed, change_bottom):
    y, log_diff = changed
    pairs = (kept, y), (tf.zeros_like(log_diff), log_diff)
    return tuple(tf.concat(pair if change_bottom else pair[::-1], 3) for pair in pairs)
