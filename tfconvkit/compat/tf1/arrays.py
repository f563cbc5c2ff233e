"""Functions of arrays whose arguments changed their order in TensorFlow 1.0, and those that got other names."""

import numbers

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1


def concat(*args, name="concat", **kwargs):
    """Joins tensors along an axis; the argument order of TensorFlow 0.12 is recognised by its types.

    Args:
        *args, **kwargs: `(values, axis)`, or as before TensorFlow 1.0 `(concat_dim, values)`.
        name: Name of the operation.

    Raises:
        TypeError: if neither order fits.

    Example:
        >>> concat(1, [tf.ones((2, 1)), tf.zeros((2, 3))]).shape
        TensorShape([2, 4])
    """
    if len(args) == 3:
        *args, name = args
    values, axis = _reordered("concat", args, kwargs, "values", ("axis", "concat_dim"))
    return v1.concat(values, axis, name=name)


def _reordered(function, args, kwargs, main, counts):
    """Returns the tensors and the number of a call that may have either of them first."""
    args, numbers_of = list(args), [kwargs.pop(name) for name in counts if name in kwargs]
    if main in kwargs:
        args.insert(len(args) if args and _is_number(args[0]) else 0, kwargs.pop(main))
    args += numbers_of
    if len(args) == 2 and _is_number(args[0]) and not _is_number(args[1]):
        args.reverse()
    if kwargs or len(args) != 2 or not _is_number(args[1]):
        raise TypeError(
            f"tf.{function}: expected ({main}, {counts[0]}), or ({counts[-1]}, {main}) as before TensorFlow 1.0. "
            f"Received {len(args)} argument(s) of {[type(each).__name__ for each in args]} and {sorted(kwargs)}. "
            f"Name the arguments."
        )
    return args


def _is_number(value):
    """Tells whether a value is one integer: a number, or a tensor without axes."""
    if isinstance(value, numbers.Integral):
        return True
    if isinstance(value, (np.ndarray, tf.Tensor, tf.Variable)):
        return len(value.shape) == 0 if isinstance(value, np.ndarray) else value.shape.rank == 0
    return False


def split(*args, **kwargs):
    """Cuts a tensor along an axis; the argument order of TensorFlow 0.12 is recognised by its types.

    Args:
        *args, **kwargs: `(value, num_or_size_splits, axis=0, num=None, name="split")`, or as before TensorFlow 1.0
            `(split_dim, num_split, value, name="split")`.

    Example:
        >>> [part.shape[1] for part in split(1, 3, tf.ones((2, 6)))]
        [2, 2, 2]
    """
    is_old = {"split_dim", "num_split"} & set(kwargs) or (
        len(args) >= 2 and _is_number(args[0]) and ("value" in kwargs or len(args) >= 3 and not _is_number(args[2]))
    )
    return _split_by_dim(*args, **kwargs) if is_old else v1.split(*args, **kwargs)


def _split_by_dim(split_dim, num_split, value, name="split"):
    return v1.split(value, num_split, axis=split_dim, name=name)


def reverse(tensor, axis=None, name=None, dims=None):
    """Reverses axes of a tensor, given by their numbers, or as before TensorFlow 1.0 by one boolean per axis.

    Args:
        tensor: Tensor.
        axis: Numbers of axes, or one boolean for each.
        name: Name of the operation.
        dims: Old name of `axis`.

    Example:
        >>> reverse([[1, 2], [3, 4]], [False, True]).numpy().tolist()
        [[2, 1], [4, 3]]
    """
    axis = dims if axis is None else axis
    if isinstance(axis, (list, tuple, np.ndarray)) and len(axis) and np.asarray(axis).dtype == bool:
        axis = np.flatnonzero(axis)
    return v1.reverse(tensor, axis, name=name)


def batch_matmul(x, y, adj_x=False, adj_y=False, name=None):
    """Multiplies the matrices in the last two axes, conjugated and transposed if asked.

    Args:
        x, y: Tensors of rank 2 or more.
        adj_x, adj_y: Whether to take the adjoint.
        name: Name of the operation.

    Example:
        >>> batch_matmul(tf.ones((5, 2, 3)), tf.ones((5, 4, 3)), adj_y=True).shape
        TensorShape([5, 2, 4])
    """
    return v1.matmul(x, y, adjoint_a=adj_x, adjoint_b=adj_y, name=name)


def select(condition, t, e, name=None):
    """Picks from `t` where the condition holds, else from `e`; a vector condition picks rows, as in `tf.where`.

    Args:
        condition: Boolean tensor of the shape of `t`, or a vector of its first axis.
        t, e: Tensors of one shape.
        name: Name of the operation.

    Example:
        >>> select([True, False], [1, 2], [3, 4]).numpy().tolist()
        [1, 4]
    """
    return v1.where(condition, t, e, name=name)


def listdiff(x, y, out_idx=tf.int32, name=None):
    """Returns the values of `x` that are not in `y`, and where they stand.

    Args:
        x, y: Vectors.
        out_idx: Data type of the positions.
        name: Name of the operation.

    Example:
        >>> listdiff([1, 2, 3], [2]).out.numpy().tolist()
        [1, 3]
    """
    return v1.setdiff1d(x, y, index_dtype=out_idx, name=name)
