"""`slim.learning`: the training operation; the loop itself is a session's."""

import tensorflow as tf

from tfconvkit.compat.tf1 import remedies
from tfconvkit.compat.tf1.namespace import lay_over

v1 = tf.compat.v1
_FROM_GRAPH = object()

__all__ = ["clip_gradient_norms", "create_train_op", "multiply_gradients"]


def clip_gradient_norms(gradients_to_variables, max_norm):
    """Returns pairs of gradients and variables, each gradient clipped to a length.

    Args:
        gradients_to_variables: List of pairs; gradients may be None.
        max_norm: Largest length.
    """
    return [(None if gradient is None else tf.clip_by_norm(gradient, max_norm), variable)
            for gradient, variable in gradients_to_variables]


def multiply_gradients(grads_and_vars, gradient_multipliers):
    """Returns pairs of gradients and variables, the gradients of some variables multiplied.

    Args:
        grads_and_vars: List of pairs.
        gradient_multipliers: Dictionary from variables, or names of their operations, to numbers.
    """
    factors = {getattr(key, "op", None) and key.op.name or key: value for key, value in gradient_multipliers.items()}
    return [(gradient if gradient is None else gradient * factors.get(variable.op.name, 1.0), variable)
            for gradient, variable in grads_and_vars]


def create_train_op(total_loss, optimizer, global_step=_FROM_GRAPH, update_ops=None, variables_to_train=None,
                    clip_gradient_norm=0, summarize_gradients=False, gate_gradients=v1.train.Optimizer.GATE_OP,
                    aggregation_method=None, colocate_gradients_with_ops=False, gradient_multipliers=None,
                    check_numerics=True):
    """Returns a tensor of the loss that, when it is run, updates the moving averages and then the variables.

    Args:
        total_loss: Tensor.
        optimizer: Optimizer of `tf.train`.
        global_step: Step counter, None for none; the graph's, made if missing, by default.
        update_ops: Operations to run before the loss; those of `UPDATE_OPS` if None.
        variables_to_train: Variables; all trainable ones if None.
        clip_gradient_norm: Largest length of each gradient, 0 for any.
        summarize_gradients: Whether to add a histogram of each gradient to the summaries.
        gate_gradients, aggregation_method, colocate_gradients_with_ops: As in `optimizer.compute_gradients`.
        gradient_multipliers: As in `multiply_gradients`, or None.
        check_numerics: Whether an infinite loss is an error.

    Example:
        >>> with tf.Graph().as_default(), v1.Session() as session:
        ...     weight = v1.get_variable("w", (), initializer=v1.ones_initializer())
        ...     train = create_train_op(weight**2, v1.train.GradientDescentOptimizer(0.25))
        ...     session.run(v1.global_variables_initializer())
        ...     float(session.run(train)), float(session.run(weight))
        (1.0, 0.5)
    """
    if global_step is _FROM_GRAPH:
        global_step = v1.train.get_or_create_global_step()
    updates = v1.get_collection(v1.GraphKeys.UPDATE_OPS) if update_ops is None else update_ops
    with tf.control_dependencies(list(updates)):
        total_loss = tf.identity(total_loss)
    pairs = optimizer.compute_gradients(
        total_loss, variables_to_train, gate_gradients=gate_gradients, aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
    )
    if gradient_multipliers:
        pairs = multiply_gradients(pairs, gradient_multipliers)
    if clip_gradient_norm > 0:
        pairs = clip_gradient_norms(pairs, clip_gradient_norm)
    if summarize_gradients:
        for gradient, variable in pairs:
            if gradient is not None:
                v1.summary.histogram(f"gradients/{variable.op.name}", gradient)
    with tf.control_dependencies([optimizer.apply_gradients(pairs, global_step=global_step)]):
        train_op = tf.debugging.check_numerics(total_loss, "The loss is infinite or no number.") if check_numerics \
            else tf.identity(total_loss)
    v1.add_to_collection(v1.GraphKeys.TRAIN_OP, train_op)
    return train_op


__getattr__, __dir__ = lay_over(__name__, "slim.learning", remedies={"train": remedies.SLIM["learning.train"]})
