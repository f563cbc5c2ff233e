"""Variables by scope and by collection: `get_variables`, `model_variable`, `assign_from_checkpoint` and their kin."""

import re

import tensorflow as tf

from tfconvkit.compat.tf1.contrib.framework.arg_scope import add_arg_scope
from tfconvkit.compat.tf1.variables import get_variable

v1 = tf.compat.v1
KEYS = v1.GraphKeys


@add_arg_scope
def variable(name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=True, collections=None,
             caching_device=None, device=None, **settings):
    """Returns the variable of this name in the current scope.

    Args:
        name, shape, dtype, initializer, regularizer, trainable, collections, caching_device, **settings: As in
            `tf.get_variable`.
        device: Device, function of the operation to a device, or None.

    Raises:
        RuntimeError: eagerly, outside a scope with a custom_getter.

    Example:
        >>> with tf.Graph().as_default():
        ...     variable("weights", (3, 4)).name
        'weights:0'
    """
    collections = list(dict.fromkeys(collections or [KEYS.GLOBAL_VARIABLES]))
    with v1.device(device or ""):
        return get_variable(name, shape, dtype=dtype, initializer=initializer, regularizer=regularizer,
                            trainable=trainable, collections=collections, caching_device=caching_device, **settings)


@add_arg_scope
def model_variable(name, shape=None, dtype=tf.float32, initializer=None, regularizer=None, trainable=True,
                   collections=None, caching_device=None, device=None, **settings):
    """Returns the variable of this name, also in the collection `MODEL_VARIABLES`; see `variable`."""
    collections = [*(collections or []), KEYS.GLOBAL_VARIABLES, KEYS.MODEL_VARIABLES]
    return variable(name, shape=shape, dtype=dtype, initializer=initializer, regularizer=regularizer,
                    trainable=trainable, collections=collections, caching_device=caching_device, device=device,
                    **settings)


def local_variable(initial_value, validate_shape=True, name=None, use_resource=None):
    """Returns a new variable in the collection `LOCAL_VARIABLES`; see `tf.Variable`."""
    return v1.Variable(initial_value, trainable=False, collections=[KEYS.LOCAL_VARIABLES], name=name,
                       validate_shape=validate_shape, use_resource=use_resource)


def global_variable(initial_value, validate_shape=True, name=None, use_resource=None):
    """Returns a new variable in the collection `GLOBAL_VARIABLES`, not trained; see `tf.Variable`."""
    return v1.Variable(initial_value, trainable=False, collections=[KEYS.GLOBAL_VARIABLES], name=name,
                       validate_shape=validate_shape, use_resource=use_resource)


def add_model_variable(var):
    """Adds a variable to the collection `MODEL_VARIABLES`, unless it is there."""
    if not any(var is each for each in v1.get_collection(KEYS.MODEL_VARIABLES)):
        v1.add_to_collection(KEYS.MODEL_VARIABLES, var)


def get_variables(scope=None, suffix=None, collection=KEYS.GLOBAL_VARIABLES):
    """Lists the variables of a collection whose names begin with a scope and end with a suffix.

    Args:
        scope: Scope, its name, or None for all.
        suffix: Last part of the names, or None for all.
        collection: Name of the collection.

    Example:
        >>> with tf.Graph().as_default(), v1.variable_scope("net"):
        ...     made = variable("a", ()), variable("b", ())
        ...     [each.op.name for each in get_variables("net", suffix="b")]
        ['net/b']
    """
    scope = getattr(scope, "name", scope)
    if suffix is not None:
        scope = f"{scope or ''}.*{suffix if ':' in suffix else f'{suffix}:'}"
    return v1.get_collection(collection, scope)


def get_model_variables(scope=None, suffix=None):
    """Lists the variables of contrib's layers; see `get_variables`."""
    return get_variables(scope, suffix, KEYS.MODEL_VARIABLES)


def get_local_variables(scope=None, suffix=None):
    """Lists the local variables; see `get_variables`."""
    return get_variables(scope, suffix, KEYS.LOCAL_VARIABLES)


def get_trainable_variables(scope=None, suffix=None):
    """Lists the trainable variables; see `get_variables`."""
    return get_variables(scope, suffix, KEYS.TRAINABLE_VARIABLES)


def get_variables_by_suffix(suffix, scope=None):
    """Lists the variables whose names end with a suffix; see `get_variables`."""
    return get_variables(scope, suffix)


def get_variables_by_name(given_name, scope=None):
    """Lists the variables of this name in any scope below the given one; see `get_variables`."""
    return get_variables(scope, f"/{given_name}:|^{given_name}:")


def get_unique_variable(var_op_name):
    """Returns the variable of a full name.

    Args:
        var_op_name: Name of its operation, such as `"net/conv1/weights"`.

    Raises:
        ValueError: if there is none, or more than one.
    """
    found = [each for each in get_variables(var_op_name) if each.op.name == var_op_name]
    if len(found) != 1:
        raise ValueError(
            f'Expected one variable "{var_op_name}". Received {len(found)}. tf.global_variables() lists the names.'
        )
    return found[0]


def get_variable_full_name(var):
    """Returns a variable's name in checkpoints: without `:0`, and without the part of a partitioned one."""
    info = var._get_save_slice_info() if hasattr(var, "_get_save_slice_info") else None
    return info.full_name if info else var.op.name


def get_variables_to_restore(include=None, exclude=None):
    """Lists the global variables of some scopes without those of others.

    Args:
        include: List of scopes, or None for all.
        exclude: List of scopes, or None for none.

    Raises:
        TypeError: if either is neither a list nor a tuple.

    Example:
        >>> with tf.Graph().as_default():
        ...     made = variable("net/a", ()), variable("step", ())
        ...     [each.op.name for each in get_variables_to_restore(exclude=["step"])]
        ['net/a']
    """
    for argument, value in (("include", include), ("exclude", exclude)):
        if value is not None and not isinstance(value, (list, tuple)):
            raise TypeError(f"Expected {argument} as a list of scopes. Received {value!r}. Write [{value!r}].")
    included = get_variables() if include is None else [each for scope in include for each in get_variables(scope)]
    excluded = {id(each) for scope in exclude or () for each in get_variables(scope)}
    return [each for each in included if id(each) not in excluded]


def filter_variables(var_list, include_patterns=None, exclude_patterns=None, reg_search=True):
    """Lists the variables that one of some patterns finds, and none of others.

    Args:
        var_list: Variables.
        include_patterns, exclude_patterns: Lists of regular expressions, or None.
        reg_search: Whether to find them anywhere in the name; otherwise at its beginning.
    """
    find = re.search if reg_search else re.match

    def is_found(each, patterns):
        return any(find(pattern, each.name) for pattern in patterns)

    included = [each for each in var_list if include_patterns is None or is_found(each, include_patterns)]
    return [each for each in included if not is_found(each, exclude_patterns or ())]


def get_name_scope():
    """Returns the current name scope without its slash."""
    return tf.get_current_name_scope()


def zero_initializer(ref, use_locking=True, name="zero_initializer"):
    """Returns the operation that sets a variable to zero."""
    return v1.assign(ref, tf.zeros_like(ref), use_locking=use_locking, name=name)
