"""Products with Jacobians: found by the backend, or written by hand."""

import keras


def vjp(function, inputs, cotangent):
    """Computes the vector-Jacobian product `J^T v` of a function, for each of its inputs.

    Args:
        function: Maps the tensors `inputs` to one tensor, or to a list of tensors.
        inputs: List of tensors.
        cotangent: Array of the shape of `function(*inputs)`, or a list of them.

    Returns:
        List of tensors, one per input; zeros for an input that the outputs do not depend on.

    Raises:
        NotImplementedError: on a backend without automatic differentiation.

    Example:
        >>> np.asarray(vjp(lambda x: 3 * x, [ops.ones(2)], np.ones(2))[0])
        array([3., 3.], dtype=float32)
    """
    inputs = [keras.ops.convert_to_tensor(x) for x in inputs]
    # Each branch imports its own backend: no other may be loaded, nor even be installed.
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = function(*inputs)
        cotangent = keras.tree.map_structure(lambda y, v: tf.cast(v, y.dtype), outputs, cotangent)
        return tape.gradient(outputs, inputs, cotangent, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    if keras.backend.backend() == "jax":
        import jax

        outputs, pull_back = jax.vjp(function, *inputs)
        return list(pull_back(jax.tree.map(lambda y, v: jax.numpy.asarray(v, y.dtype), outputs, cotangent)))
    if keras.backend.backend() == "torch":
        import torch

        # Inside the backward pass of another function gradients are switched off; elsewhere this gradient may itself
        # be differentiated, as that of a penalty on gradients is.
        is_differentiable = torch.is_grad_enabled()
        with torch.enable_grad():
            # A view is an input of its own that still leads back to what the tensor was computed from.
            inputs = [x.view_as(x) if x.requires_grad else x.detach().requires_grad_() for x in inputs]
            outputs = function(*inputs)
        pairs = zip(keras.tree.flatten(cotangent), keras.tree.flatten(outputs), strict=True)
        pairs = [(torch.as_tensor(v).to(y), y) for v, y in pairs if y.requires_grad]
        cotangents, outputs = ([pair[which] for pair in pairs] for which in (0, 1))
        options = {"materialize_grads": True, "allow_unused": True, "create_graph": is_differentiable}
        return list(torch.autograd.grad(outputs, inputs, cotangents, **options)) if inputs else []
    raise _no_differentiation()


def custom_vjp(forward, backward, inputs):
    """Calls a function whose vector-Jacobian product is written by hand.

    Only what `forward` says is kept between the two passes: neither may close over tensors.

    Args:
        forward: Maps the tensors `inputs` to two lists of tensors, the outputs and what is kept for `backward`.
        backward: Maps what was kept and the list of cotangents of the outputs (None where there is none) to a list
            with the product for each of the inputs, None for inputs without one.
        inputs: List of tensors; those of integers have no product.

    Returns:
        The list of outputs.

    Raises:
        NotImplementedError: on a backend without automatic differentiation.

    Example:
        >>> forward, backward = lambda x: ([x * x], [x]), lambda kept, v: [2 * kept[0] * v[0]]
        >>> np.asarray(custom_vjp(forward, backward, [ops.ones(2)])[0])
        array([1., 1.], dtype=float32)
    """
    if keras.backend.backend() == "tensorflow":
        return _custom_vjp_tensorflow(forward, backward, inputs)
    if keras.backend.backend() == "jax":
        return _custom_vjp_jax(forward, backward, inputs)
    if keras.backend.backend() == "torch":
        return _custom_vjp_torch(forward, backward, inputs)
    raise _no_differentiation()


def _custom_vjp_tensorflow(forward, backward, inputs):
    import tensorflow as tf

    @tf.custom_gradient
    def function(*tensors):
        outputs, kept = forward(*tensors)
        return outputs, lambda *cotangents: backward(kept, [dense(v) for v in cotangents])

    def dense(cotangent):
        # A gather sends back the rows that it took.
        return tf.convert_to_tensor(cotangent) if isinstance(cotangent, tf.IndexedSlices) else cotangent

    return function(*inputs)


def _custom_vjp_jax(forward, backward, inputs):
    import jax

    function = jax.custom_vjp(lambda *tensors: forward(*tensors)[0])
    function.defvjp(forward, lambda kept, cotangents: tuple(backward(kept, cotangents)))
    return function(*inputs)


def _custom_vjp_torch(forward, backward, inputs):
    import torch

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(context, *tensors):
            outputs, kept = forward(*tensors)
            context.save_for_backward(*kept)
            context.mark_non_differentiable(*(y for y in outputs if not y.is_floating_point()))
            return tuple(outputs)

        @staticmethod
        def backward(context, *cotangents):
            return tuple(backward(list(context.saved_tensors), list(cotangents)))

    return list(Function.apply(*inputs))


def after(tensors, events):
    """Returns the tensors, available only once the `events` are computed.

    A graph runs what it can as soon as it can. Recomputing an activation for a gradient has to wait for that gradient,
    or all activations are there at the same time.

    Args:
        tensors: List of tensors.
        events: List of tensors.

    Example:
        >>> np.asarray(after([ops.ones(2)], [ops.zeros(1)])[0])
        array([1., 1.], dtype=float32)
    """
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with tf.control_dependencies(events):
            return [tf.identity(x) for x in tensors]
    if keras.backend.backend() == "jax":
        import jax

        return jax.lax.optimization_barrier((tensors, events))[0]
    return tensors


def _no_differentiation():
    return NotImplementedError(
        f"Backend {keras.backend.backend()!r} has no automatic differentiation. Use tensorflow, jax or torch."
    )
