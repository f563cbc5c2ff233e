"""Small moves of `real_nvp_utils`: pooling, depooling, random flips, one-hot."""

import tensorflow as tf

from tfconvkit.ops.squeeze import unsqueeze


def max_pool_2x2(input_):
    """Takes the maximum of every 2x2 pixels, with TensorFlow's SAME padding.

    Args:
        input_: `(batch, height, width, channels)`.

    Returns:
        Tensor `(batch, ceil(height / 2), ceil(width / 2), channels)`.
    """
    return tf.nn.max_pool2d(input_, ksize=2, strides=2, padding="SAME")


def depool_2x2(input_, stride=2):
    """Spreads pixels: `(i, j)` comes to `(stride i, stride j)`, zeros elsewhere.

    Args:
        input_: `(batch, height, width, channels)`.
        stride: Distance of the pixels.

    Returns:
        Tensor `(batch, stride height, stride width, channels)`.

    Example:
        >>> depool_2x2(tf.ones((1, 1, 1, 1)))[0, :, :, 0]
        <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
        array([[1., 0.],
               [0., 0.]], dtype=float32)>
    """
    x = tf.convert_to_tensor(input_)
    zeros = (stride**2 - 1) * x.shape.as_list()[3]
    return unsqueeze(tf.pad(x, ((0, 0), (0, 0), (0, 0), (0, zeros))), stride, order="pixel_major")


def batch_random_flip(input_):
    """Mirrors each image left to right with probability 1/2.

    Args:
        input_: `(batch, height, width, channels)`; a Python number is returned as it is.
    """
    return input_ if isinstance(input_, (float, int)) else tf.image.random_flip_left_right(input_)


def as_one_hot(input_, n_indices):
    """Appends an axis with a one at the index and zeros elsewhere.

    Args:
        input_: Integer tensor.
        n_indices: Length of the new axis.

    Returns:
        float32 tensor `(*shape, n_indices)`.
    """
    return tf.one_hot(input_, n_indices)
