"""Losses of the two players of a generative adversarial network."""

import keras
from keras import ops

from tfconvkit import backend
from tfconvkit.losses.checked import CheckedLoss
from tfconvkit.ops import arguments

# Per score: what a real one, and what a generated one costs the discriminator, and a generated one the generator.
_KINDS = {
    "hinge": (lambda s: ops.relu(1 - s), lambda s: ops.relu(1 + s), lambda s: -s),
    "log": (lambda s: ops.softplus(-s), lambda s: ops.softplus(s), lambda s: ops.softplus(-s)),
    "least_squares": (lambda s: ops.square(s - 1), ops.square, lambda s: ops.square(s - 1)),
    "wasserstein": (lambda s: -2 * s, lambda s: 2 * s, lambda s: -s),
}


class _AdversarialLoss(CheckedLoss):
    def __init__(self, kind="hinge", reduction="sum_over_batch_size", name=None, dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if not isinstance(kind, str) or kind not in _KINDS:
            expected = ", ".join(f'"{each}"' for each in _KINDS)
            raise ValueError(f"{type(self).__name__} expects kind as one of {expected}. Received kind={kind!r}.")
        self.kind = kind
        self._of_real, self._of_fake, self._of_generator = _KINDS[kind]

    def get_config(self):
        return {**super().get_config(), "kind": self.kind}


@keras.saving.register_keras_serializable(package="tfconvkit")
class DiscriminatorLoss(_AdversarialLoss):
    """Computes what a discriminator pays for its scores of real and of generated images.

    `(real(r) + fake(f)) / 2` with scores `r` of real and `f` of generated images: `max(1 - r, 0)` and `max(1 + f, 0)`
    for "hinge", `log(1 + e^-r)` and `log(1 + e^f)` for "log", `(r - 1)^2` and `f^2` for "least_squares", `-2 r` and
    `2 f` for "wasserstein" (together `f - r`).

    Args:
        kind: `"hinge"`, `"log"`, `"least_squares"` or `"wasserstein"`.
        reduction, name, dtype: As in `keras.losses.Loss`.

    Input shape:
        Scores of real images (`y_true`) and of generated ones (`y_pred`), both `(batch, ...)`, without activation.

    Output shape:
        `(batch,)` for `reduction=None`, else a scalar.

    Raises:
        ValueError: for an unknown kind.

    Example:
        >>> float(losses.DiscriminatorLoss()(np.full((2, 5), 0.5), np.full((2, 5), -3.0)))
        0.25
    """

    def check(self, y_true, y_pred):
        super().check(y_true, y_pred)
        if not arguments.are_alike(y_true.shape, y_pred.shape):
            raise ValueError(f"DiscriminatorLoss expects as many scores of real as of generated images. Received "
                             f"shapes {tuple(y_true.shape)} and {tuple(y_pred.shape)}.")

    def call(self, y_true, y_pred):
        return _mean_per_sample(self._of_real(y_true) + self._of_fake(y_pred)) / 2


@keras.saving.register_keras_serializable(package="tfconvkit")
class GeneratorLoss(_AdversarialLoss):
    """Computes what a generator pays for the discriminator's scores of its images.

    With scores `f` of generated images: `-f` for "hinge" and "wasserstein", `log(1 + e^-f)` for "log", `(f - 1)^2`
    for "least_squares".

    Args:
        kind: `"hinge"`, `"log"`, `"least_squares"` or `"wasserstein"`.
        reduction, name, dtype: As in `keras.losses.Loss`.

    Input shape:
        Scores of real images (`y_true`, which do not matter) and of generated ones (`y_pred`), both `(batch, ...)`.

    Output shape:
        `(batch,)` for `reduction=None`, else a scalar.

    Raises:
        ValueError: for an unknown kind.

    Example:
        >>> float(losses.GeneratorLoss()(np.full((2, 5), 0.5), np.full((2, 5), -3.0)))
        3.0
    """

    def check(self, y_true, y_pred):
        """Nothing has to fit: the scores of real images do not matter."""

    def call(self, y_true, y_pred):
        return _mean_per_sample(self._of_generator(y_pred))


def _mean_per_sample(values):
    axes = tuple(range(1, len(values.shape)))
    return backend.mean(values, axis=axes) if axes else values
