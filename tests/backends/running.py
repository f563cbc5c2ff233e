"""How the active backend compiles: TensorFlow and JAX by XLA, PyTorch not at all."""

import keras

from tfconvkit import backend

BACKEND = keras.backend.backend()
# What `compile` takes as `jit_compile`: TensorFlow trains both ways and JAX compiled; PyTorch runs as it is, for
# torch.compile calls a C++ compiler for every layer.
COMPILED_FITS = {"tensorflow": (False, True), "jax": (True,), "torch": (False,)}[BACKEND]


def compiled(function):
    """The function of tensors, compiled by XLA; on PyTorch the function itself."""
    if BACKEND == "jax":
        import jax

        return jax.jit(function)
    if BACKEND == "tensorflow":
        import tensorflow as tf

        return tf.function(function, jit_compile=True)
    return function


def run(function, x):
    """What the function gives for arrays: on JAX compiled as a whole, a third of the time of one by one operation."""
    return compiled(function)(x) if BACKEND == "jax" else function(x)


def graph(function, is_compiled=False):
    """The function as TensorFlow's graph, compiled or not; elsewhere `compiled` or itself."""
    if BACKEND == "tensorflow" and not is_compiled:
        import tensorflow as tf

        return tf.function(function)
    return compiled(function) if is_compiled else function


def vjp(function, inputs, cotangent):
    """As `backend.vjp`; on JAX compiled as a whole, a quarter of the time of one by one operation."""
    return vjps(function, inputs, [cotangent])[0]


def vjps(function, inputs, cotangents):
    """As many `vjp` of one function, compiled once."""
    def product(inputs, cotangent):
        return backend.vjp(function, inputs, cotangent)

    product = compiled(product) if BACKEND == "jax" else product
    return [product(list(inputs), cotangent) for cotangent in cotangents]
