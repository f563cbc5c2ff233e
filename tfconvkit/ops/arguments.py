"""What functions ask of their arguments, before the backend computes: one check per idea, on static shapes alone.

Each takes the name of the function and of the argument for the message, and returns the argument as it is needed.
"""

import math
import numbers

import numpy as np
from keras import ops

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


def is_integer(value):
    """Says whether a value is an integer; booleans are none."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def is_positive_integer(value):
    """Says whether a value is an integer of at least 1; booleans are none."""
    return is_integer(value) and value > 0


def is_number(value):
    """Says whether a value is a finite real number; booleans are none."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def integer(owner, argument, value, least=None):
    """Returns an integer, from `least` on if that is given.

    Example:
        >>> integer("f", "rate", np.int64(2), least=1)
        2
    """
    if not is_integer(value) or least is not None and value < least:
        bound = "" if least is None else f" of at least {least}"
        raise ValueError(f"{owner}: {argument} must be an integer{bound}. Received {argument}={value!r}.")
    return int(value)


def size(owner, argument, value, least=1):
    """Returns an integer, or a scalar tensor for a size that is known at run time only."""
    if ops.is_tensor(value) and "int" in ops.dtype(value) and not len(value.shape):
        return value
    return integer(owner, argument, value, least)


def integers(owner, argument, value, rank=None, least=None):
    """Returns a tuple of integers, from `rank` of them or from one for all axes; of any length for None.

    Example:
        >>> integers("f", "strides", 2, rank=2, least=1)
        (2, 2)
    """
    values = (value,) * rank if is_integer(value) and rank is not None else listed(value)
    is_long = len(values) == rank if rank is not None else len(values) > 0
    if not is_long or not all(is_integer(each) and (least is None or each >= least) for each in values):
        kind = "integers" if least is None else "positive integers" if least == 1 else f"integers from {least} on"
        number = "one or more" if rank is None else f"one or {rank}"
        raise ValueError(f"{owner}: {argument} must be {number} {kind}, one per axis. Received {argument}={value!r}.")
    return tuple(int(each) for each in values)


def listed(value):
    """Returns the tuple of a list, tuple, shape or array of one axis; else the empty one."""
    is_list = isinstance(value, (list, tuple)) or type(value).__name__ in ("TensorShape", "Size")
    return tuple(value) if is_list or isinstance(value, np.ndarray) and value.ndim == 1 else ()


def number(owner, argument, value, least=-math.inf, most=math.inf):
    """Returns a finite number as a float, between two bounds.

    Example:
        >>> number("f", "damping", 1, least=0)
        1.0
    """
    if not is_number(value) or not least <= value <= most:
        bounds = f" from {least:g} to {most:g}" if math.isfinite(least) or math.isfinite(most) else ""
        raise ValueError(f"{owner}: {argument} must be a finite number{bounds}. Received {argument}={value!r}.")
    return float(value)


def positive(owner, argument, value):
    """Returns a finite number above 0 as a float."""
    if not is_number(value) or value <= 0:
        raise ValueError(f"{owner}: {argument} must be a finite number above 0. Received {argument}={value!r}.")
    return float(value)


def one_of(owner, argument, value, known):
    """Returns a name that is one of the known ones."""
    if not isinstance(value, str) or value not in known:
        expected = " or ".join(f'"{name}"' for name in known)
        raise ValueError(f"{owner}: {argument} must be {expected}. Received {argument}={value!r}.")
    return value


def flag(owner, argument, value):
    """Returns True or False, from 0, 1 and None too; words and arrays are no answers."""
    if value is not None and not isinstance(value, (bool, np.bool_, numbers.Integral)):
        raise ValueError(f"{owner}: {argument} must be True or False. Received {argument}={value!r}.")
    return bool(value)


def axis_of(owner, x, axis):
    """Returns an axis of a tensor, counted from the front; from negative numbers too."""
    rank = len(x.shape)
    if not is_integer(axis) or not -rank <= axis < rank:
        raise ValueError(f"{owner}: axis must be an integer from {-rank} to {rank - 1} for a tensor of {rank} axes. "
                         f"Received axis={axis!r}.")
    return int(axis) % rank


def instance(owner, argument, value, kind, remedy):
    """Returns a value of a class, or says how to get one."""
    if not isinstance(value, kind):
        raise TypeError(f"{owner} expects {argument} as a {kind.__name__}. Received {type(value).__name__}: "
                        f"{str(value)[:60]}. {remedy}")
    return value
