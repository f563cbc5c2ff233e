"""Back-propagation through bijections that computes activations again from outputs instead of keeping them."""

import threading

import keras
from keras import ops, tree

from tfconvkit import backend

_LOCAL = threading.local()


def kept(layer, make):
    """Returns `make()`, or what it returned in the pass that is being undone.

    Batch moments are the case: `y = (x - mean) / std` is undone with the mean and std of `x`, which `y` does not tell.
    A layer that normalises by the batch gets its few numbers per channel through this function, in both directions.

    Args:
        layer: The layer that calls.
        make: Function without arguments that returns a list of tensors.

    Example:
        >>> layer, x = layers.FlowBatchNormalization(), ops.ones((2, 8, 8, 3))
        >>> kept(layer, lambda: [ops.mean(x, axis=(0, 1, 2))])[0].shape
        TensorShape([3])
    """
    memory = getattr(_LOCAL, "memory", None)
    return make() if memory is None else memory.visit(layer, make)


def run(layers, x, condition=None, inverse=False, training=None):
    """Applies invertible layers one after the other, with back-propagation from their outputs.

    Back-propagation goes from the last layer to the first: undo the layer, compute it again from the input found so,
    pull the gradient back through it. The activations of one layer at a time are in memory, whatever the depth, for
    1.3 to 1.6 times the time. Gradients are those of the ordinary pass up to the error of the inverses, so this
    is for float32 and float64.

    The second computation sees the weights, states and seeds of the first: random numbers come out equal, and no state
    is updated twice. Batch moments are kept (see `kept`). There are no second derivatives. In eager mode TensorFlow's
    tape keeps activations all the same: memory is saved in a `tf.function`, as in `fit`.

    Args:
        layers: List of built `Invertible` layers, in the order of execution.
        x: Tensor or structure of tensors.
        condition: Tensor for all layers, or None.
        inverse: Whether the layers run in their inverse direction.
        training: Whether in training.

    Returns:
        Pair `(y, log_det)`.

    Raises:
        ValueError: if a layer adds losses in its call.

    Reference:
        Gomez et al., The Reversible Residual Network, 2017 (https://arxiv.org/abs/1707.04585).

    Example:
        >>> x, chain = ops.ones((2, 8, 8, 3)), layers.Chain([layers.ActNorm(), layers.InvertibleConv2D()])
        >>> chain.build(x.shape)
        >>> y, log_det = run(chain.layers, x, training=True)
        >>> y.shape, log_det.shape
        (TensorShape([2, 8, 8, 3]), TensorShape([2]))
    """
    one_pass = _Pass(layers, inverse=inverse, training=bool(training))
    condition = [] if condition is None else [condition]
    # Inside another such pass nothing is kept anyway, and its memory has to see the layers.
    return one_pass.plain(x, condition) if hasattr(_LOCAL, "memory") else one_pass(x, condition)


class _Memory:
    """A scope that notes what layers make, or hands the notes out again, the last first, while they are undone."""

    def __init__(self, notes=None):
        self.is_undoing = notes is not None
        self.notes = notes or []

    def visit(self, layer, make):
        if not self.is_undoing:
            self.notes.append((layer, make()))
            return self.notes[-1][1]
        position = max(i for i, (owner, _) in enumerate(self.notes) if owner is layer)
        return self.notes.pop(position)[1]

    def __enter__(self):
        self.outer = getattr(_LOCAL, "memory", None)
        _LOCAL.memory = self
        return self

    def __exit__(self, *_):
        del _LOCAL.memory
        if self.outer is not None:
            _LOCAL.memory = self.outer


