"""Hostile arguments and inputs for the layers of the contract table, drawn near a case that works."""

from typing import NamedTuple

import keras
import numpy as np
from hypothesis import strategies as st

VALUES = [0, -1, 1, 2, 3, 5, 40, 1.5, float("nan"), float("inf"), True, None, "", "nonsense", "same", "valid", "C4",
          "D4", "wrap", "regular", [], (), [2], [2, 2], (3, 3), [1, 2, 3], (0, 1), {}, {"class_name": "Dense"}, b"same",
          np.int64(3), np.float32(2.0), np.array([2, 2]), object]
DTYPES = ("int32", "uint8", "bool", "float16", "float64", "int64")
FILLINGS = (float("nan"), float("inf"), -1e30, 1e30)


class Attempt(NamedTuple):
    """One fuzzed call.

    Args:
        arguments: Constructor arguments in place of the case's.
        shapes: Shapes of the inputs, with batch.
        dtype: Dtype of the inputs.
        filling: Number that stands in the middle of them: 0 leaves them as drawn.
        form: How they are passed: "array", "list" (nested), "tensor" or "symbolic" with unknown sizes.
        law: Which law an accepted attempt is held to (`judging.LAWS`).
    """

    arguments: dict
    shapes: list
    dtype: str = "float32"
    filling: float = 0.0
    form: str = "array"
    law: str = "batch"


def attempts(case):
    """Draws attempts near one case of the contract table: one to three things are changed."""
    names = sorted(case.arguments)
    changed = st.dictionaries(st.sampled_from(names), st.sampled_from(VALUES), max_size=2) if names else st.just({})
    return st.builds(
        Attempt,
        arguments=st.one_of(st.just({}), changed),
        shapes=st.one_of(st.just(2), st.integers(0, 3)).flatmap(lambda batch: _shapes(case, batch)),
        dtype=st.one_of(st.just("float32"), st.sampled_from(DTYPES)),
        filling=st.one_of(st.just(0.0), st.sampled_from(FILLINGS)),
        form=st.sampled_from(["array", "array", "tensor", "list", "symbolic"]),
        # Every tenth is traced with unknown sizes, and every tenth built again with its arguments spelt otherwise.
        law=st.sampled_from(["batch"] * 8 + ["graph", "spelling"]),
    )


def _shapes(case, batch):
    whole = [(batch, *shape) for shape in case.shapes]
    return st.one_of(st.just(whole), st.tuples(*map(_shape, whole)).map(list), st.just(whole[:1]), st.just(whole * 2))


def _shape(shape):
    sizes = st.tuples(*(st.one_of(st.just(size), st.sampled_from([0, 1, 2, size + 1])) for size in shape))
    return st.one_of(st.just(shape), sizes, st.just(shape[:-1]), st.just((*shape, 1)), st.just(shape[:1]), st.just(()))


def arguments_of(case, attempt):
    """The constructor arguments of an attempt, layers among them made anew."""
    own = {name: value() if callable(value) and not isinstance(value, type) else value
           for name, value in case.arguments.items()}
    return {**own, **attempt.arguments}


def inputs_of(case, attempt):
    """The inputs of an attempt, one by itself where the case takes one."""
    rng = np.random.default_rng(0)
    if attempt.form == "symbolic":
        drawn = [keras.Input((*(None for _ in shape[1:-1]), *shape[-1:]), dtype=attempt.dtype)
                 for shape in attempt.shapes]
    else:
        drawn = [passed(filled(rng, shape, attempt), attempt.form) for shape in attempt.shapes]
    return drawn if isinstance(case.shape, list) or len(drawn) != 1 else drawn[0]


def filled(rng, shape, attempt):
    """An array of numbers between 0 and 1, or between 0 and 200 where they are integers."""
    x = rng.uniform(0.05, 0.95, size=shape)
    if x.size and attempt.filling and attempt.dtype.startswith("float"):
        x.flat[x.size // 2] = attempt.filling
    with np.errstate(over="ignore"):
        return (x * (200 if "int" in attempt.dtype else 1)).astype(attempt.dtype)


def passed(x, form):
    """An array in the form in which it is passed."""
    return {"list": x.tolist, "tensor": lambda: keras.ops.convert_to_tensor(x)}.get(form, lambda: x)()


def respelt(value):
    """The same argument in another spelling: a list for a tuple, NumPy's integer for Python's."""
    if isinstance(value, (list, tuple)) and all(isinstance(each, (int, list, tuple)) for each in value):
        return (list if isinstance(value, tuple) else tuple)(map(respelt, value))
    return np.int64(value) if type(value) is int else value
