"""The squeezes of `real_nvp_utils`, on the index moves of `tfconvkit.ops.squeeze`."""

import tensorflow as tf

from tfconvkit.ops.squeeze import squeeze, unsqueeze


def squeeze_2x2(input_):
    """Moves 2x2 pixels into channels: `squeeze_nxn(input_, n_factor=2)`."""
    return squeeze_nxn(input_, n_factor=2)


def squeeze_nxn(input_, n_factor=2):
    """Moves n x n pixels into channels: pixel `(n i + dy, n j + dx)` of channel `c` to `n^2 c + n dy + dx` at `(i, j)`.

    `tfconvkit.ops.squeeze.squeeze` in its channel-major order.

    Args:
        input_: `(batch, height, width, channels)`; a Python number is returned as it is.
        n_factor: Size `n` of the blocks.

    Returns:
        Tensor `(batch, height / n, width / n, n^2 channels)`, the pixel of the block fastest.

    Raises:
        ValueError: if height or width are no multiples of n.

    Example:
        >>> squeeze_nxn(tf.ones((1, 6, 9, 2)), n_factor=3).shape
        TensorShape([1, 2, 3, 18])
    """
    if isinstance(input_, (float, int)):
        return input_
    x = tf.convert_to_tensor(input_)
    _check_grid("squeeze_nxn", x, n_factor)
    return squeeze(x, n_factor)


def unsqueeze_2x2(input_):
    """Moves channels back into 2x2 pixels: the inverse of `squeeze_2x2`.

    Args:
        input_: `(batch, height, width, 4 channels)`; a Python number is returned as it is.

    Returns:
        Tensor `(batch, 2 height, 2 width, channels)`.

    Raises:
        ValueError: if the channels are no multiple of 4.

    Example:
        >>> unsqueeze_2x2(tf.ones((1, 2, 3, 8))).shape
        TensorShape([1, 4, 6, 2])
    """
    if isinstance(input_, (float, int)):
        return input_
    x = tf.convert_to_tensor(input_)
    _check_channels("unsqueeze_2x2", x)
    return unsqueeze(x, 2)


def squeeze_2x2_ordered(input_, reverse=False):
    """Moves 2x2 pixels into channels, the two pixels of the main diagonal first.

    Pixel `p` of a block, in the order (0, 0), (1, 1), (0, 1), (1, 0), of channel `c` becomes channel
    `p * channels + c`: the first half of the channels is the main diagonal, which RealNVP keeps, the second half the
    other diagonal, which it factors out. Here an index move, where the legacy convolution with zeros and ones spread
    one infinite pixel over its whole block.

    Args:
        input_: `(batch, height, width, channels)`.
        reverse: Whether to move channels back into pixels.

    Returns:
        Tensor `(batch, height / 2, width / 2, 4 channels)`; reversed `(batch, 2 height, 2 width, channels / 4)`.

    Raises:
        ValueError: if height or width are odd; reversed, if the channels are no multiple of 4.

    Example:
        >>> squeeze_2x2_ordered(tf.reshape(tf.range(4.0), (1, 2, 2, 1)))[0, 0, 0]
        <tf.Tensor: shape=(4,), dtype=float32, numpy=array([0., 3., 1., 2.], dtype=float32)>
    """
    x = tf.convert_to_tensor(input_)
    if reverse:
        _check_channels("squeeze_2x2_ordered", x)
        return unsqueeze(x, 2, order="diagonal")
    _check_grid("squeeze_2x2_ordered", x, 2)
    return squeeze(x, 2, order="diagonal")


def _check_grid(name, x, n):
    if any(size is not None and size % n for size in x.shape.as_list()[1:3]):
        raise ValueError(
            f"{name}: height and width must be divisible by {n}. Received shape {x.shape}. Crop or pad the images."
        )


def _check_channels(name, x):
    if x.shape.as_list()[3] % 4:
        raise ValueError(
            f"{name}: the number of channels must be divisible by 4. Received shape {x.shape}. "
            "Pass what squeeze_2x2 or squeeze_2x2_ordered returned."
        )
