"""How many examples a property test draws."""

import os

# Examples differ in shape, and JAX compiles every operation anew for each: 10 examples took 5 to 30 seconds.
SHARE = {"jax": 30}.get(os.environ.get("KERAS_BACKEND"), 1)


def examples(number):
    """Takes the number on TensorFlow and PyTorch, a thirtieth of it on JAX: the same law on fewer shapes."""
    return max(number // SHARE, 1)
