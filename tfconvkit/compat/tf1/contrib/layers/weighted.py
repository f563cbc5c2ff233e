"""What contrib's layers with weights share: their common arguments, and the order of bias, normaliser, activation."""

import functools
import inspect
from typing import Any, NamedTuple

import tensorflow as tf

from tfconvkit.compat.tf1.contrib.layers.collecting import collect_output, collect_variable
from tfconvkit.compat.tf1.contrib.layers.initializers import xavier_initializer
from tfconvkit.compat.tf1.layers.kernels import ZEROS
from tfconvkit.compat.tf1.variables import Making

v1 = tf.compat.v1


class Options(NamedTuple):
    """The arguments that contrib's layers with weights have in common, in their order.

    Args:
        activation_fn: Function of the outputs, or None.
        normalizer_fn: Layer in place of the bias, such as `batch_norm`, or None.
        normalizer_params: Dictionary of its arguments, or None.
        weights_initializer, biases_initializer: Initialisers; None leaves the bias out.
        weights_regularizer, biases_regularizer: Functions of the variable, or None.
        reuse: As in `variable_scope`.
        variables_collections: List for all variables, dictionary by kind ("weights", "biases"), or None.
        outputs_collections: Name of a collection, list of them, or None.
        trainable: Whether the variables are trainable.
        scope: Name of the scope, or None for a new one of the default name.
    """

    activation_fn: Any = tf.nn.relu
    normalizer_fn: Any = None
    normalizer_params: Any = None
    weights_initializer: Any = xavier_initializer()
    weights_regularizer: Any = None
    biases_initializer: Any = ZEROS
    biases_regularizer: Any = None
    reuse: Any = None
    variables_collections: Any = None
    outputs_collections: Any = None
    trainable: bool = True
    scope: Any = None


def takes_options(function):
    """Decorates a function with `**options` so that it takes the fields of `Options`, by name and by position.

    Args:
        function: Function whose last argument is `**options`.

    Raises:
        TypeError: in a call, for arguments that are neither.

    Example:
        >>> @takes_options
        ... def layer(inputs, **options):
        ...     return options
        >>> layer(0, None, trainable=False)
        {'activation_fn': None, 'trainable': False}
    """
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    own = [each for each in inspect.signature(function).parameters.values() if each.kind is kind]
    shared = [inspect.Parameter(name, kind, default=value) for name, value in Options._field_defaults.items()]
    signature = inspect.Signature([*own, *shared])

    @functools.wraps(function)
    def bound(*args, **kwargs):
        try:
            arguments = signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"{function.__name__}: {error}. It takes {list(signature.parameters)}.") from error
        return function(**arguments)

    bound.__signature__ = signature
    return bound


def apply_weighted(layer, inputs, default_scope, settings, options, weights="kernel"):
    """Applies a layer of `tf.layers` with contrib's names of variables, then the normaliser and the activation.

    Args:
        layer: Class of `tf.layers`.
        inputs: Tensor.
        default_scope: Name of the scope where none is given.
        settings: Dictionary of the layer's own arguments.
        options: `Options`.
        weights: Name, in the layer, of the argument group `<weights>_initializer`, `<weights>_regularizer`.
    """
    with v1.variable_scope(options.scope, default_scope, [inputs], reuse=options.reuse) as scope:
        making = Making(_NAMES, (v1.GraphKeys.MODEL_VARIABLES,), is_lost=True)
        built = layer(
            **settings, **_kernel_settings(options, weights),
            use_bias=options.normalizer_fn is None and options.biases_initializer is not None,
            bias_initializer=options.biases_initializer, bias_regularizer=options.biases_regularizer,
            trainable=options.trainable, _scope=scope, _reuse=options.reuse, _making=making,
        )
        y = built(inputs)
        for variable in built.variables:
            kind = "biases" if variable is built.bias else "weights"
            collect_variable(variable, options.variables_collections, kind)
        if options.normalizer_fn is not None:
            y = options.normalizer_fn(y, **(options.normalizer_params or {}))
        y = y if options.activation_fn is None else options.activation_fn(y)
        return collect_output(options.outputs_collections, scope.name, y)


_NAMES = {"kernel": "weights", "bias": "biases", "depthwise_kernel": "depthwise_weights",
          "pointwise_kernel": "pointwise_weights"}


def _kernel_settings(options, weights):
    return {f"{weights}_initializer": options.weights_initializer,
            f"{weights}_regularizer": options.weights_regularizer}
