"""The package of old names as a whole."""

import importlib

import keras
import pytest

from tfconvkit import compat


def test_every_listed_module_is_there():
    for name in compat.__all__:
        module = importlib.import_module(f"tfconvkit.compat.{name}")
        assert all(hasattr(module, public) for public in module.__all__)


def test_another_backend_is_refused(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(ImportError, match='Received the Keras backend "jax". Set KERAS_BACKEND=tensorflow'):
        importlib.reload(compat)
