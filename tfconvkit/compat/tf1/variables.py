"""`get_variable` as TensorFlow 1 had it: a name has one variable, or the call is refused."""

from typing import NamedTuple

import tensorflow as tf

v1 = tf.compat.v1
_REMEDY = (
    "Decorate the legacy function with tf.tracks_variables, or call it in tf.Graph().as_default(), through "
    "tf.wrap_function(function, signature), or in a variable_scope with a custom_getter; tf.Variable and the classes "
    "of tf.layers keep their own."
)


class Making(NamedTuple):
    """How a layer makes its variables.

    Args:
        names: Dictionary from the names of the layer to other ones: contrib says `weights` for `kernel`.
        collections: Collections beside those of `get_variable`.
        is_lost: Whether the layer is lost after the call, so that only a store can keep its variables.
        updates: Collections of the moving averages' updates.
    """

    names: dict = {}
    collections: tuple = ()
    is_lost: bool = False
    updates: tuple = (v1.GraphKeys.UPDATE_OPS,)


def get_variable(name, *args, **kwargs):
    """Returns the variable of this name in the current scope.

    Args:
        name: Name within the scope.
        *args, **kwargs: As in `tf.compat.v1.get_variable`.

    Raises:
        RuntimeError: eagerly, and in later traces of a `tf.function`, outside a scope with a custom_getter: there
            TensorFlow keeps no variable by its name.
        ValueError: if the name is taken and reuse is off, or the other way round.

    Example:
        >>> with tf.Graph().as_default(), v1.variable_scope("conv1"):
        ...     get_variable("kernel", (3, 3, 3, 8)).name
        'conv1/kernel:0'
    """
    refuse_forgetting(name)
    return traced_variable(name, *args, **kwargs)


def refuse_forgetting(name):
    """Raises where a variable would be new, and lost again, in every call.

    Args:
        name: Name of the variable within the current scope.

    Raises:
        RuntimeError: eagerly, outside a scope with a custom_getter, whatever reuse says.

    Example:
        >>> with tf.Graph().as_default():
        ...     refuse_forgetting("kernel")
    """
    scope = v1.get_variable_scope()
    if tf.executing_eagerly() and scope.custom_getter is None:
        raise RuntimeError(
            f'Expected a graph, or a scope that keeps its variables, to make "{_full(scope, name)}" in. Received an '
            f"eager call, in which TensorFlow keeps no variable by its name and reuse does nothing. {_REMEDY}"
        )


def traced_variable(name, *args, **kwargs):
    """Returns the variable of this name, or says why a `tf.function` cannot have it; see `get_variable`."""
    try:
        return v1.get_variable(name, *args, **kwargs)
    except (AttributeError, ValueError) as error:
        # A tf.function is traced twice; the second time it may make no variable, and finds none but under AUTO_REUSE.
        is_second_trace = isinstance(error, AttributeError) or "singleton" in str(error)
        if not is_second_trace or not v1.get_default_graph().building_function:
            raise
        scope = v1.get_variable_scope()
        raise RuntimeError(
            f'Expected a scope that keeps its variables, to make "{_full(scope, name)}" in. Received a tf.function, '
            f"which may make a variable in its first trace only. {_REMEDY}"
        ) from error


def _full(scope, name):
    return "/".join(filter(None, (scope.name, name)))
