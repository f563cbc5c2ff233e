"""Tracebacks of hostile calls say where an error really comes from."""

import keras
import pytest


@pytest.fixture(autouse=True)
def whole_tracebacks():
    keras.config.disable_traceback_filtering()
    yield
    keras.config.enable_traceback_filtering()
