"""Keras 3 layers for structured convolutions, TensorFlow first.

The public sub-packages are listed in `__all__` and are imported when they are first used, so that
`import tfconvkit` alone loads neither Keras nor a backend.
"""

import importlib

__version__ = "0.1.0"
__all__ = [
    "audit",
    "groups",
    "layers",
    "losses",
    "masks",
    "models",
    "multi_worker",
    "operators",
    "ops",
    "padding",
    "surgery",
]


def __getattr__(name):
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    public = ", ".join(__all__)
    raise AttributeError(f'module "{__name__}" has no attribute "{name}". Public sub-packages: {public}.')


def __dir__():
    return sorted({*globals(), *__all__})
