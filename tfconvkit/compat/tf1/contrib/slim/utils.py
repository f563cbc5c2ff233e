"""`slim.utils`: outputs of layers by the names of their scopes."""

import tensorflow as tf

from tfconvkit.compat.tf1.contrib.layers.collecting import collect_output as collect_named_outputs
from tfconvkit.compat.tf1.layers.arguments import channels_of
from tfconvkit.compat.tf1.namespace import lay_over

v1 = tf.compat.v1

__all__ = ["collect_named_outputs", "convert_collection_to_dict", "get_tensor_aliases", "last_dimension"]


def get_tensor_aliases(tensor):
    """Lists the names under which layers collected a tensor; its own name where there are none.

    Args:
        tensor: Tensor of a graph.
    """
    return list(getattr(tensor, "aliases", ())) or [tensor.op.name]


def convert_collection_to_dict(collection, clear_collection=False):
    """Returns the outputs of a collection by the names of their scopes.

    Args:
        collection: Name of the collection.
        clear_collection: Whether to empty it.

    Example:
        >>> with tf.Graph().as_default():
        ...     y = collect_named_outputs("ends", "net/conv1", tf.ones(3))
        ...     list(convert_collection_to_dict("ends"))
        ['net/conv1']
    """
    found = {alias: tensor for tensor in v1.get_collection(collection) for alias in get_tensor_aliases(tensor)}
    if clear_collection:
        v1.get_collection_ref(collection).clear()
    return found


def last_dimension(shape, min_rank=1):
    """Returns the last size of a shape.

    Args:
        shape: `tf.TensorShape`.
        min_rank: Number of axes that it has at least.

    Raises:
        ValueError: for fewer axes or an unknown size.

    Example:
        >>> last_dimension(tf.TensorShape([None, 8, 8, 3]), min_rank=4)
        3
    """
    shape = tf.TensorShape(shape)
    if shape.rank is not None and shape.rank < min_rank:
        raise ValueError(f"last_dimension: expected at least {min_rank} axes. Received shape {shape}. Reshape it.")
    return channels_of(shape, -1, "last_dimension")


__getattr__, __dir__ = lay_over(__name__, "slim.utils")
