"""The regularisers of `tf.contrib.layers`."""

import numbers

import tensorflow as tf

v1 = tf.compat.v1


def l1_regularizer(scale, scope=None):
    """Returns the function `scale * sum(|w|)` of a variable.

    Args:
        scale: Real number of at least 0, or a tensor; 0.0 switches it off.
        scope: Name scope.

    Raises:
        ValueError: for an integer or a negative number.

    Example:
        >>> float(l1_regularizer(0.5)(tf.constant([1.0, -3.0])))
        2.0
    """
    return _scaled(scale, scope, "l1_regularizer", lambda weights: tf.reduce_sum(tf.abs(weights)))


def l2_regularizer(scale, scope=None):
    """Returns the function `scale * sum(w^2) / 2` of a variable.

    Args:
        scale, scope: As in `l1_regularizer`.

    Raises:
        ValueError: for an integer or a negative number.

    Example:
        >>> float(l2_regularizer(0.5)(tf.constant([1.0, -3.0])))
        2.5
    """
    return _scaled(scale, scope, "l2_regularizer", tf.nn.l2_loss)


def _scaled(scale, scope, name, norm):
    if isinstance(scale, numbers.Integral) or isinstance(scale, numbers.Real) and scale < 0:
        raise ValueError(f"{name}: expected a real scale of at least 0.0. Received scale={scale!r}. Write 1.0 for 1.")
    if isinstance(scale, numbers.Real) and scale == 0:
        return lambda weights: None

    def regularizer(weights):
        with v1.name_scope(scope, name, [weights]) as used:
            scale_tensor = tf.cast(scale, weights.dtype.base_dtype)
            return tf.multiply(scale_tensor, norm(tf.convert_to_tensor(weights)), name=used)

    return regularizer


def l1_l2_regularizer(scale_l1=1.0, scale_l2=1.0, scope=None):
    """Returns the sum of `l1_regularizer` and `l2_regularizer`.

    Args:
        scale_l1, scale_l2, scope: As in `l1_regularizer`.

    Example:
        >>> float(l1_l2_regularizer(0.5, 0.5)(tf.constant([1.0, -3.0])))
        4.5
    """
    return sum_regularizer([l1_regularizer(scale_l1), l2_regularizer(scale_l2)], scope=scope or "l1_l2_regularizer")


def sum_regularizer(regularizer_list, scope=None):
    """Returns the sum of regularisers, or None where there are none.

    Args:
        regularizer_list: Functions of a variable; those that are None, or return None, are left out.
        scope: Name scope.
    """
    kept = [each for each in regularizer_list if each is not None]
    if not kept:
        return None

    def regularizer(weights):
        with v1.name_scope(scope, "sum_regularizer", [weights]) as used:
            losses = [loss for loss in (each(weights) for each in kept) if loss is not None]
            return tf.add_n(losses, name=used) if losses else None

    return regularizer


def apply_regularization(regularizer, weights_list=None):
    """Returns the sum of a regulariser over variables, also in the collection `REGULARIZATION_LOSSES`.

    Args:
        regularizer: Function of a variable.
        weights_list: Variables, or None for those of the collection `WEIGHTS`.

    Raises:
        ValueError: if there are no variables.

    Example:
        >>> with tf.Graph().as_default(), v1.Session() as session:
        ...     float(session.run(apply_regularization(l2_regularizer(1.0), [tf.ones(2), tf.ones(4)])))
        3.0
    """
    weights = weights_list or v1.get_collection(v1.GraphKeys.WEIGHTS)
    if not weights:
        raise ValueError("Expected weights to regularise. Received none. Pass weights_list.")
    losses = [loss for loss in (regularizer(each) for each in weights) if loss is not None]
    total = tf.add_n(losses) if losses else tf.constant(0.0)
    v1.add_to_collection(v1.GraphKeys.REGULARIZATION_LOSSES, total)
    return total
