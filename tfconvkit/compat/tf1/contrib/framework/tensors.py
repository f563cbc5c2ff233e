"""Checks of tensors, and what else `tf.contrib.framework` kept for them."""

import tensorflow as tf

v1 = tf.compat.v1


def assert_same_float_dtype(tensors=None, dtype=None):
    """Returns the one floating-point type of tensors; see `tf.debugging.assert_same_float_dtype`."""
    return v1.debugging.assert_same_float_dtype(tensors, dtype)


def assert_scalar_int(tensor, name=None):
    """Returns a tensor, checked to be one integer.

    Args:
        tensor: Tensor.
        name: Name of the operation.

    Raises:
        ValueError: if it is not.

    Example:
        >>> int(assert_scalar_int(3))
        3
    """
    tensor = tf.convert_to_tensor(tensor, name=name)
    if tensor.shape.rank != 0 or not tensor.dtype.is_integer:
        raise ValueError(
            f"Expected one integer. Received a tensor of shape {tensor.shape} and type {tensor.dtype.name}. Cast it."
        )
    return tensor


def convert_to_tensor_or_sparse_tensor(value, dtype=None, name=None):
    """Returns a value as a tensor; sparse tensors stay sparse."""
    return v1.convert_to_tensor_or_indexed_slices(value, dtype, name) if not _is_sparse(value) else (
        tf.SparseTensor.from_value(value))


def _is_sparse(value):
    return isinstance(value, (tf.SparseTensor, v1.SparseTensorValue))


def get_placeholders(graph=None):
    """Lists the placeholders of a graph.

    Args:
        graph: Graph, or None for the default one.

    Example:
        >>> with tf.Graph().as_default():
        ...     x = v1.placeholder("float32", name="x")
        ...     [each.name for each in get_placeholders()]
        ['x:0']
    """
    graph = graph or v1.get_default_graph()
    return [operation.outputs[0] for operation in graph.get_operations() if operation.type == "Placeholder"]


def reduce_sum_n(tensors, name=None):
    """Sums all numbers of several tensors.

    Args:
        tensors: List of tensors.
        name: Name of the operation.

    Example:
        >>> float(reduce_sum_n([tf.ones(3), tf.ones((2, 2))]))
        7.0
    """
    return tf.add_n([tf.reduce_sum(tensor) for tensor in tensors], name=name)


def with_shape(expected_shape, tensor):
    """Returns a tensor with its shape checked: at once where it is known, else when the graph runs.

    Args:
        expected_shape: Sequence of integers or tensor.
        tensor: Tensor.

    Raises:
        ValueError: if the known shape differs.
    """
    return tf.ensure_shape(tensor, tf.get_static_value(tf.convert_to_tensor(expected_shape)))


def with_same_shape(expected_tensor, tensor):
    """Returns a tensor checked to have the known shape of another; see `with_shape`."""
    return tf.ensure_shape(tensor, tf.convert_to_tensor(expected_tensor).shape)


def assert_global_step(global_step_tensor):
    """Raises unless a tensor is one integer variable that can count steps."""
    assert_scalar_int(global_step_tensor)


def assert_or_get_global_step(graph=None, global_step_tensor=None):
    """Returns a step counter, checked, or the graph's if None."""
    if global_step_tensor is None:
        return v1.train.get_global_step(graph)
    assert_global_step(global_step_tensor)
    return global_step_tensor


def prepend_name_scope(name, import_scope):
    """Returns a name with a scope before it.

    Args:
        name: Name.
        import_scope: Scope, or None.

    Example:
        >>> prepend_name_scope("a", "net"), strip_name_scope("net/a", "net")
        ('net/a', 'a')
    """
    return f"{import_scope.rstrip('/')}/{name}" if import_scope else name


def strip_name_scope(name, export_scope):
    """Returns a name without the scope before it; see `prepend_name_scope`."""
    return name.removeprefix(f"{export_scope.rstrip('/')}/") if export_scope else name
