"""Rebuilds a Keras model with some of its layers replaced, nested models and shared layers included."""

import functools
from collections.abc import Callable, Hashable
from typing import NamedTuple

import keras

from tfconvkit.audit.graph import shape_list


class Replacement(NamedTuple):
    """What stands in the place of a layer.

    Args:
        make: Function from a free name to the list of new layers, applied one after the other; an empty list drops
            the layer. Their weights are set by the function, which builds them first.
        key: Calls of a shared layer with equal keys share the new layers.
    """

    make: Callable
    key: Hashable = ()


class Call(NamedTuple):
    """One call of new layers, or with no layers the reading of what a model returns.

    Args:
        layers: Tuple of layers, applied one after the other.
        inputs, outputs: Lists of symbolic tensors.
        training: The `training` argument that the model fixes for this call, or None.
    """

    layers: tuple
    inputs: list
    outputs: list
    training: bool | None = None


class Rewriter:
    """Rebuilds Sequential and functional models, layer by layer, on new inputs.

    A nested model is rebuilt as a nested model of the same name. A layer that is called twice is replaced once where
    its replacement allows. Weights are copied; the old model is not changed.

    Args:
        replace: Function `(layer, inputs)`, the inputs being the list of symbolic tensors of one call, that returns a
            `Replacement`, or None where the layer is cloned with its weights.
        needs_sizes: Says whether the replacement of a layer depends on the grid: a nested model with such a layer,
            whose own input leaves sizes open, is rebuilt for the sizes of its call.

    Attributes:
        calls: List of `Call`, those of nested models included.
    """

    def __init__(self, replace, needs_sizes=lambda layer: False):
        self.calls = []
        self._replace, self._needs_sizes = replace, needs_sizes
        self._made, self._clones, self._names, self._scope = {}, [], set(), ""

    def rebuild(self, model, input_shape=None):
        """Returns the new model.

        Args:
            model: A built Sequential or functional model.
            input_shape: Shape of the input without the batch, a list of shapes for several inputs: fills the sizes
                that the model leaves open.

        Raises:
            TypeError: if the model is none of the two kinds.
            ValueError: if it is not built, the shape does not fit it, or a layer cannot be cloned.
        """
        check_model(model)
        self._names = set(_all_names(model))
        specs = [keras.KerasTensor(shape, dtype=old.dtype) for old, shape in _filled(model, input_shape)]
        rebuilt = self._rebuild(model, specs, model.name)
        for layer, new in self._clones:
            copy_weights(layer, new)
        return rebuilt

    def _rebuild(self, model, specs, name):
        inputs = [
            keras.Input(batch_shape=(None, *spec.shape[1:]), dtype=old.dtype, sparse=old.sparse, name=old.name)
            for old, spec in zip(model.inputs, specs, strict=True)
        ]
        build = self._sequential if isinstance(model, keras.Sequential) else self._functional
        return build(model, inputs, name)

    def _sequential(self, model, inputs, name):
        made, spec = [], inputs[0]
        for layer in model.layers:
            new, read = self._layers_for(layer, [spec]), spec
            spec = layer.compute_output_spec(read)
            if new:
                self.calls.append(Call(tuple(new), [read], [spec]))
            made += new
        self.calls.append(Call((), [spec], []))
        return keras.Sequential([*inputs, *made], name=name)

    def _functional(self, model, inputs, name):
        # A model of the same tensors without compilation, which Keras would copy together with the optimizer's state.
        graph = keras.Model(model.input, model.output, name=name)
        rebuilt = keras.models.clone_model(
            graph,
            input_tensors=keras.tree.pack_sequence_as(graph.input, inputs),
            clone_function=lambda layer: layer,
            call_function=self._call,
        )
        self.calls.append(Call((), rebuilt.outputs, []))
        return rebuilt

    def _call(self, layer, *args, **kwargs):
        """Makes one call of the old model on new tensors."""
        tensors = [leaf for leaf in keras.tree.flatten((args, kwargs)) if isinstance(leaf, keras.KerasTensor)]
        layers = self._layers_for(layer, tensors)
        if not layers:
            return args[0]
        outputs = layers[0](*args, **kwargs)
        for following in layers[1:]:
            outputs = following(outputs)
        self.calls.append(Call(tuple(layers), tensors, keras.tree.flatten(outputs), kwargs.get("training")))
        return outputs

    def _layers_for(self, layer, tensors):
        """Returns the new layers for one call, made at the first call with their key."""
        if is_graph(layer):
            specs = self._nested_specs(layer, tensors)
            make = functools.partial(self._nested, layer, specs)
            replacement = Replacement(make, tuple(tuple(spec.shape) for spec in specs))
        else:
            replacement = self._replace(layer, tensors) or Replacement(functools.partial(self._clone, layer))
        key = (self._scope, id(layer), replacement.key)
        if key not in self._made:
            is_first = all(known[:2] != key[:2] for known in self._made)
            self._made[key] = replacement.make(layer.name if is_first else self._free_name(layer.name))
        return self._made[key]

    def _nested(self, model, specs, name):
        """Rebuilds a nested model; a second form, for other sizes, has layers of its own.

        Keras does not reload a layer that two nested models share.
        """
        outer, self._scope = self._scope, self._scope if name == model.name else name
        rebuilt = self._rebuild(model, specs, name)
        self._scope = outer
        return [rebuilt]

    def _nested_specs(self, model, tensors):
        """The inputs a nested model declares; with the sizes of the call where a layer inside needs them."""
        if any(self._needs_sizes(layer) for layer in _all_layers(model)):
            return tensors
        return model.inputs

    def _clone(self, layer, name):
        new = clone(layer)
        self._clones.append((layer, new))
        return [new]

    def _free_name(self, name):
        number = 1
        while f"{name}_{number}" in self._names:
            number += 1
        self._names.add(f"{name}_{number}")
        return f"{name}_{number}"


