"""A map for any model: by the names of its weights, or by names that are given."""

import numpy as np

from tfconvkit.compat.checkpoint.maps import Source, leaves
from tfconvkit.compat.tf1.tracking import LegacyLayer

_OLDER = {"kernel": "weights", "bias": "biases", "depthwise_kernel": "depthwise_weights"}


def by_name(names, given=None):
    """Returns a map that finds the variable of a weight by its path.

    The weight `net/conv1/kernel` takes the variable of that name, or the only one that ends in `net/conv1/kernel`, else
    in `conv1/kernel`; with contrib's `weights` and `biases` for `kernel` and `bias`. Weights of a `LegacyLayer` take
    their own names.

    Args:
        names: Names of the variables.
        given: Dictionary from paths of weights to names of variables, which go first; or, with a layout, to
            `{"name": ..., "transpose": axes}`.

    Returns:
        A function, for `load(model, path, layout=...)`.

    Raises:
        ValueError: in the call, if a given path is none of the model's, or a weight fits several variables.

    Example:
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="fc")], name="net")
        >>> find = by_name(["old/fc/weights", "old/fc/biases"])
        >>> [(weight.name, source.names) for weight, source in find(model)]
        [('kernel', ('old/fc/weights',)), ('bias', ('old/fc/biases',))]
    """
    given = dict(given or {})

    def layout(model):
        paths = {weight.path for weight in model.weights}
        unknown = sorted(set(given) - paths)
        if unknown:
            raise ValueError(
                f"Expected paths of weights in the map of names. Received {', '.join(unknown)}, which the model "
                f'"{model.name}" does not have. Its paths are {", ".join(sorted(paths))}.'
            )
        own = _legacy_names(model)
        return [
            (weight, _given(weight.path, given[weight.path]) if weight.path in given
             else Source((own.get(id(weight)) or _found(weight.path, names),)))
            for weight in model.weights
        ]  # fmt: skip

    return layout


def _legacy_names(model):
    found = [layer for layer in leaves(model) if isinstance(layer, LegacyLayer)]
    return {id(weight): name for layer in found for name, weight in layer.variables_by_name.items()}


def _given(path, value):
    if isinstance(value, str):
        return Source((value,))
    if isinstance(value, dict) and set(value) <= {"name", "transpose"} and isinstance(value.get("name"), str):
        axes = value.get("transpose")
        return Source((value["name"],), None if axes is None else lambda array: np.transpose(array, axes))
    raise ValueError(
        f'Expected a name, or {{"name": ..., "transpose": [axes]}}, for weight "{path}" in the map of names. Received '
        f"{value!r}. Correct this entry."
    )


def _found(path, names):
    """Returns the name that fits a path; the path itself where none does, which then is reported as missing."""
    parts = path.split("/")
    for start in range(max(len(parts) - 1, 1)):
        for last in (parts[-1], _OLDER.get(parts[-1], parts[-1])):
            ending = "/".join([*parts[start:-1], last])
            fits = [name for name in names if name == ending] or [n for n in names if n.endswith(f"/{ending}")]
            if len(fits) > 1:
                raise ValueError(
                    f'Expected one variable for weight "{path}". Received {", ".join(sorted(fits))}, which all end in '
                    f'"{ending}". Give its name in the map of names (--map).'
                )
            if fits:
                return fits[0]
    return path
