"""The body of `tfconvkit audit MODEL.keras`."""

import json

import keras

from tfconvkit import layers  # noqa: F401  (registers the classes that a saved model may name)
from tfconvkit.audit import report
from tfconvkit.audit.counting import count
from tfconvkit.audit.equivariance import equivariance as measure
from tfconvkit.audit.equivariance import mismatches
from tfconvkit.audit.graph import Graph
from tfconvkit.audit.sizes import safe_sizes

# Where a model leaves its grid open, the smallest safe size from here on is measured.
_SMALLEST = 16


def run(path, *, as_json=False, equivariance=None, strict=False, input_shape=None):
    """Audits a saved model and prints the result.

    The file is loaded in Keras' safe mode: a model with code in it (a Lambda layer) is refused, not run.

    Args:
        path: A `.keras` file.
        as_json: Whether to print one JSON object instead of tables.
        equivariance: Name of a group, to measure the equivariance error too; and, where the model leaves its grid
            open, to list the safe input sizes.
        strict: Whether a failure gives exit status 1: an error above its tolerance, fields that mismatch, or an
            output of the model that could not be judged for every element. A flattened grid inside the model is no
            failure, since the layers after it are judged.
        input_shape: Shape of the input without the batch, where the model leaves sizes open.

    Returns:
        The exit status, 0 or 1.

    Raises:
        ValueError: if the file cannot be loaded, or the group or the input shape does not fit.

    Example:
        >>> keras.Sequential([keras.Input((8, 8, 3)), layers.LiftConv2D(2, 3, group="C4")]).save("model.keras")
        >>> run("model.keras", equivariance="C4", strict=True)
        Parameters of ...
        Output: ... Verdict: equivariant.
        ...
        0
    """
    model = _load(path)
    found = mismatches(Graph(model, input_shape))
    results = {"count": count(model, input_shape)}
    if equivariance is not None:
        results.update(_symmetry(model, equivariance, input_shape))
    print(_as_json(results, found) if as_json else _as_text(results, found))
    is_fine = not found and ("equivariance" not in results or results["equivariance"].ok)
    return 0 if is_fine or not strict else 1


def _load(path):
    try:
        return keras.saving.load_model(path, compile=False)
    # A damaged file raises whatever the first damaged part meets: zip, HDF5, JSON and Keras errors share no base.
    except Exception as error:
        text = " ".join(str(error).split())
        raise ValueError(f"Cannot load {path!r} as a Keras model: {type(error).__name__}: {text[:300]}") from error


def _symmetry(model, group, input_shape):
    """Measures at the given shape, else at the model's own, else at the smallest safe size."""
    graph = Graph(model, input_shape)
    if not any(None in spec.shape[1:] for spec in graph.inputs):
        return {"equivariance": measure(model, group, input_shape)}
    sizes = safe_sizes(model, group)
    size = next((size for size in sizes.sizes if size >= _SMALLEST), _SMALLEST)
    shapes = [tuple(size if entry is None else entry for entry in spec.shape[1:]) for spec in graph.inputs]
    return {"equivariance": measure(model, group, shapes), "safe_sizes": sizes}


def _as_json(results, found):
    parts = {name: report.as_dict(result) for name, result in results.items()}
    return json.dumps({"mismatches": found, **parts}, indent=2, allow_nan=False)


def _as_text(results, found):
    parts = [report.table(result) for result in results.values()]
    if "equivariance" not in results:
        parts += [f"Mismatch: {text}." for text in found]
    return "\n\n".join(parts)
