"""`slim.utils`: outputs of layers by the names of their scopes."""

import tensorflow as tf

from tfconvkit.compat.tf1.contrib.layers.collecting import collect_output as collect_named_outputs

v1 = tf.compat.v1

__all__ = ["collect_named_outputs", "convert_collection_to_dict", "get_tensor_aliases"]


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
