"""Which variables of a checkpoint a weight is made of, and how: one map per kind of model."""

from collections.abc import Callable
from typing import NamedTuple

_MAPS = {}


class Source(NamedTuple):
    """Where the value of a weight comes from.

    Args:
        names: Names of variables in the checkpoint.
        layout: Maps their arrays, in this order, to the value of the weight; None takes the one array as it is.
    """

    names: tuple
    layout: Callable | None = None

    def value(self, arrays):
        """Computes the value of the weight from the arrays of its variables."""
        return arrays[0] if self.layout is None else self.layout(*arrays)


def register(name):
    """Registers a map for a kind of model, as a decorator.

    The map is a function of a model. It returns a list of pairs `(weight, Source)`, one for every weight of the
    model, or None if the model is of another kind; so each map knows its own. For a kernel whose third axis was
    ordered `t * inputs + c` and is `c * order + t` today, as with GrouPy's, it returns, among others,

        (layer.kernel, Source((f"{layer.name}/w",), layout=lambda raw: reordered(raw, order)))

    Args:
        name: Name of the map, for `load(model, path, layout=name)`.

    Returns:
        The decorator.

    Raises:
        ValueError: if the name is taken.

    Example:
        >>> @register("plain")
        ... def plain(model):
        ...     return [(weight, Source((weight.path,))) for weight in model.weights]
    """
    if name in _MAPS:
        raise ValueError(f'Expected a name that is not taken: {", ".join(_MAPS)}. Received "{name}". Use another.')

    def add(function):
        _MAPS[name] = function
        return function

    return add


def leaves(model):
    """Yields the layers of a model, and of the models in it, that are no models themselves.

    Args:
        model: Keras model.

    Example:
        >>> [layer.name for layer in leaves(keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="fc")]))]
        ['fc']
    """
    for layer in model.layers:
        yield from leaves(layer) if hasattr(layer, "layers") else (layer,)


def sources(model, layout=None):
    """Returns the pairs `(weight, Source)` of a model, by the first map that knows it.

    Args:
        model: Keras model.
        layout: Name of a map, a function as in `register`, or None to try all that are registered.

    Raises:
        ValueError: if the name is unknown, no map knows the model, the map leaves weights out, or the model has no
            weights yet.
    """
    if not model.weights:
        raise ValueError(f'Model "{model.name}" has no weights. Expected a built model: call it on a sample first.')
    if isinstance(layout, str) and layout not in _MAPS:
        raise ValueError(f'Expected layout as one of {", ".join(_MAPS)}. Received "{layout}". Register it first.')
    known = [layout] if callable(layout) else [_MAPS[name] for name in ([layout] if layout else _MAPS)]
    for function in known:
        pairs = function(model)
        if pairs is not None:
            _check_cover(model, pairs)
            return pairs
    raise ValueError(
        f'No map of names knows the model "{model.name}" ({type(model).__name__}). Expected one for '
        f'{layout or ", ".join(_MAPS)}. Write one with checkpoint.register, or pass layout=function.'
    )


def _check_cover(model, pairs):
    covered = {id(weight) for weight, _ in pairs}
    left = [weight.path for weight in model.weights if id(weight) not in covered]
    if left:
        raise ValueError(
            f'Expected a source for every weight of model "{model.name}". Received none for {", ".join(left)}. Add '
            "them to the map."
        )
