"""The reconstruction loss of inpainting."""

import keras
from keras import ops

from tfconvkit import backend
from tfconvkit.losses.checked import CheckedLoss
from tfconvkit.ops import arguments


@keras.saving.register_keras_serializable(package="tfconvkit")
class MaskedL1(CheckedLoss):
    """Computes the mean absolute error with weights that differ between the hole and the known part of an image.

    `sum_p w_p mean_c |x - y| / n` with `w = hole * m + known * (1 - m)`, the mask `m` (1 in the hole) and the number
    of pixels `n`; `normalize=True` divides by `sum_p w_p` instead, so that a small hole counts as much as a large one.
    A mask may have values between 0 and 1: with `known=0` and `masks.discount` of a hole times the hole, this is the
    spatially discounted loss of DeepFill v1.

    Args:
        hole: Weight of the pixels in the hole.
        known: Weight of the known pixels.
        normalize: Whether to divide by the sum of the weights.
        reduction, name, dtype: As in `keras.losses.Loss`.

    Input shape:
        `y_true` `(batch, height, width, channels + 1)`, image and mask side by side; `y_pred`
        `(batch, height, width, channels)`.

    Output shape:
        `(batch,)` for `reduction=None`, else a scalar.

    Raises:
        ValueError: if `y_true` has not one channel more than `y_pred`.

    Example:
        >>> image, mask = np.ones((1, 4, 4, 3)), np.eye(4)[None, ..., None]
        >>> float(losses.MaskedL1(known=0)(np.concatenate([image, mask], axis=-1), 0 * image))
        0.25
    """

    def __init__(self, hole=1.0, known=1.0, normalize=False, reduction="sum_over_batch_size", name=None, dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.hole = arguments.number("MaskedL1", "hole", hole, least=0)
        self.known = arguments.number("MaskedL1", "known", known, least=0)
        self.normalize = arguments.flag("MaskedL1", "normalize", normalize)

    def check(self, y_true, y_pred):
        super().check(y_true, y_pred)
        fits = len(y_true.shape) > 1 and arguments.are_alike(y_true.shape[:-1], y_pred.shape[:-1])
        if not fits or y_true.shape[-1] != y_pred.shape[-1] + 1:
            raise ValueError(
                f"MaskedL1 expects y_true with the mask as one channel behind the {y_pred.shape[-1]} of y_pred. "
                f"Received shapes {tuple(y_true.shape)} and {tuple(y_pred.shape)}. "
                "Join them: concatenate([image, mask], axis=-1)."
            )

    def call(self, y_true, y_pred):
        image, mask = y_true[..., :-1], y_true[..., -1]
        weights = self.known + (self.hole - self.known) * mask
        errors = weights * backend.mean(ops.abs(image - y_pred), axis=-1)
        axes = tuple(range(1, len(errors.shape)))
        if self.normalize:
            # A sample without weight has no error either.
            return ops.sum(errors, axis=axes) / backend.maximum(ops.sum(weights, axis=axes), keras.config.epsilon())
        return backend.mean(errors, axis=axes)

    def get_config(self):
        return {**super().get_config(), "hole": self.hole, "known": self.known, "normalize": self.normalize}
