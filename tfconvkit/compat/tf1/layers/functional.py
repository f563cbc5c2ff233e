"""The functional forms of `tf.layers`, made from the classes."""

import inspect

from tfconvkit.compat.tf1.layers.base import snake_case
from tfconvkit.compat.tf1.variables import Making


def functional(layer, call_arguments=()):
    """Returns the functional form of a layer's class: `f(inputs, *arguments, name=None, reuse=None)`.

    Args:
        layer: Subclass of `Layer`.
        call_arguments: Names of the arguments for the call, in which the form differs from the class.

    Example:
        >>> from tfconvkit.compat.tf1.layers import Dropout
        >>> functional(Dropout, ("training",)).__name__
        'dropout'
    """

    def function(inputs, *args, reuse=None, **kwargs):
        bound = signature.bind(inputs, *args, reuse=reuse, **kwargs).arguments
        settings = {key: value for key, value in bound.items() if key not in ("inputs", "reuse", *call_arguments)}
        called = {key: bound[key] for key in call_arguments if key in bound}
        scope = settings.get("name")
        return layer(**settings, _reuse=reuse, _scope=scope, _making=Making(is_lost=True))(inputs, **called)

    signature = _functional_signature(layer, call_arguments)
    function.__name__ = function.__qualname__ = snake_case(layer.__name__)
    function.__module__, function.__signature__ = layer.__module__, signature
    function.__doc__ = f"Applies a new `{layer.__name__}` of these arguments to the inputs; see there."
    return function


def _functional_signature(layer, call_arguments):
    """Lists inputs, the class's arguments, those of the call before `trainable`, then name and reuse."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    own = [each for each in list(inspect.signature(layer.__init__).parameters.values())[1:]
           if each.kind == kind and each.name not in ("name", "trainable")]
    called = [inspect.Parameter(each, kind, default=False) for each in call_arguments]
    has_trainable = "trainable" in inspect.signature(layer.__init__).parameters
    last = [inspect.Parameter(key, kind, default=value) for key, value in
            (("trainable", True), ("name", None), ("reuse", None)) if has_trainable or key != "trainable"]
    return inspect.Signature([inspect.Parameter("inputs", kind), *own, *called, *last])
