"""Arguments of Keras 1 and 2 that Keras 3 calls otherwise."""

import ast

__all__ = ["NAME", "apply"]

NAME = "keras"
_EVERYWHERE = {
    "border_mode": "padding", "subsample": "strides", "dim_ordering": "data_format", "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer", "b_regularizer": "bias_regularizer", "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint", "bias": "use_bias", "atrous_rate": "dilation_rate",
}
_LAYERS = {
    "Dense": {"output_dim": "units"}, "Convolution2D": {"nb_filter": "filters"}, "Conv2D": {"nb_filter": "filters"},
    "Convolution1D": {"nb_filter": "filters", "filter_length": "kernel_size", "subsample_length": "strides"},
    "Convolution3D": {"nb_filter": "filters"}, "Dropout": {"p": "rate"}, "SpatialDropout2D": {"p": "rate"},
    "LSTM": {"output_dim": "units", "inner_activation": "recurrent_activation", "dropout_W": "dropout",
             "dropout_U": "recurrent_dropout", "inner_init": "recurrent_initializer"},
    "GRU": {"output_dim": "units", "inner_activation": "recurrent_activation", "dropout_W": "dropout",
            "dropout_U": "recurrent_dropout", "inner_init": "recurrent_initializer"},
    "BatchNormalization": {"mode": None, "beta_init": "beta_initializer", "gamma_init": "gamma_initializer"},
    "LeakyReLU": {"alpha": "negative_slope"}, "MaxPooling2D": {"border_mode": "padding"},
    "Embedding": {"dropout": None, "input_length": None}, "GaussianNoise": {"sigma": "stddev"},
    "UpSampling2D": {}, "AveragePooling2D": {}, "MaxPooling1D": {"pool_length": "pool_size", "stride": "strides"},
}
_VALUES = {"dim_ordering": {"tf": "channels_last", "th": "channels_first"},
           "init": {"one": "ones", "zero": "zeros", "normal": "random_normal", "uniform": "random_uniform"}}
_VALUES["kernel_initializer"] = _VALUES["init"]
_METHODS = {"fit_generator": "fit", "evaluate_generator": "evaluate", "predict_generator": "predict"}
_METHOD_ARGUMENTS = {"nb_epoch": "epochs", "samples_per_epoch": None, "nb_val_samples": None, "val_samples": None,
                     "nb_worker": "workers", "max_q_size": "max_queue_size", "pickle_safe": "use_multiprocessing"}
_WHY = "Keras 3 calls the argument so."
_OLD = frozenset([*_EVERYWHERE, "nb_filter"])
_RUNS = frozenset("fit fit_generator evaluate_generator predict_generator".split())


def apply(page):
    """Renames old arguments of layers, optimizers and training."""
    if "keras" not in page.imports and "keras" not in page.uses:
        return
    for use in page.uses.get("keras", ()):
        path = use.name.partition(".")[2]
        if use.call is None:
            continue
        if path.startswith("layers."):
            _layer(page, use.call, path.rpartition(".")[2])
        elif path.startswith("optimizers."):
            _arguments(page, use.call, {"lr": "learning_rate", "decay": None})
        elif path == "models.Model" or path == "Model" or path == "engine.training.Model":
            _arguments(page, use.call, {"input": "inputs", "output": "outputs"})
    for node, _ in page.nodes(ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in _RUNS:
            _run(page, node)


def _layer(page, call, name):
    if name.startswith("Conv"):
        _join_sizes(page, call, name)
    _arguments(page, call, {**_EVERYWHERE, **_LAYERS.get(name, {})})


def _join_sizes(page, call, name):
    """Writes `Convolution2D(64, 3, 3)` as `Convolution2D(64, (3, 3))`: its second size would be the strides now."""
    rank = next((int(digit) for digit in name if digit in "123"), 0)
    sizes = call.args[1:]
    if name.endswith("Transpose") or rank < 2 or len(sizes) != rank or not all(map(_is_size, sizes)):
        return
    texts = [page.slice(each) for each in sizes]
    if name.startswith("Convolution") or any(keyword.arg in _OLD for keyword in call.keywords):
        span = page.span(sizes[0])[0], page.span(sizes[-1])[1]
        new = f"({', '.join(texts)})"
        what = f"{page.text[slice(*span)]} -> {new}"
        page.change(call, new, what, "The sizes of the kernel are one tuple.", NAME, span)
    elif len(set(texts)) == 1:
        page.undecided(call, f"{name}({page.slice(call.args[0])}, {', '.join(texts)})",
                       "In Keras 1 the numbers are rows and columns of the kernel, in Keras 2 size and strides. "
                       "Write kernel_size= and strides=.", NAME)


def _is_size(node):
    return isinstance(node, (ast.Constant, ast.Name, ast.Attribute)) and not isinstance(getattr(node, "value", 0), str)


def _arguments(page, call, known):
    for keyword in call.keywords:
        if keyword.arg in known:
            new = known[keyword.arg]
            if new is None:
                page.undecided(keyword, f"{keyword.arg}=", "Keras 3 has no such argument. Remove it, or write what it "
                                                           "did.", NAME)
                continue
            start = page.span(keyword)[0]
            page.change(keyword, new, f"{keyword.arg}= -> {new}=", _WHY, NAME, (start, start + len(keyword.arg)))
        _value(page, keyword)


def _value(page, keyword):
    values = _VALUES.get(keyword.arg, {})
    old = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
    if isinstance(old, str) and old in values:
        text = page.slice(keyword.value)
        page.change(keyword.value, text.replace(old, values[old]), f"{old} -> {values[old]}", _WHY, NAME)


def _run(page, call):
    name = call.func.attr
    if name in _METHODS:
        end = page.span(call.func)[1]
        page.change(call.func, _METHODS[name], f".{name}() -> .{_METHODS[name]}()", "Keras 3 takes generators here.",
                    NAME, (end - len(name), end))
    if name in _METHODS or any(keyword.arg in ("nb_epoch", "nb_worker") for keyword in call.keywords):
        _arguments(page, call, _METHOD_ARGUMENTS)
