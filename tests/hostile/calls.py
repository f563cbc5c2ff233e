"""Hostile calls of everything that is not a layer: arguments of a call that works are replaced, one or two at once."""

from typing import NamedTuple

import keras
import numpy as np
import tolerances
from contract.case import Fresh
from hostile import fuzzing, judging, tensors

from tfconvkit.ops import arguments


class Call(NamedTuple):
    """A call that works.

    Args:
        name: The public name that is called, such as "ops.patches.unfold".
        function: What is called, of the arguments by name.
        arguments: Arguments by name; what is made anew for each call as `Fresh`.
        law: Maps the result and the arguments to whether the result is right; None for no law of its own.
        is_finite: Whether finite arguments give finite numbers.
        is_smooth: Whether other dtypes and other spellings of the arguments give nearly the same numbers.
    """

    name: str
    function: object
    arguments: dict
    law: object = None
    is_finite: bool = True
    is_smooth: bool = True


def drawn(rng, call):
    """Draws the arguments that are replaced, one or, every third time, two."""
    names = list(call.arguments)
    count = min(len(names), 1 + (rng.random() < 0.33))
    chosen = [str(name) for name in rng.choice(names, size=count, replace=False)]
    return {name: _hostile(rng, call.arguments[name]) for name in chosen}


def _hostile(rng, value):
    if isinstance(value, np.ndarray) and value.ndim:
        return tensors.drawn(rng, value)
    if isinstance(value, list) and value and isinstance(value[0], np.ndarray) and rng.random() < 0.7:
        return [tensors.drawn(rng, value[0]), *value[1:]]
    return tensors.rng_choice(rng, fuzzing.VALUES)


def fault_of(call, changed, law=None):
    """Makes one hostile call and returns what is wrong with the answer, None where it is right or a clear error.

    Args:
        call: A `Call`.
        changed: What stands in the place of some of its arguments.
        law: `"double"` or `"spelling"`, a second call that an accepted one is compared with; or None.
    """
    arguments = {name: value() if isinstance(value, Fresh) else value for name, value in call.arguments.items()}
    arguments.update(changed)
    try:
        result = call.function(**arguments)
    except Exception as error:  # any exception at all is what is judged
        return judging.fault_of_error(error, judging.MODEL_CHECKS)
    try:
        return _fault_of_result(call, arguments, result, law)
    except Exception as error:  # what was accepted once has to be accepted again
        return f"accepted, then {type(error).__name__}: {str(error)[:300]}"


def _fault_of_result(call, arguments, result, law):
    are_known = all(map(_is_finite, arguments.values()))
    numbers = _numbers(result)
    if call.is_finite and are_known and not all(map(_is_finite, numbers)):
        return "finite arguments give numbers that are not finite"
    if call.law is not None and are_known and not call.law(result, **arguments):
        return f"a wrong result: {[x.shape for x in numbers] or result}"
    is_other = law and call.is_smooth and are_known and not any(isinstance(v, Fresh) for v in call.arguments.values())
    if not is_other:
        return None
    change = {"double": _doubled, "spelling": fuzzing.respelt}[law]
    others = _numbers(call.function(**{name: change(value) for name, value in arguments.items()}))
    tolerance = 1e3 * tolerances.HOSTILE if _is_half(arguments) else tolerances.HOSTILE
    if len(numbers) == len(others) and all(map(lambda a, b: is_close(a, b, tolerance), numbers, others)):
        return None
    return f"other numbers in {law}: {[x.ravel()[:3] for x in numbers]}, not {[x.ravel()[:3] for x in others]}"


def is_close(a, b, tolerance=tolerances.HOSTILE):
    """Whether arrays are equal up to rounding."""
    largest = max(1.0, np.abs(b).max(initial=0.0))
    return np.shape(a) == np.shape(b) and bool(np.abs(np.asarray(a) - b).max(initial=0.0) <= tolerance * largest)


def _numbers(result):
    """The arrays in a result: tensors, arrays and numbers, in any structure."""
    if isinstance(result, (int, float, np.generic, np.ndarray)) or keras.ops.is_tensor(result):
        x = np.asarray(keras.ops.convert_to_numpy(result) if keras.ops.is_tensor(result) else result)
        return [x.astype("complex128" if x.dtype.kind == "c" else "float64")] if x.dtype.kind in "iufcb" else []
    if isinstance(result, (list, tuple)):
        return [x for each in result for x in _numbers(each)]
    return []


def _is_finite(value):
    """Whether there is nothing in a value, as far as it is numbers, that is not finite or near the end of float32."""
    return all(np.isfinite(x).all() and np.abs(x).max(initial=0.0) < 1e20 for x in _numbers(value))


def _doubled(value):
    """The same numbers in float64, where there are arrays or tensors of them; int64 is what tables are made of."""
    if str(getattr(value, "dtype", "")) in ("int64", "complex64", "<dtype: 'int64'>"):
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind in "iufb":
        return value.astype("float64")
    if keras.ops.is_tensor(value):
        return keras.ops.cast(value, "float64")
    is_numbers = isinstance(value, list) and value and arguments.dtype_name(value).startswith("float")
    return np.asarray(value, "float64") if is_numbers else value


def _is_half(arguments):
    return any("float16" in str(getattr(value, "dtype", "")) for value in arguments.values())


def faults(table, number, seed=0):
    """Makes hostile calls of all calls of a table in turn; returns what got no answer, and how many were made.

    Args:
        table: List of `Call`.
        number: How many hostile calls, at least.
        seed: Of what is drawn.
    """
    rng, found, each = np.random.default_rng(seed), [], -(-number // len(table))
    for call in table:
        for place in range(each):
            changed, law = drawn(rng, call), (None, "double", "spelling")[place % 3]
            fault = fault_of(call, changed, law)
            found += [(call.name, changed, fault)] if fault else []
    return found, each * len(table)
