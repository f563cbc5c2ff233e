"""Keras 1 and 2: modules and names that Keras 3 moved or removed."""

from tfconvkit.porting.moving import Move, Stay
from tfconvkit.porting.names.keras3 import KERAS
from tfconvkit.porting.themes import keras_arguments, tensorflow

__all__ = ["NAME", "ROOT", "apply", "move"]

NAME, ROOT = "keras", "keras"
_NAMES = {path: frozenset(names.split()) for path, names in KERAS.items()}
_LAYER_MODULES = frozenset(
    "convolutional core normalization pooling recurrent embeddings advanced_activations noise merge wrappers local "
    "convolutional_recurrent cudnn_recurrent rnn attention regularization reshaping activation".split())
_RENAMED = {
    "layers.merge.Merge": None, "layers.Merge": None, "layers.merge": None,
    "utils.np_utils.to_categorical": "utils.to_categorical", "utils.np_utils.normalize": "utils.normalize",
    "utils.generic_utils.get_custom_objects": "utils.get_custom_objects",
    "utils.generic_utils.CustomObjectScope": "utils.CustomObjectScope",
    "utils.generic_utils.custom_object_scope": "utils.custom_object_scope",
    "utils.generic_utils.Progbar": "utils.Progbar",
    "utils.data_utils.get_file": "utils.get_file", "utils.data_utils.Sequence": "utils.PyDataset",
    "utils.vis_utils.plot_model": "utils.plot_model", "utils.visualize_util.plot": "utils.plot_model",
    "utils.visualize_utils.plot": "utils.plot_model", "utils.vis_utils.model_to_dot": "utils.model_to_dot",
    "utils.layer_utils.get_source_inputs": "utils.get_source_inputs",
    "engine.topology.get_source_inputs": "utils.get_source_inputs", "utils.np_utils": "utils",
    "engine.InputSpec": "layers.InputSpec", "engine.topology.InputSpec": "layers.InputSpec",
    "engine.base_layer.InputSpec": "layers.InputSpec", "engine.Layer": "layers.Layer",
    "engine.topology.Layer": "layers.Layer", "engine.base_layer.Layer": "layers.Layer",
    "engine.training.Model": "models.Model", "engine.Model": "models.Model", "engine.Input": "layers.Input",
    "engine.topology.Input": "layers.Input", "engine.input_layer.Input": "layers.Input",
    "utils.data_utils.GeneratorEnqueuer": None, "utils.multi_gpu_model": None,
    "utils.training_utils.multi_gpu_model": None, "optimizers.adam": "optimizers.Adam",
    "optimizers.sgd": "optimizers.SGD", "optimizers.rmsprop": "optimizers.RMSprop",
    "initializers.normal": "initializers.random_normal", "initializers.uniform": "initializers.random_uniform",
    "initializers.zero": "initializers.zeros", "initializers.one": "initializers.ones",
    "regularizers.l1l2": "regularizers.l1_l2", "regularizers.WeightRegularizer": None,
    "layers.AtrousConvolution2D": None, "layers.Deconvolution2D": None, "layers.Highway": None,
    "layers.MaxoutDense": None, "layers.ThresholdedReLU": None, "layers.LocallyConnected1D": None,
    "layers.LocallyConnected2D": None, "layers.CuDNNLSTM": "layers.LSTM", "layers.CuDNNGRU": "layers.GRU",
    "layers.TimeDistributedDense": None, "layers.SReLU": None, "layers.ParametricSoftplus": None,
    "models.Graph": None, "layers.normalization.BatchNormalization": "layers.BatchNormalization",
}
_REMEDIES = {
    "layers.Merge": "Use keras.layers.Concatenate, Add, Multiply, Average, Maximum or Dot.",
    "layers.merge": "Use keras.layers.concatenate, add, multiply, average, maximum or dot, by mode.",
    "layers.merge.Merge": "Use keras.layers.Concatenate, Add, Multiply, Average, Maximum or Dot.",
    "layers.AtrousConvolution2D": "Use Conv2D with dilation_rate.", "layers.Deconvolution2D": "Use Conv2DTranspose.",
    "layers.ThresholdedReLU": "Use keras.layers.ReLU(threshold=...).",
    "utils.multi_gpu_model": "Use keras.distribution or a tf.distribute strategy.",
    "utils.training_utils.multi_gpu_model": "Use keras.distribution or a tf.distribute strategy.",
    "regularizers.WeightRegularizer": "Use keras.regularizers.l1_l2.",
    "models.Graph": "Use the functional API of keras.Model.",
    "engine.topology.Container": "Use keras.Model.", "engine.topology.merge": "Use keras.layers.concatenate or add.",
    "backend.learning_phase": "Pass training=... to the calls; Keras 3 has no learning phase.",
    "backend.set_learning_phase": "Pass training=... to the calls; Keras 3 has no learning phase.",
    "backend.set_session": "Keras 3 runs without sessions: remove it.",
    "backend.get_session": "Keras 3 runs without sessions: compute with keras.ops eagerly.",
    "backend.tensorflow_backend": "Use tensorflow itself, or keras.ops.",
    "backend.function": "Use keras.Model(inputs, outputs), or keras.Function.",
    "backend.image_dim_ordering": 'Use keras.backend.image_data_format() ("channels_last" was "tf").',
    "backend.set_image_dim_ordering": 'Use keras.backend.set_image_data_format ("channels_last" was "tf").',
    "backend.placeholder": "Use keras.Input.", "backend.get_variable_shape": "Use variable.shape.",
    "backend.in_train_phase": "Pass training=... to the calls; Keras 3 has no learning phase.",
    "backend.manual_variable_initialization": "Keras 3 runs without sessions: remove it.",
}
_MOVED = "Keras 3 has it here."
_BACKEND = "Keras 3 keeps the old functions of its backend in tensorflow.keras.backend."
_PREPROCESSING = "Keras 3 keeps it in tensorflow.keras.preprocessing."


