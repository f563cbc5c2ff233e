"""What counts as an answer to a hostile call: the right output, or an error that explains itself."""

import dis
import re
import traceback

import keras
import numpy as np
import tolerances
from contract.case import Fresh
from hostile import fuzzing

ERRORS = (ValueError, TypeError, NotImplementedError)
# Our messages say what came ("Received ...", or the numbers in the sentence) and what to do; Keras' one of these.
OURS = ("receiv", "use ", "pass ", "must", "needs", "choose", "give ")
KERAS = ("receiv", "expect", "must", "should", "unknown", "invalid", "could not interpret", "unrecognized", "cannot",
         "only input tensors", "argument")
# Where Keras looks at arguments before a layer's own code is reached.
KERAS_CHECKS = ("/keras/src/layers/", "/keras/src/utils/", "/keras/src/dtype_policies/", "/keras/src/initializers/",
                "/keras/src/activations/", "/keras/src/regularizers/", "/keras/src/constraints/", "/keras/src/saving/",
                "/keras/src/random/", "/keras/src/backend/common/")
# Where it looks at those of losses, and at the inputs and names of models.
MODEL_CHECKS = (*KERAS_CHECKS, "/keras/src/losses/", "/keras/src/models/", "/keras/src/ops/operation.py",
                "/keras/src/ops/operation_utils.py")
# Where Keras wraps an error of a constructor in one of its own: the wrapped one is judged.
WRAPS = ("/keras/src/ops/operation.py", "/keras/src/saving/serialization_lib.py")
# Python's own answers to arguments that are missing or unknown say all there is to say.
SIGNATURE = re.compile(r"__init__\(\) (missing \d+ required|got an unexpected keyword|got multiple values)")


def fault_of(case, attempt):
    """Runs one attempt and returns what is wrong with the answer, None where it is right or a clear error.

    Keras' filter of tracebacks must be off, or all errors seem to come from Keras.
    """
    try:
        layer = case.layer(**fuzzing.arguments_of(case, attempt))
        x = fuzzing.inputs_of(case, attempt)
        y = case.apply(layer, x)
    except Exception as error:  # any exception at all is what is judged
        return fault_of_error(error)
    try:
        return fault_of_output(case, attempt, layer, x, y)
    except Exception as error:  # what was accepted once has to be accepted again
        return f"accepted, then {type(error).__name__}: {str(error)[:300]}"


def fault_of_error(error, checks=KERAS_CHECKS):
    """What is wrong with an error: it has to be raised on purpose, by our code or by Keras' checks, and to explain.

    An operation that fails by itself (`len(None)`, `"a" < 1`, `float("a")`, a tensor operation) is a fault, whoever
    ran it.

    Args:
        error: The exception.
        checks: Parts of the paths of files of Keras that raise on purpose.
    """
    text = f"{type(error).__name__}: {str(error)[:300]}"
    frame, _ = list(traceback.walk_tb(error.__traceback__))[-1]
    place = frame.f_code.co_filename
    if error.__context__ is not None and any(part in place for part in WRAPS):
        return fault_of_error(error.__context__, checks)
    if isinstance(error, TypeError) and SIGNATURE.search(str(error)):
        return None
    if not isinstance(error, ERRORS):
        return text
    if not is_raised(error):
        return f"fails by itself in {place.rpartition('site-packages/')[2]}: {text}"
    if "/tfconvkit/" in place:
        return None if says(error, OURS) and len(str(error)) > 40 else f"says too little: {text}"
    if not any(part in place for part in checks):
        return f"from inside {place.rpartition('site-packages/')[2]}: {text}"
    return None if says(error, KERAS) else f"Keras says too little: {text}"


def is_raised(error):
    """Whether the last frame of an error stands at a `raise` statement."""
    last = error.__traceback__
    while last.tb_next is not None:
        last = last.tb_next
    return dis.opname[last.tb_frame.f_code.co_code[last.tb_lasti]] in ("RAISE_VARARGS", "RERAISE")


def says(error, words):
    """Whether the message has one of the words."""
    return any(word in str(error).lower() for word in words)


def fault_of_output(case, attempt, layer, x, y):
    """What is wrong with an output: its shape, numbers that are not finite, or the law of the attempt."""
    if attempt.form == "symbolic":
        return None
    arrays, specs = flat(y), keras.tree.map_structure(spec_of, x)
    expected = [tuple(e.shape) for e in keras.tree.flatten(layer.compute_output_spec(specs, **case.call))]
    if expected != [a.shape for a in arrays]:
        return f"shapes {[a.shape for a in arrays]}, computed {expected}"
    is_finite = all(np.isfinite(a.astype("float64")).all() for a in arrays)
    if not is_finite and not attempt.filling and attempt.dtype != "float16":
        return "finite inputs give numbers that are not finite"
    # With parts of its input missing a layer may draw them.
    if len(attempt.shapes) != len(case.shapes) or 0 in [shape[0] for shape in attempt.shapes]:
        return None
    return LAWS[attempt.law](case, attempt, layer, x, arrays)


def spec_of(x):
    return keras.KerasTensor(np.shape(x), keras.backend.standardize_dtype(x.dtype))


def flat(y):
    """The arrays of a structure."""
    return [keras.ops.convert_to_numpy(keras.ops.cast(each, "float32") if "float" in str(each.dtype) else each)
            for each in keras.tree.flatten(y)]


def is_close(a, b):
    """Whether arrays are equal up to rounding, as sums run in another order; NaN and infinities at the same places."""
    finite = a[np.isfinite(a)]
    largest = max(1.0, np.abs(finite).max()) if finite.size else 1.0
    return a.shape == b.shape and np.allclose(a, b, rtol=0, atol=tolerances.HOSTILE * largest, equal_nan=True)


def batch_law(case, attempt, layer, x, arrays):
    """A sample does not know of the others, not even of their NaN."""
    first = case.apply(layer, keras.tree.map_structure(lambda v: v[:1], x))
    if all(is_close(a[:1], b) for a, b in zip(arrays, flat(first), strict=True)):
        return None
    return "the first sample alone gives another answer"


def graph_law(case, attempt, layer, x, arrays):
    """TensorFlow's graph with unknown batch and grid gives the same numbers."""
    if keras.backend.backend() != "tensorflow" or attempt.filling:
        return None
    import tensorflow as tf

    x = keras.tree.map_structure(tf.convert_to_tensor, x)
    signature = keras.tree.map_structure(
        lambda v: tf.TensorSpec([*(None for _ in v.shape[:-1]), v.shape[-1]], v.dtype), x
    )
    traced = tf.function(lambda values: case.apply(layer, values), input_signature=[signature])(x)
    if all(is_close(a, b) for a, b in zip(arrays, flat(traced), strict=True)):
        return None
    return "the graph gives another answer"


def spelling_law(case, attempt, layer, x, arrays):
    """Lists for tuples and NumPy's integers for Python's mean the same."""
    is_drawn = attempt.arguments.get("seed", 0) is None
    if is_drawn or any(isinstance(value, Fresh) for value in case.arguments.values()):
        return None
    arguments = {k: fuzzing.respelt(v) for k, v in fuzzing.arguments_of(case, attempt).items()}
    other = case.layer(**arguments)
    case.apply(other, x)
    other.set_weights(layer.get_weights())
    if all(is_close(a, b) for a, b in zip(arrays, flat(case.apply(other, x)), strict=True)):
        return None
    return f"other answers for {arguments}"


LAWS = {"batch": batch_law, "graph": graph_law, "spelling": spelling_law}
