"""Fixed seeds for every test; property tests draw the same examples in every run."""

import os

import hypothesis
import pytest

# XLA compiles the tests' small functions twice as fast without LLVM's optimisations; what is computed is the same.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")

hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None, max_examples=100)
hypothesis.settings.load_profile("fixed")


@pytest.fixture(autouse=True)
def seed():
    # Imported here: the process that only hands tests to the workers needs no TensorFlow.
    import keras

    keras.utils.set_random_seed(20)