def move(page, found):
    """Says where a name imported from Keras is now; see `moving.move_imports`."""
    if found.written.startswith("tensorflow") and tensorflow.is_modern(page):
        return None
    path = found.name.partition(".")[2]
    root = found.written[: len(found.written) - len(path)].rstrip(".")
    if path.startswith("backend") or root == "tensorflow.python.keras" and not path:
        return _move_backend(found, path)
    if not path or path.endswith("*"):
        return None
    to = _target(path, found.is_from)
    if to is None:
        return Stay(f"Keras 3 has no {path}. {_REMEDIES.get(path, 'Look for its successor in keras.io.')}", NAME)
    base = "tensorflow.keras" if to.startswith("tf.") else ("keras" if "contrib" in root or "python" in root else root)
    new = f"{base}.{to.removeprefix('tf.')}"
    if new == found.written or to in _NAMES and not found.is_from and path == to:
        return None
    return Move(new, _PREPROCESSING if to.startswith("tf.") else _MOVED, NAME)


def _move_backend(found, path):
    name = path.partition(".")[2]
    if path in _REMEDIES:
        return Stay(_REMEDIES[path], NAME)
    if found.written.startswith("tensorflow.keras"):
        return None
    if name in _NAMES["backend"] or name and name not in _NAMES["tf.backend"]:
        return None if name in _NAMES["backend"] else Stay(f"Keras 3 has no backend.{name}. Use keras.ops.", NAME)
    return Move(f"tensorflow.keras.{path}", _BACKEND, NAME)


def _target(path, is_from):
    """Returns where a path is in Keras 3, `tf.` in front of what only TensorFlow's door has, or None."""
    if path in _RENAMED:
        return _RENAMED[path]
    parts = path.split(".")
    if parts[0] == "layers" and len(parts) == 3 and parts[1] in _LAYER_MODULES:
        return _target(f"layers.{parts[2]}", is_from)
    if parts[0] == "preprocessing" and len(parts) == 3:
        return _preprocessing(path, *parts[1:])
    space = ".".join(parts[:-1])
    if space in _NAMES:
        return path if parts[-1] in _NAMES[space] else None
    is_open = parts[0] in ("applications", "datasets", "preprocessing", "wrappers", "ops", "src")
    return path if path in _NAMES or is_open else None


def _preprocessing(path, module, name):
    if module in ("image", "sequence") and name in ("load_img", "img_to_array", "array_to_img", "pad_sequences"):
        return f"utils.{name}"
    return f"tf.{path}" if name in _NAMES.get(f"tf.preprocessing.{module}", ()) else None


def apply(page):
    """Notes what Keras 3 has no more, and renames old arguments."""
    if tensorflow.is_modern(page) and all(found.written[0] == "t" for found in page.imports.get(ROOT, ())):
        return
    for use in page.uses.get(ROOT, ()):
        path = use.name.partition(".")[2]
        if use.is_attribute and path.partition(".")[0] == "backend" and path != "backend":
            _check_backend(page, use, ".".join(path.split(".")[:2]))
        elif use.is_attribute and path in _RENAMED:
            _rename(page, use, path)
    keras_arguments.apply(page)


def _check_backend(page, use, path):
    name = path.partition(".")[2]
    if path in _REMEDIES:
        page.undecided(use.node, f"K.{name}", _REMEDIES[path], NAME)
    elif name not in _NAMES["tf.backend"]:
        page.undecided(use.node, f"K.{name}", f"Keras 3 has no backend.{name}. Use keras.ops.", NAME)


def _rename(page, use, path):
    to, name = _RENAMED[path], path.rpartition(".")[2]
    if to is None:
        page.undecided(use.node, use.name, f"Keras 3 has no {path}. {_REMEDIES.get(path, '')}".strip(), NAME)
    elif to.rpartition(".")[0] == path.rpartition(".")[0]:
        end = page.span(use.node)[1]
        new = to.rpartition(".")[2]
        page.change(use.node, new, f"{use.name} -> keras.{to}", _MOVED, NAME, (end - len(name), end))
