"""Hostile tensors, drawn near an array that works: other shapes, kinds of numbers, fillings and forms."""

import keras
import numpy as np
from hostile import fuzzing


def array(*shape, dtype="float32"):
    """Numbers between 0.05 and 0.95, the same for the same shape."""
    return np.random.default_rng(0).uniform(0.05, 0.95, size=shape).astype(dtype)


def cast(x, dtype):
    """The array in another dtype: fractions become integers up to 190."""
    is_fraction = x.dtype.kind == "f" and "int" in dtype
    with np.errstate(invalid="ignore"):
        return (x * 200 if is_fraction else x).astype(dtype)


def with_one(x, number):
    """A floating-point copy in the middle of which stands a number."""
    y = np.array(x, x.dtype if x.dtype.kind == "f" else "float32")
    y.flat[y.size // 2 : y.size // 2 + 1] = number
    return y


SHAPES = (
    lambda x: x[:0], lambda x: x[:1], lambda x: x[..., :0], lambda x: x[..., :1], lambda x: x[:, :1],
    lambda x: x[None], lambda x: x[..., None], lambda x: x[0], lambda x: x[..., 0], lambda x: x.reshape(-1),
    lambda x: np.repeat(x, 2, axis=-1), lambda x: x.T, lambda x: x.flat[0], lambda x: x[::-1],
)
KINDS = (*(lambda x, dtype=dtype: cast(x, dtype) for dtype in fuzzing.DTYPES), lambda x: x.astype("complex64"),
         lambda x: x.astype(str), lambda x: x.astype(object))
FILLINGS = tuple(lambda x, number=number: with_one(x, number) for number in (*fuzzing.FILLINGS, 0.0))
FORMS = (lambda x: x.tolist(), keras.ops.convert_to_tensor, lambda x: [x.tolist(), 1], lambda x: 0 * x, lambda x: -x)


def drawn(rng, x):
    """Draws a hostile value for an argument that is an array: a changed array, or something else altogether."""
    if rng.random() < 0.15:
        return rng_choice(rng, fuzzing.VALUES)
    change = rng_choice(rng, rng_choice(rng, (SHAPES, SHAPES, KINDS, FILLINGS, FORMS)))
    try:
        return change(x)
    except (IndexError, TypeError, ValueError):  # an array without these axes, or of booleans
        return rng_choice(rng, fuzzing.VALUES)


def rng_choice(rng, values):
    """One of the values, of which NumPy would make an array."""
    return values[rng.integers(len(values))]