class _Pass:
    """One pass through a list of layers, as the two functions that `backend.custom_vjp` takes.

    Their lists of tensors are flattened from `[x, condition, weights, states]` before, `[y, log_det, new states]`
    after and `[y, log_det, condition, weights, [[states, notes] of each layer]]` in between; `self` knows the
    structures, and holds no tensor.
    """

    def __init__(self, layers, inverse, training):
        self.layers, self.inverse, self.training = layers, inverse, training
        self.weights = _unique(v for layer in layers for v in layer.trainable_variables)
        self.states = _unique(v for layer in layers for v in layer.non_trainable_variables)

    def __call__(self, x, condition):
        # Times one makes a copy: without a graph, states change in place before they are needed again.
        inputs = [x, condition, [_value(v) for v in self.weights], [_value(v) * 1 for v in self.states]]
        inputs = tree.map_structure(ops.convert_to_tensor, inputs)
        self.inputs = tree.map_structure(_dtype, inputs)
        outputs = backend.custom_vjp(self._forward, self._backward, tree.flatten(inputs))
        y, log_det, states = tree.pack_sequence_as(self.outputs, outputs)
        for variable, value in zip(self.changed, states, strict=True):
            variable.assign(value)
        return y, log_det

    def plain(self, x, condition, around=lambda layer, apply: apply()):
        """Applies the layers and sums log-determinants; the backend keeps what it needs."""
        total = 0.0
        for layer in self.layers:
            x, log_det = around(layer, lambda layer=layer, x=x: self._apply(layer, x, condition))
            total = total + log_det
        return x, total

    def _apply(self, layer, x, condition, is_undone=False):
        directions = {"inverse": self.inverse != is_undone, "training": self.training, "return_log_det": True}
        return layer(x, condition=condition[0] if condition else None, **directions)

    def _forward(self, *tensors):
        x, condition, weights, states = tree.pack_sequence_as(self.inputs, tensors)
        steps, self.owners = [], []

        def noted(layer, apply):
            own = _current(scope, layer.non_trainable_variables)
            with _Memory() as memory:
                result = apply()
            self.owners.append([owner for owner, _ in memory.notes])
            steps.append([own, [note for _, note in memory.notes]])
            return result

        with _scope(self.weights + self.states, weights + states) as scope:
            before = _current(scope, self.states)
            y, log_det = self.plain(x, condition, noted)
            after = _current(scope, self.states)
        self._refuse_losses(scope)
        changes = [(v, new) for v, new, old in zip(self.states, after, before, strict=True) if new is not old]
        self.changed = [variable for variable, _ in changes]
        outputs, keep = [y, log_det, [new for _, new in changes]], [y, log_det, condition, weights, steps]
        self.outputs, self.keep = (tree.map_structure(_dtype, tensors) for tensors in (outputs, keep))
        return tree.flatten(outputs), tree.flatten(keep)

    def _backward(self, keep, cotangents):
        y, log_det, condition, weights, steps = tree.pack_sequence_as(self.keep, keep)
        flow, volume, _ = tree.pack_sequence_as(self.outputs, cotangents)
        flow = [_or_zeros(v, leaf) for v, leaf in zip(tree.flatten(flow), tree.flatten(y), strict=True)
                if _is_float(leaf)]
        values, sums = dict(zip(map(id, self.weights), weights, strict=True)), _Sums()
        for layer, (states, notes), owners in list(zip(self.layers, steps, self.owners, strict=True))[::-1]:
            own = layer.trainable_variables
            values.update(zip(map(id, layer.non_trainable_variables), states, strict=True))
            y = tree.pack_sequence_as(y, backend.after(tree.flatten(y), flow))
            y = self._undo(layer, y, condition, values, list(zip(owners, notes, strict=True)))
            flow, *gradients = self._pull_back(layer, y, condition, values, [*flow, _or_zeros(volume, log_det)])
            sums.add([*map(id, own), *_keys(condition)], [*gradients[0], *gradients[1]])
        return self._gradients(y, flow, sums)

    def _undo(self, layer, y, condition, values, notes):
        with _scope(layer.variables, [values[id(v)] for v in layer.variables]), _Memory(notes):
            return self._apply(layer, y, condition, is_undone=True)[0]

    def _pull_back(self, layer, x, condition, values, cotangents):
        """Returns the gradients of a layer with respect to the floats of its input, its weights and the condition."""
        own, others = layer.trainable_variables, layer.non_trainable_variables
        point = [[leaf for leaf in tree.flatten(x) if _is_float(leaf)], [values[id(v)] for v in own], condition]

        def function(*tensors):
            floats, weights, condition = tree.pack_sequence_as(point, tensors)
            with _scope(own + others, [*weights, *(values[id(v)] for v in others)]):
                y, log_det = self._apply(layer, _with_floats(x, floats), condition)
            return [*(leaf for leaf in tree.flatten(y) if _is_float(leaf)), log_det]

        return tree.pack_sequence_as(point, backend.vjp(function, tree.flatten(point), cotangents))

    def _gradients(self, x, flow, sums):
        floats = iter(flow)
        flow = [next(floats) if _is_float(leaf) else None for leaf in tree.flatten(x)]
        keys = [*_keys(self.inputs[1]), *map(id, self.weights), *map(id, self.states)]
        gradients, dtypes = [*flow, *map(sums.get, keys)], tree.flatten(self.inputs)
        return [g if g is None else ops.cast(g, dtype) for g, dtype in zip(gradients, dtypes, strict=True)]

    def _refuse_losses(self, scope):
        if scope.losses:
            raise ValueError(
                "Reversible back-propagation computes layers twice and cannot carry the losses that they add in their "
                f"call. Received {len(scope.losses)} such losses from {[layer.name for layer in self.layers]}. "
                "Use reversible=False, or weight regularizers instead of activity regularizers."
            )


class _Sums(dict):
    """Sums of gradients by key: a weight may stand in several layers, the condition stands in all."""

    def add(self, keys, gradients):
        for key, gradient in zip(keys, gradients, strict=True):
            self[key] = self[key] + gradient if key in self else gradient


def _keys(condition):
    return ["condition"] * len(condition)


def _unique(variables):
    return list({id(variable): variable for variable in variables}.values())


def _value(variable):
    value = variable.value
    if _dtype(value) != variable.dtype:
        raise ValueError(
            f"Reversible back-propagation reads weights in their own dtype. Received {variable.path} of "
            f"{variable.dtype} as {_dtype(value)}. Give the chain the dtype of its layers."
        )
    return value


def _dtype(tensor):
    return keras.backend.standardize_dtype(tensor.dtype)


def _is_float(tensor):
    return "float" in _dtype(tensor)


def _with_floats(structure, floats):
    floats = iter(floats)
    return tree.map_structure(lambda leaf: next(floats) if _is_float(leaf) else leaf, structure)


def _or_zeros(cotangent, tensor):
    return ops.zeros_like(tensor) if cotangent is None else cotangent


def _scope(variables, values):
    """Variables have these values inside, and assignments do not leave the scope."""
    return keras.StatelessScope(zip(variables, values, strict=True), collect_losses=True, initialize_variables=False)


def _current(scope, variables):
    return [scope.get_current_value(variable) for variable in variables]
