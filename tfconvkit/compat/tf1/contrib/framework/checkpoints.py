"""Values into variables, from dictionaries and from checkpoints."""

import numpy as np
import tensorflow as tf

from tfconvkit.compat.tf1.contrib.framework.variables import get_unique_variable, get_variable_full_name

v1 = tf.compat.v1


def load_checkpoint(filepattern):
    """Returns a reader of a checkpoint; see `tf.train.load_checkpoint`."""
    return tf.train.load_checkpoint(filepattern)


def load_variable(checkpoint_dir, name):
    """Returns the array that a checkpoint has under a name; see `tf.train.load_variable`."""
    return tf.train.load_variable(checkpoint_dir, name)


def list_variables(checkpoint_dir):
    """Lists the names and shapes of a checkpoint; see `tf.train.list_variables`."""
    return tf.train.list_variables(checkpoint_dir)


def init_from_checkpoint(checkpoint_dir, assignment_map):
    """Makes variables start with a checkpoint's values; see `tf.train.init_from_checkpoint`."""
    v1.train.init_from_checkpoint(checkpoint_dir, assignment_map)


def assign_from_values(var_names_to_values):
    """Returns the operation that assigns values to variables, and the feed that it needs.

    Args:
        var_names_to_values: Dictionary from full names to arrays.

    Example:
        >>> with tf.Graph().as_default(), v1.Session() as session:
        ...     variable = v1.get_variable("a", ())
        ...     operation, feed = assign_from_values({"a": 3.0})
        ...     session.run(operation, feed)
        ...     float(session.run(variable))
        3.0
    """
    pairs = [(get_unique_variable(name), np.asarray(value)) for name, value in var_names_to_values.items()]
    return _assignment(pairs)


def _assignment(pairs):
    feed, operations = {}, []
    for variable, value in pairs:
        if not variable.shape.is_compatible_with(value.shape):
            raise ValueError(
                f'Expected a value of shape {variable.shape} for variable "{variable.op.name}". Received shape '
                f"{value.shape}. Leave the variable out, or reshape the value."
            )
        placeholder = v1.placeholder(variable.dtype.base_dtype, value.shape)
        feed[placeholder] = value
        operations.append(v1.assign(variable, placeholder).op)
    return tf.group(*operations), feed


def assign_from_values_fn(var_names_to_values):
    """Returns a function of a session that assigns values to variables; see `assign_from_values`."""
    operation, feed = assign_from_values(var_names_to_values)
    return lambda session: session.run(operation, feed)


def assign_from_checkpoint(model_path, var_list, ignore_missing_vars=False):
    """Returns the operation that assigns a checkpoint's values to variables, and the feed that it needs.

    Args:
        model_path: Prefix of the checkpoint.
        var_list: Variables, or dictionary from names in the checkpoint to variables.
        ignore_missing_vars: Whether to skip variables that the checkpoint lacks.

    Raises:
        ValueError: if the checkpoint lacks a variable, or has it in another shape.
    """
    return _assignment([(variable, reader_value) for variable, reader_value in
                        _values(model_path, var_list, ignore_missing_vars)])


def _values(model_path, var_list, ignore_missing_vars):
    reader = tf.train.load_checkpoint(model_path)
    if not isinstance(var_list, dict):
        var_list = {get_variable_full_name(variable): variable for variable in var_list}
    missing = [name for name in var_list if not reader.has_tensor(name)]
    if missing and not ignore_missing_vars:
        raise ValueError(
            f"Expected every variable in the checkpoint {model_path}. Received none for {missing}. Pass "
            f"ignore_missing_vars=True to keep their values, or the dictionary of names in the checkpoint."
        )
    return [(variable, reader.get_tensor(name)) for name, variable in var_list.items() if name not in missing]


def assign_from_checkpoint_fn(model_path, var_list, ignore_missing_vars=False, reshape_variables=False):
    """Returns a function of a session that assigns a checkpoint's values to variables.

    Args:
        model_path, var_list, ignore_missing_vars: As in `assign_from_checkpoint`.
        reshape_variables: Whether values of another shape but as many numbers are reshaped.
    """
    pairs = _values(model_path, var_list, ignore_missing_vars)
    if reshape_variables:
        pairs = [(variable, np.reshape(value, variable.shape.as_list())) for variable, value in pairs]
    operation, feed = _assignment(pairs)
    return lambda session: session.run(operation, feed)
