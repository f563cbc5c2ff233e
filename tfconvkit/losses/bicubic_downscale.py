"""The loss that holds a learned down-scaling near the bicubic one."""

import keras
from keras import ops

from tfconvkit import backend
from tfconvkit.losses.checked import CheckedLoss
from tfconvkit.ops import arguments
from tfconvkit.ops.resize import imresize


@keras.saving.register_keras_serializable(package="tfconvkit")
class BicubicDownscale(CheckedLoss):
    """Computes the mean squared error against the bicubic down-scaling of the image, each colour by itself.

    `mean_{i, j, c} (crop(imresize(x, 1 / S))[i, j, c] - y[i, j, c])^2`: of what is larger than `y`, `floor(d / 2)`
    rows are cropped at the top and the rest `d` at the bottom, and columns alike. It guides the first steps of blind
    kernel estimation, whose kernel could otherwise wander off the image.

    Args:
        scale: `S`, how many times smaller the image becomes.
        reduction, name, dtype: As in `keras.losses.Loss`.

    Input shape:
        `y_true`, the image, `(batch, height, width, channels)`; `y_pred`, the small image, `(batch, new_height,
        new_width, channels)`, at most `ceil(height / S)` and `ceil(width / S)` large.

    Output shape:
        `(batch,)` for `reduction=None`, else a scalar.

    Raises:
        ValueError: if `y_pred` is larger than the down-scaled image or has other channels.

    Reference:
        Bell-Kligler et al., Blind Super-Resolution Kernel Estimation using an Internal-GAN, 2019
        (https://arxiv.org/abs/1909.06581).

    Example:
        >>> float(losses.BicubicDownscale()(np.ones((1, 64, 64, 3)), np.full((1, 26, 26, 3), 0.5)))
        0.25
    """

    def __init__(self, scale=2, reduction="sum_over_batch_size", name=None, dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.scale = arguments.positive("BicubicDownscale", "scale", scale)

    def check(self, y_true, y_pred):
        super().check(y_true, y_pred)
        if len(y_true.shape) != 4 or len(y_pred.shape) != 4:
            raise ValueError(f"BicubicDownscale expects images (batch, height, width, channels). Received shapes "
                             f"{tuple(y_true.shape)} and {tuple(y_pred.shape)}.")

    def call(self, y_true, y_pred):
        small = imresize(y_true, scale=1 / self.scale)
        excess = [have - want for have, want in zip(small.shape[1:3], y_pred.shape[1:3], strict=True)]
        if min(excess) < 0 or small.shape[-1] != y_pred.shape[-1]:
            raise ValueError(
                f"BicubicDownscale expects y_pred (batch, height, width, channels), at most {tuple(small.shape[1:])}, "
                f"y_true of {tuple(y_true.shape[1:])} over the scale {self.scale}. Received {tuple(y_pred.shape)}."
            )
        top, left = (each // 2 for each in excess)
        small = small[:, top : top + y_pred.shape[1], left : left + y_pred.shape[2]]
        return backend.mean(ops.square(small - y_pred), axis=(1, 2, 3))

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}
