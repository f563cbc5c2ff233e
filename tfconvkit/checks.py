"""What arguments that are no tensors have to be: one check per idea, without a backend.

Each takes the name of the function or layer and of the argument for the message, and returns the argument as it is
needed.
"""

import math
import numbers

import numpy as np


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
        raise ValueError(f"{owner}: {argument} must be {_kind(least)}. Received {argument}={value!r}.")
    return int(value)


def _kind(least):
    return "an integer" if least is None else "a positive integer" if least == 1 else f"an integer from {least} on"


def integers(owner, argument, value, rank=None, least=None):
    """Returns a tuple of integers, from `rank` of them or from one for all axes; of any length for None.

    Example:
        >>> integers("f", "strides", 2, rank=2, least=1)
        (2, 2)
    """
    values = (value,) * rank if is_integer(value) and rank is not None else listed(value)
    is_long = len(values) == rank if rank is not None else len(values) > 0
    if not is_long or not all(is_integer(each) and (least is None or each >= least) for each in values):
        number = "one or more" if rank is None else rank
        expected = f"{_kind(least)} or a tuple of {number} of them"
        raise ValueError(f"{owner}: {argument} must be {expected}. Received {argument}={value!r}.")
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


def instance(owner, argument, value, kind, remedy):
    """Returns a value of a class, or says how to get one."""
    if not isinstance(value, kind):
        raise TypeError(f"{owner} expects {argument} as a {kind.__name__}. Received {type(value).__name__}: "
                        f"{str(value)[:60]}. {remedy}")
    return value


def no_class(owner, argument, value):
    """Returns a name or a function; a class is neither, though it can be called."""
    if isinstance(value, type):
        raise TypeError(f"{owner}: {argument} must be a name, a function or None. Received {argument}={value!r}. Make "
                        f"an instance of the class.")
    return value


def are_alike(one, other):
    """Says whether two shapes have as many axes, and equal sizes where both are known.

    Example:
        >>> are_alike((None, 4), (2, 4)), are_alike((2, 4), (2, 5))
        (True, False)
    """
    # Unknown dimensions of TensorFlow 1 compare as None, which is false, in either way.
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and not any(None not in pair and pair[0] != pair[1] for pair in pairs)
