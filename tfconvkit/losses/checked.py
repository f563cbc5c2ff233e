"""What every loss asks of its arguments, before Keras converts them and the backend computes."""

import keras

from tfconvkit.ops import arguments


class CheckedLoss(keras.losses.Loss):
    """Base class of the losses: says in one place what is wrong with an argument, in place of the backend's messages.

    A subclass writes `call(y_true, y_pred)` and may write `check(y_true, y_pred)`.

    Args:
        reduction, name, dtype: As in `keras.losses.Loss`.
    """

    def __init__(self, reduction="sum_over_batch_size", name=None, dtype=None):
        owner = type(self).__name__
        for argument, value in {"reduction": reduction, "name": name}.items():
            if value is not None and not isinstance(value, str):
                raise TypeError(f"{owner}: {argument} must be a string or None. Received {argument}={value!r}.")
        is_config = isinstance(dtype, dict) and "config" in dtype
        if dtype is not None and not is_config and not isinstance(dtype, (str, keras.dtype_policies.DTypePolicy)):
            raise TypeError(f"{owner}: dtype must be a name, a policy or None. Received dtype={dtype!r}.")
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def __call__(self, y_true, y_pred, sample_weight=None):
        owner = type(self).__name__
        y_true = arguments.tensor(owner, "y_true", y_true, least=1)
        y_pred = arguments.tensor(owner, "y_pred", y_pred, least=1)
        if sample_weight is not None:
            sample_weight = self._checked_weight(owner, sample_weight, y_pred)
        self.check(y_true, y_pred)
        return super().__call__(y_true, y_pred, sample_weight)

    def check(self, y_true, y_pred):
        """Raises unless the shapes fit each other."""
        check_batches(type(self).__name__, y_true, y_pred)

    @staticmethod
    def _checked_weight(owner, weight, y_pred):
        """The weights, one for all samples or one for each."""
        weight = arguments.tensor(owner, "sample_weight", weight)
        shape, count = tuple(weight.shape), y_pred.shape[0]
        if shape not in ((), (1,), (count,), (count, 1)) and None not in (*shape, count):
            raise ValueError(f"{owner} expects sample_weight as one number or one per sample, ({count},). Received "
                             f"shape {shape}. Weights of pixels belong into the mask.")
        return weight


def check_batches(owner, y_true, y_pred):
    """Raises unless two tensors have as many samples."""
    if not arguments.are_alike(y_true.shape[:1], y_pred.shape[:1]):
        raise ValueError(f"{owner} expects y_true and y_pred with as many samples. Received shapes "
                         f"{tuple(y_true.shape)} and {tuple(y_pred.shape)}.")
