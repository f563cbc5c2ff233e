"""The one place that branches on the active Keras backend."""

import keras


def vjp(function, inputs, cotangent):
    """Computes the vector-Jacobian product `J^T v` of a function, for each of its inputs.

    Args:
        function: Maps the tensors `inputs` to one tensor.
        inputs: List of tensors.
        cotangent: Array of the shape of `function(*inputs)`.

    Returns:
        List of tensors, one per input.

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
        return tape.gradient(outputs, inputs, output_gradients=tf.cast(cotangent, outputs.dtype))
    if keras.backend.backend() == "jax":
        import jax

        outputs, pull_back = jax.vjp(function, *inputs)
        return list(pull_back(jax.numpy.asarray(cotangent, outputs.dtype)))
    if keras.backend.backend() == "torch":
        import torch

        inputs = [x.detach().requires_grad_() for x in inputs]
        outputs = function(*inputs)
        return list(torch.autograd.grad(outputs, inputs, torch.as_tensor(cotangent).to(outputs)))
    raise NotImplementedError(
        f"Backend {keras.backend.backend()!r} has no automatic differentiation. Use tensorflow, jax or torch."
    )