def is_graph(layer):
    """Says whether what a model does is recorded as a graph: Sequential and functional models."""
    written_by_keras = getattr(type(layer).call, "__qualname__", "") in ("Functional.call", "Sequential.call")
    return isinstance(layer, keras.Model) and written_by_keras


def check_model(model):
    """Raises unless the model is a built Sequential or functional model."""
    if not isinstance(model, keras.Layer):
        raise TypeError(f"Expected a Keras model. Received {model!r} of type {type(model)}.")
    if not is_graph(model):
        raise TypeError(
            f'Expected a Sequential or functional model. Received {type(model).__name__} "{model.name}", whose call is '
            "code and not a graph of layers. Write it as keras.Model(inputs, outputs)."
        )
    if not model.built or not model.inputs:
        raise ValueError(
            f'{type(model).__name__} "{model.name}" is not built, so it has no weights yet. Begin it with '
            "keras.Input(shape), or call it on data first."
        )


def sublayers(layer):
    """Lists the layers inside a layer, at any depth."""
    return list(layer._flatten_layers(include_self=False)) if isinstance(layer, keras.Layer) else []


def _all_layers(model):
    """Lists the layers of a model and of its nested models."""
    for layer in model.layers:
        yield from _all_layers(layer) if is_graph(layer) else (layer,)


def _all_names(model):
    for operation in getattr(model, "operations", model.layers):
        yield operation.name
        yield from _all_names(operation) if is_graph(operation) else ()


def _filled(model, input_shape):
    """Lists the inputs of a model with their shapes, open sizes filled from `input_shape`."""
    declared = [(None, *old.shape[1:]) for old in model.inputs]
    if input_shape is None:
        return list(zip(model.inputs, declared, strict=True))
    given = [(None, *shape) for shape in shape_list(input_shape)]
    if len(given) != len(declared) or not all(map(_fits, given, declared)):
        expected = [shape[1:] for shape in declared]
        raise ValueError(
            f'"{model.name}" expects input_shape like {expected[0] if len(expected) == 1 else expected} (without the '
            f"batch), None standing for any size. Received input_shape={input_shape}."
        )
    return list(zip(model.inputs, given, strict=True))


def _fits(given, declared):
    sizes = zip(given, declared, strict=False)
    return len(given) == len(declared) and all(size in (None, new) for new, size in sizes)


def clone(layer, name=None):
    """Makes a layer of the same configuration.

    Args:
        layer: A layer.
        name: Name of the new layer; by default that of the old one.

    Raises:
        ValueError: if its class does not return what its constructor takes.
    """
    try:
        config = layer.get_config()
        return type(layer).from_config(config if name is None else {**config, "name": name})
    except (TypeError, ValueError, NotImplementedError) as error:
        raise ValueError(
            f'{type(layer).__name__} "{layer.name}" cannot be rebuilt from its configuration: {error} '
            f"Give its class a get_config() that returns the arguments of its constructor."
        ) from error


def copy_weights(layer, new):
    """Sets the weights of a clone to those of the layer."""
    if not getattr(layer, "weights", None):
        return
    try:
        new.set_weights(layer.get_weights())
    except ValueError as error:
        raise ValueError(
            f'{type(layer).__name__} "{layer.name}" has weights that do not fit the new model: {error} '
            "Use the input_shape that it was built with."
        ) from error
    if isinstance(new, keras.layers.Normalization):
        new.finalize_state()
