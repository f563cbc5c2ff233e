"""Losses of `neuralgym.ops.gan_ops`: adversarial losses and the gradient penalty."""

import tensorflow as tf

from tfconvkit.compat.inpainting.summaries import scalar_summary


def gan_hinge_loss(pos, neg, value=1.0, name="gan_hinge_loss"):
    """Computes the hinge losses of generator and discriminator.

    `d = mean(relu(1 - pos)) / 2 + mean(relu(1 + neg)) / 2`, `g = -mean(neg)`.

    Args:
        pos, neg: Logits of real and of generated samples.
        value: Ignored, as it was: the margin is 1.
        name: Scope of the summaries.

    Returns:
        `(g, d)`.

    Example:
        >>> [float(loss) for loss in gan_hinge_loss(tf.constant([0.5]), tf.constant([-2.0]))]
        [2.0, 0.25]
    """
    with tf.compat.v1.variable_scope(name):
        hinge_pos, hinge_neg = tf.reduce_mean(tf.nn.relu(1 - pos)), tf.reduce_mean(tf.nn.relu(1 + neg))
        scalar_summary("pos_hinge_avg", hinge_pos)
        scalar_summary("neg_hinge_avg", hinge_neg)
        return _summarized(-tf.reduce_mean(neg), 0.5 * hinge_pos + 0.5 * hinge_neg)


def gan_wgan_loss(pos, neg, name="gan_wgan_loss"):
    """Computes the Wasserstein losses: `d = mean(neg - pos)`, `g = -mean(neg)`.

    Args:
        pos, neg: Critic values of real and of generated samples.
        name: Scope of the summaries.

    Returns:
        `(g, d)`.

    Example:
        >>> [float(loss) for loss in gan_wgan_loss(tf.constant([0.5]), tf.constant([-2.0]))]
        [2.0, -2.5]
    """
    with tf.compat.v1.variable_scope(name):
        scalar_summary("pos_value_avg", tf.reduce_mean(pos))
        scalar_summary("neg_value_avg", tf.reduce_mean(neg))
        return _summarized(-tf.reduce_mean(neg), tf.reduce_mean(neg - pos))


def gan_log_loss(pos, neg, name="gan_log_loss"):
    """Computes the cross-entropy losses: the discriminator's halved and added, the generator's non-saturating.

    `d = mean(softplus(-pos)) / 2 + mean(softplus(neg)) / 2`, `g = mean(softplus(-neg))`.

    Args:
        pos, neg: Logits of real and of generated samples.
        name: Scope of the summaries.

    Returns:
        `(g, d)`.

    Example:
        >>> [round(float(loss), 3) for loss in gan_log_loss(tf.constant([0.5]), tf.constant([-2.0]))]
        [2.127, 0.301]
    """
    with tf.compat.v1.variable_scope(name):
        scalar_summary("d_scores/pos_mean", tf.reduce_mean(tf.sigmoid(pos)))
        scalar_summary("d_scores/neg_mean", tf.reduce_mean(tf.sigmoid(neg)))
        d_pos, d_neg = tf.reduce_mean(tf.math.softplus(-pos)), tf.reduce_mean(tf.math.softplus(neg))
        return _summarized(tf.reduce_mean(tf.math.softplus(-neg)), 0.5 * d_pos + 0.5 * d_neg, scope="losses/")


def gan_ls_loss(pos, neg, value=1.0, name="gan_ls_loss"):
    """Computes the least-squares losses.

    `d = mean((pos - value)^2) / 2 + mean(neg^2) / 2`, `g = mean((neg - value)^2)`.

    Args:
        pos, neg: Outputs for real and for generated samples.
        value: Target for real samples.
        name: Scope of the summaries.

    Returns:
        `(g, d)`.

    Example:
        >>> [float(loss) for loss in gan_ls_loss(tf.constant([0.5]), tf.constant([-2.0]))]
        [9.0, 2.125]
    """
    with tf.compat.v1.variable_scope(name):
        l2_pos, l2_neg = tf.reduce_mean(tf.square(pos - value)), tf.reduce_mean(tf.square(neg))
        scalar_summary("pos_l2_avg", l2_pos)
        scalar_summary("neg_l2_avg", l2_neg)
        return _summarized(tf.reduce_mean(tf.square(neg - value)), 0.5 * l2_pos + 0.5 * l2_neg)


def _summarized(g_loss, d_loss, scope=""):
    scalar_summary(f"{scope}d_loss", d_loss)
    scalar_summary(f"{scope}g_loss", g_loss)
    return g_loss, d_loss


def random_interpolates(x, y, alpha=None, dtype=tf.float32):
    """Draws points between pairs of samples: `x + alpha (y - x)`.

    Args:
        x, y: Tensors of the same shape.
        alpha: `(batch, 1)`, or None for uniform random numbers in [0, 1).
        dtype: Data type of the random numbers.

    Returns:
        Tensor of the shape of `x`.

    Example:
        >>> random_interpolates(tf.zeros((2, 4, 4, 3)), tf.ones((2, 4, 4, 3))).shape
        TensorShape([2, 4, 4, 3])
    """
    x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
    alpha = tf.random.uniform((tf.shape(x)[0], 1), dtype=dtype) if alpha is None else tf.convert_to_tensor(alpha)
    return x + tf.reshape(alpha, (-1, *(1 for _ in range(x.shape.rank - 1)))) * (y - x)


def gradients_penalty(x, y, mask=None, norm=1.0):
    """Computes the gradient penalty `mean((sqrt(sum(mask (dy/dx)^2)) - norm)^2)`, in a graph or a `tf.function`.

    Args:
        x: `(batch, height, width, channels)`.
        y: Tensor computed from `x`; its elements are added up.
        mask: Broadcasts against `x`, or None for ones.
        norm: Length that the gradient shall have.

    Returns:
        Scalar.

    Reference:
        Gulrajani et al., Improved Training of Wasserstein GANs, 2017 (https://arxiv.org/abs/1704.00028).

    Example:
        >>> penalty = tf.function(lambda x: gradients_penalty(x, tf.reduce_sum(2 * x)))
        >>> float(penalty(tf.ones((1, 1, 1, 1))))
        1.0
    """
    squares = tf.square(tf.compat.v1.gradients(y, x)[0])
    slopes = tf.sqrt(tf.reduce_sum(squares if mask is None else squares * mask, axis=(1, 2, 3)))
    return tf.reduce_mean(tf.square(slopes - norm))
