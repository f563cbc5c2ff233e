"""Checkpoints into `.keras` files: the network built or given, its weights set, the file checked and put into place."""

import os
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from tfconvkit import models
from tfconvkit.compat.checkpoint import maps, reading
from tfconvkit.compat.checkpoint.loading import load
from tfconvkit.compat.checkpoint.names import by_name
from tfconvkit.compat.checkpoint.networks import BUILDERS
from tfconvkit.compat.checkpoint.slots import is_slot

# Sizes that a network leaves open are tried with this one: a multiple of what every network here divides by.
_OPEN_SIZE = 32


class Converted(NamedTuple):
    """What `convert` did.

    Args:
        out: Path of the file.
        names: Variables that went into the model.
        dropped: Slots of optimizers and counters, which did not.
        extra: Other variables that the model does not need.
        parameters: How many numbers the model has.
        checked: What the forward pass showed, in words.
    """

    out: str
    names: tuple
    dropped: tuple
    extra: tuple
    parameters: int
    checked: str


def convert(path, out, to, *, model=None, names=None, input_shape=None):
    """Writes a checkpoint as a `.keras` file.

    The file is written beside its place, loaded again, compared weight by weight, and only then put there: a file that
    was there before is either replaced by a good one or stays.

    Args:
        path: As in `load`.
        out: Path of the new file, which ends in `.keras`.
        to: `"deepfillv2"` or `"real_nvp"`, whose sizes are read from the checkpoint; `"keras_gcnn"`, for the layouts of
            keras-gcnn in a given model; or the path of a `.keras` file, whose weights are replaced.
        model: Path of the built model, for `to="keras_gcnn"`.
        names: Dictionary for `by_name`, from paths of weights to names of variables; None to find them.
        input_shape: Shape of the input without the batch, for networks that are built here.

    Returns:
        `Converted`.

    Raises:
        ValueError: if the checkpoint cannot be read, does not fit, or gives outputs that are not finite. Nothing is
            written then.

    Example:
        >>> convert("release_places2_256_deepfill_v2/snap-0", "fill.keras", "deepfillv2")  # doctest: +SKIP
    """
    _check_out(out)
    shapes = reading.opened(path).shapes
    network, layout = _network(to, shapes, model, input_shape)
    usable = [name for name in shapes if not is_slot(name, shapes)]
    if names is not None or layout is None:
        layout = by_name(usable, names)
    loaded = load(network, path, layout=layout)
    checked = _forward_pass(network, is_known=to in BUILDERS)
    _write(network, Path(out))
    dropped = tuple(name for name in loaded.unused if is_slot(name, shapes))
    extra = tuple(name for name in loaded.unused if name not in dropped)
    return Converted(str(out), loaded.names, dropped, extra, network.count_params(), checked)


def _check_out(out):
    out = Path(out)
    if out.suffix != ".keras" or out.is_dir() or not out.parent.is_dir():
        raise ValueError(
            f'Expected a path that ends in .keras, in a folder that is there. Received "{out}". Make the folder first.'
        )


def _network(to, shapes, model, input_shape):
    """Returns the network, and the map that it needs or None to find names."""
    if to in BUILDERS:
        return BUILDERS[to](shapes, input_shape), to
    if to == "keras_gcnn":
        if model is None:
            raise ValueError(
                "Expected a built model for keras_gcnn, whose variables do not tell the network. Received none. Save "
                "one with the layers' old names and pass it as --model MODEL.keras."
            )
        return _loaded(model), to
    if not str(to).endswith(".keras"):
        raise ValueError(
            f'Expected one of {", ".join(BUILDERS)}, keras_gcnn, or a path that ends in .keras. Received "{to}".'
        )
    network = _loaded(to)
    return network, _known(network)


def _known(network):
    try:
        pairs = maps.sources(network)
    except ValueError:
        return None
    return lambda model: pairs


def _loaded(path):
    try:
        return keras.saving.load_model(path, compile=False)
    # A damaged file raises whatever the first damaged part meets: zip, HDF5, JSON and Keras errors share no base.
    except Exception as error:
        text = " ".join(str(error).split())
        raise ValueError(f"Cannot load {str(path)!r} as a Keras model: {type(error).__name__}: {text[:300]}") from error


def _forward_pass(network, is_known):
    """Says what a forward pass shows; raises if a known network gives outputs that are not finite."""
    inputs = _sample(network)
    if inputs is None:
        return "not run: the model does not say what its inputs are"
    try:
        outputs = keras.tree.flatten(network(inputs, training=False))
    except Exception as error:
        if is_known:
            raise
        return f"not run: {type(error).__name__} at inputs of {_shapes(inputs)}"
    if not all(np.isfinite(keras.ops.convert_to_numpy(each)).all() for each in outputs):
        raise ValueError(
            f"Expected finite outputs of the converted model. Received infinite or undefined ones at inputs of "
            f"{_shapes(inputs)}. Nothing was written. Look for bad values in the checkpoint."
        )
    return f"finite outputs at inputs of {_shapes(inputs)}"


def _sample(network):
    """Random inputs of the network's shapes; None if it does not tell them."""
    specs = getattr(network, "inputs", None) or []
    wanted = [(spec.shape, spec.dtype) for spec in specs]
    if isinstance(network, models.RealNVP):
        wanted = [((None, *network.input_shape), "uint8")]
    rng, arrays = np.random.default_rng(0), []
    for shape, dtype in wanted:
        sizes = [2 if axis == 0 else size or _OPEN_SIZE for axis, size in enumerate(shape)]
        # Zeros and ones are also indices and masks.
        arrays.append(rng.integers(0, 2, sizes).astype(dtype))
    return arrays[0] if len(arrays) == 1 else arrays or None


def _shapes(inputs):
    arrays = inputs if isinstance(inputs, list) else [inputs]
    return " and ".join(str(array.shape) for array in arrays)


def _write(network, out):
    """Writes a model beside its place, compares what it reads there, and puts it into place."""
    part = out.with_name(f".{out.stem}.{os.getpid()}.keras")
    try:
        network.save(part)
        written = _loaded(part).get_weights()
        weights = network.get_weights()
        if len(written) != len(weights) or not all(map(np.array_equal, written, weights)):
            raise ValueError(f'Expected the weights of "{network.name}" in the file. Received others. Report this.')
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)
