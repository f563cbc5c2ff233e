"""Compares two models on a random sample."""

import keras
import numpy as np

# Largest error relative to the largest output, by the coarsest dtype of the model. Measured over networks of four group
# convolutions with folded norms: float64 7.7e-16, float32 5.7e-7, float16 1.1e-3, bfloat16 9.0e-3.
TOLERANCES = {"float64": 1e-12, "float32": 1e-5, "float16": 1e-2, "bfloat16": 8e-2}
# Sizes that stand for those the model leaves open, by the number of axes of the input without the batch.
_OPEN_SIZES = {1: 16, 2: 64, 3: 32, 4: 16}


def check_equal(model, other, seed=0, slack=1):
    """Raises where two models give different outputs for one random sample.

    Args:
        model: The model that is right.
        other: A model with the same inputs, whose open sizes may be filled.
        seed: Seed of the sample.
        slack: Factor on the tolerance, for models whose numbers are rounded in another order.

    Raises:
        RuntimeError: with the error and the sizes it was found at.
        ValueError: if the model does not take the sizes that were chosen for the ones it leaves open.
    """
    samples = [sample(spec, np.random.default_rng(seed)) for spec in other.inputs]
    expected, received = (outputs(each, samples) for each in (model, other))
    error = max(map(relative_error, received, expected))
    tolerance = slack * tolerance_of(model)
    if not error <= tolerance:
        raise RuntimeError(
            f'"{model.name}" and its rebuilt form differ by {error:.2e} of the largest output, expected at most '
            f"{tolerance:.0e}, on inputs of shape {', '.join(str(tuple(sample.shape)) for sample in samples)}. Please "
            "report this with the model's summary; a custom layer whose call does more than its class says may be the "
            "cause."
        )


def relative_error(received, expected):
    """Computes `max |received - expected| / max |expected|`: 0 for equal arrays, infinite for other shapes or NaN."""
    if received.shape != expected.shape:
        return float("inf")
    if np.array_equal(received, expected, equal_nan=True):
        return 0.0
    with np.errstate(all="ignore"):
        error = np.abs(received - expected).max() / np.abs(expected).max()
    return float("inf") if np.isnan(error) else float(error)


def sample(spec, rng):
    """Draws two samples of an input: normal noise, or 0 and 1 for integers."""
    shape = (2, *(size or _OPEN_SIZES.get(len(spec.shape) - 1, 8) for size in spec.shape[1:]))
    is_float = keras.backend.is_float_dtype(spec.dtype)
    return keras.ops.convert_to_tensor(rng.normal(size=shape) if is_float else rng.integers(0, 2, shape), spec.dtype)


def outputs(model, samples):
    """Lists the outputs of a model at inference as float64 arrays, for the list of its inputs."""
    # Shapes first: TensorFlow ends the process where a pooling window is larger than its input.
    _check_sizes(model, samples)
    outputs = keras.tree.flatten(model(_arranged(model, samples), training=False))
    return [keras.ops.convert_to_numpy(keras.ops.cast(output, "float64")) for output in outputs]


def check_print(print_fn):
    """Raises unless lines can be printed by a function, or not at all."""
    is_silent = print_fn is None or print_fn is False
    if not is_silent and (not callable(print_fn) or isinstance(print_fn, type)):
        raise TypeError(f"print_fn must be a function of one line, or None for silence. Received {print_fn!r}.")


def _check_sizes(model, samples):
    if len(samples) != len(model.inputs):
        raise ValueError(f'"{model.name}" expects {len(model.inputs)} inputs. Received {len(samples)}. Give a list of '
                         f"arrays, one per input.")
    specs = [keras.KerasTensor(x.shape, dtype=old.dtype) for x, old in zip(samples, model.inputs, strict=True)]
    try:
        made = keras.tree.flatten(model.compute_output_spec(_arranged(model, specs)))
    except (ValueError, TypeError, IndexError) as error:  # Keras has each of them for inputs of another rank
        raise ValueError(_does_not_take(model, specs, error)) from error
    if any(0 in spec.shape for spec in made):
        raise ValueError(_does_not_take(model, specs, "an output is empty."))


def _does_not_take(model, specs, reason):
    shapes = ", ".join(str(tuple(spec.shape[1:])) for spec in specs)
    return (
        f'"{model.name}" could not be checked on inputs of shape {shapes}: {reason} '
        "Give input_shape with sizes that the model takes."
    )


def _arranged(model, values):
    """Puts a list of values in the structure that the model is called with."""
    return values[0] if isinstance(model, keras.Sequential) else keras.tree.pack_sequence_as(model.input, values)


def tolerance_of(model):
    """Returns the tolerance of the coarsest dtype in a model."""
    dtypes = {layer.compute_dtype for layer in model._flatten_layers()} | {spec.dtype for spec in model.inputs}
    return max(TOLERANCES.get(dtype, 0.0) for dtype in dtypes)
