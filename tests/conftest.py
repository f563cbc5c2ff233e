"""Fixed seeds for every test; property tests draw the same examples in every run."""

import hypothesis
import pytest

hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None, max_examples=100)
hypothesis.settings.load_profile("fixed")


@pytest.fixture(autouse=True)
def seed():
    # Imported here: the process that only hands tests to the workers needs no TensorFlow.
    import keras

    keras.utils.set_random_seed(20)
