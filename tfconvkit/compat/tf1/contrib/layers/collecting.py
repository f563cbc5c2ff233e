"""Collections of variables and outputs, as contrib's layers fill them."""

import tensorflow as tf

from tfconvkit.compat.tf1.contrib.framework.variables import model_variable

v1 = tf.compat.v1


def collections_for(variables_collections, name):
    """Returns the collections of a kind of variable.

    Args:
        variables_collections: List for all kinds, dictionary by kind, or None.
        name: Kind: "weights", "biases", "beta" and so on.

    Example:
        >>> collections_for({"weights": ["kept"]}, "biases"), collections_for(["kept"], "biases")
        ([], ['kept'])
    """
    if isinstance(variables_collections, dict):
        variables_collections = variables_collections.get(name)
    return list(variables_collections or [])


def collect_variable(variable, variables_collections, name):
    """Adds a variable to the collections of its kind, unless it is there.

    Args:
        variable: Variable.
        variables_collections, name: As in `collections_for`.
    """
    for collection in collections_for(variables_collections, name):
        if not any(variable is each for each in v1.get_collection(collection)):
            v1.add_to_collection(collection, variable)


def collect_output(outputs_collections, alias, outputs):
    """Returns the outputs, after adding them to collections under the name of their scope.

    Args:
        outputs_collections: Name of a collection, list of them, or None.
        alias: Name under which `convert_collection_to_dict` finds them.
        outputs: Tensor.
    """
    if outputs_collections and not tf.executing_eagerly():
        outputs.aliases = [*getattr(outputs, "aliases", ()), alias]
        v1.add_to_collections(outputs_collections, outputs)
    return outputs


def affine_variable(name, shape, dtype, initializer, trainable, variables_collections):
    """Returns the variable `beta` or `gamma` of a normalisation.

    Args:
        name, shape, dtype, initializer, trainable: As in `model_variable`.
        variables_collections: As in `collections_for`.
    """
    return model_variable(name, shape=shape, dtype=dtype, initializer=initializer, trainable=trainable,
                          collections=collections_for(variables_collections, name))
