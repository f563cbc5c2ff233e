"""Writes the tables of names that the porting tool knows, from the namespaces themselves: `python name_tables.py`."""

import contextlib
import importlib
import io
import json
import textwrap
import types
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "tfconvkit" / "porting" / "names"
LEFT_OUT = {"audio", "autograph", "experimental", "profiler", "lite", "mlir", "quantization", "tpu", "types",
            "xla", "keras", "compat",
            "raw_ops", "tools", "contrib.losses.losses", "contrib.losses.tf", "user_ops"}
DEEP = {"nn.rnn_cell", "contrib.slim.learning", "contrib.slim.losses", "contrib.slim.utils"}


def spaces():
    """Returns two dictionaries from namespaces to names: of `tfconvkit.compat.tf1`, and of TensorFlow 2."""
    import tensorflow

    import tfconvkit.compat.tf1 as tf

    found = {}
    with contextlib.redirect_stderr(io.StringIO()):
        _collect("", tf, found)
    todays = {path: _names(_place(tensorflow, path)) for path in found}
    return found, todays


def _collect(path, module, found):
    found[path] = _names(module)
    for name in found[path]:
        inner = f"{path}.{name}".lstrip(".")
        if _is_space(inner) and isinstance(getattr(module, name, None), types.ModuleType | types.SimpleNamespace):
            _collect(inner, getattr(module, name), found)


def _is_space(path):
    depth = path.count(".") - path.startswith("contrib.")
    return path not in LEFT_OUT and (depth < 1 or path in DEEP)


def _names(module):
    return sorted(name for name in dir(module) if not name.startswith("_")) if module is not None else []


def _place(module, path):
    for name in filter(None, path.split(".")):
        module = getattr(module, name, None)
    return module


def remedies():
    """Returns a dictionary from full names that do not work, such as `"contrib.learn"`, to what to use instead."""
    from tfconvkit.compat.tf1 import contrib, remedies

    places = {"": remedies.TF, "nn.": remedies.NN, "layers.": remedies.LAYERS, "contrib.": remedies.CONTRIB,
              "contrib.framework.": remedies.FRAMEWORK, "contrib.layers.": remedies.CONTRIB_LAYERS,
              "contrib.slim.": remedies.SLIM}
    texts = {place + name: text for place, known in places.items() for name, text in known.items()}
    cells = contrib.rnn.__getattr__.__self__
    return {**texts, **{f"contrib.rnn.{name}": text for name, text in cells.remedies.items()}}


def legacy():
    """Returns a dictionary from modules of `tfconvkit.compat` to the names that they export."""
    shims = ("groupy", "inpainting", "inpainting.v1", "keras_gcnn", "kernelgan", "real_nvp")
    return {name: importlib.import_module(f"tfconvkit.compat.{name}").__all__ for name in shims}


def keras():
    """Returns a dictionary from namespaces of Keras 3 to their names; `tf.keras.backend` keeps what Keras 2 had."""
    import keras
    import tensorflow as tf

    modules = ("layers", "models", "optimizers", "utils", "callbacks", "initializers", "regularizers", "constraints",
               "applications", "datasets", "preprocessing", "losses", "metrics", "activations", "backend")
    found = {"": _names(keras), **{name: _names(getattr(keras, name)) for name in modules}}
    return {**found, "tf.backend": _names(tf.keras.backend),
            "tf.preprocessing.image": _names(tf.keras.preprocessing.image),
            "tf.preprocessing.text": _names(tf.keras.preprocessing.text),
            "tf.preprocessing.sequence": _names(tf.keras.preprocessing.sequence)}


def files():
    """Returns a dictionary from the paths of the generated modules to their texts."""
    known, todays = spaces()
    root = {path: known.pop(path) for path in [*known] if path == "" or path.startswith("contrib")}
    return {
        FOLDER / "root.py": _module(
            "Names of `tfconvkit.compat.tf1` itself and of its contrib.", "ROOT", root, json.dumps(made_with())),
        FOLDER / "spaces.py": _module("Names of the namespaces within `tfconvkit.compat.tf1`.", "SPACES", known),
        FOLDER / "todays.py": _module(
            "Names of today's TensorFlow 2 in the same namespaces, where they differ.", "TODAYS",
            {path: todays[path] for path in ("", *known) if todays[path] != known.get(path)}),
        FOLDER / "legacy.py": _module("Names of the shims for other packages.", "LEGACY", legacy()),
        FOLDER / "keras3.py": _module("Names of Keras 3.", "KERAS", keras()),
        FOLDER / "remedies.py": _texts("What to use instead of names that do not work there.", "REMEDIES", remedies()),
    }


def made_with():
    """Returns the minor versions of TensorFlow and Keras."""
    import keras
    import tensorflow

    return [".".join(module.__version__.split(".")[:2]) for module in (tensorflow, keras)]


def _module(title, variable, table, versions=None):
    return _texts(title, variable, {path: " ".join(names) for path, names in table.items()}, versions)


def _texts(title, variable, texts, versions=None):
    lines = [_head(title), *([f"MADE_WITH = {versions}"] if versions else []), f"{variable} = {{"]
    for name, text in sorted(texts.items()):
        wrapped = textwrap.wrap(text, 109, break_long_words=False, break_on_hyphens=False)
        parts = [f'        "{line}{"" if number == len(wrapped) - 1 else " "}"' for number, line in enumerate(wrapped)]
        one = f'    "{name}": "{text}",'
        lines += [one] if len(one) <= 120 else [f'    "{name}":', *parts[:-1], f"{parts[-1]},"]
    return "\n".join([*lines, "}"]) + "\n"


def _head(title):
    return f'"""{title} Written by tests/porting/name_tables.py."""\n'


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
        print(path.name, len(text.splitlines()), "lines")
