"""The losses of KernelGAN as callable classes with their old arguments."""

import numpy as np
import tensorflow as tf

from tfconvkit import losses
from tfconvkit.compat.kernelgan.kernels import create_penalty_mask
from tfconvkit.ops.resize import taps

# Cells between the border of the 8x8 bicubic kernel and its middle.
_PAD = 3


class SumOfWeightsLoss:
    """Computes `|1 - sum k|`.

    Example:
        >>> float(SumOfWeightsLoss()(tf.fill((5, 5), 0.1)))
        1.5
    """

    def __call__(self, kernel):
        return losses.sum_to_one(kernel)


class SparsityLoss:
    """Computes `mean |k|^0.2`.

    Example:
        >>> float(SparsityLoss()(tf.ones((5, 5))))
        1.0
    """

    def __call__(self, kernel):
        return losses.sparse(kernel)


class BoundariesLoss:
    """Computes `mean |k * mask|` with the mask of `create_penalty_mask(k_size, 30)`.

    Args:
        k_size: Number of rows and columns of the kernel.

    Example:
        >>> float(BoundariesLoss(7)(tf.ones((7, 7))))
        0.0
    """

    def __init__(self, k_size):
        self.mask = create_penalty_mask(k_size, 30)

    def __call__(self, kernel):
        kernel = tf.convert_to_tensor(kernel)
        return tf.reduce_mean(tf.abs(kernel * tf.constant(self.mask, kernel.dtype)))


class CentralizedLoss:
    """Computes the mean over both axes of `(c - K // 2 - (int(1 / scale_factor) - K % 2) / 2)^2`.

    `c` is the centre of mass; for even `K` the place is half a cell off, see `kernel_shift`.

    Args:
        k_size: Number of rows and columns of the kernel.
        scale_factor: New size over the old one.

    Example:
        >>> float(CentralizedLoss(5)(tf.eye(5)))
        0.25
    """

    def __init__(self, k_size, scale_factor=0.5):
        self.places = np.arange(k_size, dtype="float64")
        self.centre = k_size // 2 + 0.5 * (int(1 / scale_factor) - k_size % 2)

    def __call__(self, kernel):
        kernel = tf.convert_to_tensor(kernel)
        places = tf.constant(self.places, kernel.dtype)
        totals = [tf.reduce_sum(tf.reduce_sum(kernel, axis=1 - axis) * places) for axis in (0, 1)]
        return tf.reduce_mean((tf.stack(totals) / tf.reduce_sum(kernel) - self.centre) ** 2)


class DownScaleLoss:
    """Computes the mean squared error against a bicubic down-scaling in which every colour is the sum of all three.

    That sum is a mistake of the original (its issues 28 and 47), and so are the zeros beyond the borders.
    `losses.BicubicDownscale` scales each colour by itself.

    Args:
        scale_factor: 0.5.

    Input shape:
        `(batch, height, width, 3)` and the smaller `(batch, new_height, new_width, 3)`; channels last, where the
        original had them first.

    Raises:
        NotImplementedError: for another scale, which the original did not train at.
        ValueError: if the channels are not last.

    Example:
        >>> float(DownScaleLoss(0.5)(tf.ones((1, 64, 64, 3)), tf.zeros((1, 26, 26, 3))))
        9.0
    """

    def __init__(self, scale_factor):
        if scale_factor != 0.5:
            raise NotImplementedError(
                f"DownScaleLoss expects scale_factor=0.5. Received {scale_factor}. "
                "Use tfconvkit.losses.BicubicDownscale(scale)."
            )
        _, weights = taps(64, 32, 0.5)
        weights = weights[16][weights[16] != 0]
        self.kernel = np.outer(weights, weights)

    def __call__(self, g_input, g_output):
        small, output = self.downscaled(g_input), tf.convert_to_tensor(g_output)
        top, left = ((small.shape[axis] - output.shape[axis]) // 2 for axis in (1, 2))
        small = small[:, top : top + output.shape[1], left : left + output.shape[2]]
        return tf.reduce_mean((output - small) ** 2)

    def downscaled(self, images):
        """Returns the down-scaled images, `(batch, height / 2, width / 2, 3)`, all three colours equal.

        Args:
            images: As the first input.
        """
        images = tf.convert_to_tensor(images)
        if images.shape.rank != 4 or images.shape[-1] != 3:
            raise ValueError(
                "DownScaleLoss expects images (batch, height, width, 3). Received shape "
                f"{tuple(images.shape)}. From (batch, 3, height, width): tf.transpose(images, (0, 2, 3, 1))."
            )
        planes = tf.pad(tf.reduce_sum(images, axis=-1, keepdims=True), [(0, 0), (_PAD, _PAD), (_PAD, _PAD), (0, 0)])
        small = tf.nn.conv2d(planes, tf.constant(self.kernel[..., None, None], images.dtype), 2, "VALID")
        return tf.repeat(small, 3, axis=-1)
