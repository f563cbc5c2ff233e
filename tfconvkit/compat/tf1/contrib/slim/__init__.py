"""`tf.contrib.slim`: contrib's layers and argument scopes under one name, with losses and the training operation."""

import types

from tfconvkit.compat.tf1 import remedies
from tfconvkit.compat.tf1.contrib import framework, layers, losses
from tfconvkit.compat.tf1.contrib.slim import learning, utils
from tfconvkit.compat.tf1.namespace import lay_over

_names = {name: getattr(module, name) for module in (framework, layers) for name in module.__all__}

__all__ = ["learning", "losses", "utils"]

__getattr__, __dir__ = lay_over(__name__, "slim", types.SimpleNamespace(**_names), remedies.SLIM)
