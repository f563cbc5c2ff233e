"""The losses of `tf.contrib.losses` and `slim.losses`: predictions first, labels second."""

import tensorflow as tf

from tfconvkit.compat.tf1.contrib.framework.arg_scope import add_arg_scope

losses = tf.compat.v1.losses
add_loss, get_losses = losses.add_loss, losses.get_losses
get_regularization_losses, get_total_loss = losses.get_regularization_losses, losses.get_total_loss
compute_weighted_loss = losses.compute_weighted_loss

__all__ = [
    "absolute_difference",
    "add_loss",
    "compute_weighted_loss",
    "cosine_distance",
    "get_losses",
    "get_regularization_losses",
    "get_total_loss",
    "hinge_loss",
    "log_loss",
    "mean_pairwise_squared_error",
    "mean_squared_error",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
]


def _loss(name, *order):
    """Returns a loss of `tf.losses` that takes its arguments in contrib's order.

    Args:
        name: Name of the loss.
        *order: Names of its arguments, predictions first.
    """
    function = getattr(losses, name)

    def loss(*args, **kwargs):
        return function(**dict(zip(order, args, strict=False)), **kwargs)

    loss.__name__ = loss.__qualname__ = name
    loss.__doc__ = f"Computes `tf.losses.{name}` of the arguments {', '.join(order)} in this order."
    return add_arg_scope(loss)


_PAIR = ("predictions", "labels")
absolute_difference = _loss("absolute_difference", *_PAIR, "weights", "scope")
cosine_distance = _loss("cosine_distance", *_PAIR, "axis", "weights", "scope")
log_loss = _loss("log_loss", *_PAIR, "weights", "epsilon", "scope")
mean_pairwise_squared_error = _loss("mean_pairwise_squared_error", *_PAIR, "weights", "scope")
mean_squared_error = _loss("mean_squared_error", *_PAIR, "weights", "scope")
softmax_cross_entropy = _loss("softmax_cross_entropy", "logits", "onehot_labels", "weights", "label_smoothing", "scope")
sigmoid_cross_entropy = _loss("sigmoid_cross_entropy", "logits", "multi_class_labels", "weights", "label_smoothing",
                              "scope")
sparse_softmax_cross_entropy = _loss("sparse_softmax_cross_entropy", "logits", "labels", "weights", "scope")


@add_arg_scope
def hinge_loss(logits, labels=None, scope=None):
    """Computes `max(0, 1 - (2 labels - 1) logits)` of every element, without a sum.

    Args:
        logits: Tensor.
        labels: Tensor of zeros and ones, of the same shape.
        scope: Name scope.

    Example:
        >>> hinge_loss([0.5, 0.5], [1.0, 0.0]).numpy().tolist()
        [0.5, 1.5]
    """
    with tf.compat.v1.name_scope(scope, "hinge_loss", [logits, labels]):
        return tf.nn.relu(1 - (2 * tf.cast(labels, tf.float32) - 1) * logits)
