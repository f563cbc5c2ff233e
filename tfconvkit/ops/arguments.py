"""What functions ask of tensors, before the backend computes: one check per idea, on static shapes alone.

Each takes the name of the function and of the argument for the message, and returns the argument as it is needed; those
of `checks` for other arguments stand beside them.
"""

import numpy as np
from keras import ops

from tfconvkit.checks import (
    are_alike,
    flag,
    instance,
    integer,
    integers,
    is_integer,
    is_number,
    is_positive_integer,
    listed,
    number,
    one_of,
    positive,
)

__all__ = [
    "FLOATS", "INTEGERS", "REAL", "SUMMANDS", "are_alike", "array", "axis_of", "dtype_name", "flag", "instance",
    "integer", "integers", "is_integer", "is_number", "is_positive_integer", "listed", "number", "numeric", "one_of",
    "positive", "size", "tensor",
]

REAL = ("float", "int", "bool")
FLOATS = ("float",)
NUMBERS = ("float", "int")
INTEGERS = ("int",)
# Numbers whose sums are no sooner out of range: 8 and 16 bits wrap around without a word.
SUMMANDS = ("float", "int32", "int64")
_WORDS = {REAL: "real numbers", NUMBERS: "floating-point numbers or integers", INTEGERS: "integers",
          FLOATS: "floating-point numbers", SUMMANDS: "floating-point numbers, int32 or int64"}


def tensor(owner, argument, x, axes=None, kinds=REAL, least=None):
    """Returns a tensor of numbers with so many axes, of which no axis but the first may be empty.

    Args:
        owner, argument: Names, for the message.
        x: Tensor, array, variable, number or nested list.
        axes: Number of axes, or several of them; None for any.
        kinds: `REAL`, `NUMBERS`, `FLOATS`, `INTEGERS` or `SUMMANDS`.
        least: Smallest number of axes; None for any.

    Raises:
        TypeError: for another kind of numbers.
        ValueError: for another number of axes, or an empty one.

    Example:
        >>> tensor("f", "x", [[1.0, 2.0]], axes=2).shape
        TensorShape([1, 2])
    """
    x = ops.convert_to_tensor(numeric(owner, argument, x, kinds))
    if getattr(x.shape, "rank", 0) is not None:
        _check_axes(owner, argument, tuple(x.shape), (axes,) if isinstance(axes, int) else axes, least)
    return x


def array(owner, argument, x, axes=None):
    """Returns a NumPy array of finite numbers in float64, with so many axes, none of them empty.

    Example:
        >>> array("f", "kernel", [[1, 2]], axes=2)
        array([[1., 2.]])
    """
    x = np.asarray(numeric(owner, argument, x), "float64")
    _check_axes(owner, argument, x.shape, None if axes is None else (axes,), None)
    if not x.size or not np.isfinite(x).all():
        raise ValueError(f"{owner} expects {argument} as one or more finite numbers. Received shape {x.shape} with "
                         f"{np.count_nonzero(~np.isfinite(x))} that are not finite. Check where they come from.")
    return x


def numeric(owner, argument, x, kinds=REAL):
    """Returns what was given, once it is an array, tensor, number or nested list of numbers of these kinds."""
    dtype = dtype_name(x)
    if not any(kind in dtype for kind in kinds):
        raise TypeError(f"{owner} expects {argument} as a tensor or array of {_WORDS[kinds]}. Received "
                        f"{_described(x)}. Convert it with numpy.asarray and astype.")
    return x


def dtype_name(x):
    """Returns the name of the dtype of a tensor, array or nested list, "object" where it is none."""
    if hasattr(x, "dtype"):
        return str(getattr(x.dtype, "name", x.dtype))
    if isinstance(x, (list, tuple)) and any(map(ops.is_tensor, x)):
        # Inside a graph they are no arrays: their kind shows when they are converted.
        return "float"
    try:
        return np.asarray(x).dtype.name
    except (ValueError, TypeError):
        return "object"


def _described(x):
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        return f"dtype {dtype_name(x)}, shape {tuple(x.shape)}"
    return f"{type(x).__name__}: {str(x)[:60]}"


def _check_axes(owner, argument, shape, axes, least):
    if axes is not None and len(shape) not in axes or least is not None and len(shape) < least:
        expected = f"{least} or more" if axes is None else " or ".join(map(str, axes))
        raise ValueError(f"{owner} expects {argument} with {expected} axes. Received shape {shape}. Reshape it, or add "
                         f"an axis: x[None].")
    if 0 in shape[1:]:
        raise ValueError(f"{owner} expects {argument} of one cell or more on each axis. Received shape {shape}, which "
                         f"must not be empty behind the first axis. Check what was sliced before.")


def size(owner, argument, value, least=1):
    """Returns an integer, or a scalar tensor for a size that is known at run time only."""
    if ops.is_tensor(value) and "int" in ops.dtype(value) and not len(value.shape):
        return value
    return integer(owner, argument, value, least)


def axis_of(owner, x, axis):
    """Returns an axis of a tensor, counted from the front; from negative numbers too."""
    rank = len(x.shape)
    if not is_integer(axis) or not -rank <= axis < rank:
        raise ValueError(f"{owner}: axis must be an integer from {-rank} to {rank - 1} for a tensor of {rank} axes. "
                         f"Received axis={axis!r}.")
    return int(axis) % rank
