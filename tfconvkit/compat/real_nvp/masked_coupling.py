"""The masked couplings of `real_nvp_multiscale_dataset`.

Variables below the name: those of `bn_in` and `resnet`, of affine couplings `rescaling_scale` and, without batch
normalisation, `scale_shift`, and those of `bn_out`.
"""

import tensorflow as tf

from tfconvkit.compat.real_nvp.coupling import Settings, affine_parameters, change, read


def masked_conv_aff_coupling(
    input_,
    mask_in,
    dim,
    name,
    use_batch_norm=True,
    train=True,
    weight_norm=True,
    reverse=False,
    residual_blocks=5,
    bottleneck=False,
    use_width=1.0,
    use_height=1.0,
    mask_channel=0.0,
    skip=True,
):
    """Shifts and scales the pixels of one colour of a checkerboard by what a network reads in the others.

    With row `i` and column `j`, `g = (mask_in + use_height i + use_width j) mod 2`, `b = (mask_channel + g) mod 2`:
    pixels with `b = 1` stay. The network reads `relu([n, -n, g])`, `n = 2 bn_in(b x)`, and gives `(t, r)`;
    `s = rescaling_scale tanh(r)`. Forward `y = (x + (1 - b) t) exp((1 - b) s)`, then the pixels with `b = 0` are
    normalised by `bn_out`, whose statistics include the zeros of the others; reversed the inverse.

    `bn_out` uses the batch in training forward, else the moving statistics; the network's normalisations the batch
    in training, in both directions. So only evaluation forward and evaluation reversed undo each other, as it was.

    Args:
        input_: `(batch, height, width, channels)`.
        mask_in: 0 or 1: whether the pixel (0, 0) stays; or an array `(batch, height, width)`.
        dim: Channels of the network's hidden maps.
        name: Variable scope.
        use_batch_norm: Whether to normalise; if not, `scale_shift` is added to `s`.
        train: Whether to use the batch's statistics and to update the moving ones.
        weight_norm, residual_blocks, bottleneck, skip: As in `resnet`.
        reverse: Whether to invert.
        use_width, use_height: 0 or 1: whether columns, and rows, alternate.
        mask_channel: 0, or 1 to swap what stays and what changes.

    Returns:
        The result, and the logarithms of its derivatives, both of the shape of the input.

    Raises:
        ValueError: reversed or in evaluation, if a graph has no variables of this name yet.

    Reference:
        Dinh et al., Density estimation using Real NVP, 2017 (https://arxiv.org/abs/1605.08803).

    Example:
        >>> with tf.Graph().as_default():
        ...     y, log_diff = masked_conv_aff_coupling(tf.ones((2, 8, 8, 3)), mask_in=1.0, dim=16, name="coupling_0")
        >>> y.shape, log_diff.shape
        (TensorShape([2, 8, 8, 3]), TensorShape([2, 8, 8, 3]))
    """
    settings = Settings(dim, use_batch_norm, train, weight_norm, residual_blocks, bottleneck, skip)
    x = tf.convert_to_tensor(input_)
    with settings.scope(name, reverse):
        g, b = _masks(x, mask_in, use_width, use_height, mask_channel)
        outputs = read(x * b, 2 * x.shape.as_list()[3], settings, factor=2.0, side=[g])
        shift, s = affine_parameters(outputs, "rescaling_scale", 0.0, settings)
        return change(x, shift * (1 - b), s * (1 - b), settings, reverse, changed=1 - b)


def masked_conv_add_coupling(
    input_,
    mask_in,
    dim,
    name,
    use_batch_norm=True,
    train=True,
    weight_norm=True,
    reverse=False,
    residual_blocks=5,
    bottleneck=False,
    use_width=1.0,
    use_height=1.0,
    mask_channel=0.0,
    skip=True,
):
    """Shifts the pixels of one colour of a checkerboard: `masked_conv_aff_coupling` with `s = 0`.

    Args:
        input_, mask_in, dim, name, use_batch_norm, train, weight_norm, reverse, residual_blocks, bottleneck,
            use_width, use_height, mask_channel, skip: As there.

    Returns:
        The result, and the logarithms of its derivatives, both of the shape of the input.

    Raises:
        ValueError: reversed or in evaluation, if a graph has no variables of this name yet.

    Reference:
        Dinh et al., NICE, 2014 (https://arxiv.org/abs/1410.8516).
    """
    settings = Settings(dim, use_batch_norm, train, weight_norm, residual_blocks, bottleneck, skip)
    x = tf.convert_to_tensor(input_)
    with settings.scope(name, reverse):
        g, b = _masks(x, mask_in, use_width, use_height, mask_channel)
        shift = read(x * b, x.shape.as_list()[3], settings, factor=2.0, side=[g])
        return change(x, shift * (1 - b), None, settings, reverse, changed=1 - b)


def masked_conv_coupling(
    input_,
    mask_in,
    dim,
    name,
    use_batch_norm=True,
    train=True,
    weight_norm=True,
    reverse=False,
    residual_blocks=5,
    bottleneck=False,
    use_aff=True,
    use_width=1.0,
    use_height=1.0,
    mask_channel=0.0,
    skip=True,
):
    """Is `masked_conv_aff_coupling` if `use_aff`, else `masked_conv_add_coupling`."""
    function = masked_conv_aff_coupling if use_aff else masked_conv_add_coupling
    return function(
        input_,
        mask_in,
        dim,
        name,
        use_batch_norm=use_batch_norm,
        train=train,
        weight_norm=weight_norm,
        reverse=reverse,
        residual_blocks=residual_blocks,
        bottleneck=bottleneck,
        use_width=use_width,
        use_height=use_height,
        mask_channel=mask_channel,
        skip=skip,
    )


def _masks(x, mask_in, use_width, use_height, mask_channel):
    """Returns `g`, which the network sees, of the batch's size, and `b`, both with one channel."""
    _, height, width, _ = tf.unstack(tf.shape(x))
    i, j = tf.cast(tf.range(height), x.dtype)[:, None], tf.cast(tf.range(width), x.dtype)
    g = tf.math.floormod(tf.cast(mask_in, x.dtype) + use_height * i + use_width * j, 2)
    g = tf.zeros_like(x[..., :1]) + tf.reshape(g, (-1, height, width, 1))
    return g, tf.math.floormod(mask_channel + g, 2)
