"""Any linear Keras layer as an operator."""

import numpy as np
from keras import ops

from tfconvkit.operators.base import LinearOperator
from tfconvkit.operators.maps import tensor_of
from tfconvkit.ops import arguments

# Largest error of a linear layer relative to its largest output, in its own precision. Measured: 1.5e-6 and 4.4e-15.
LINEAR = {"float32": 1e-4, "float64": 1e-10}


class LayerOperator(LinearOperator):
    """Is a linear Keras layer or model; made by `from_layer`. Its tensors are the weights.

    Args:
        layer: A built layer.
        input_shape, output_shape: Shapes of a sample.
        dtype: That of the output.
    """

    def __init__(self, layer, input_shape, output_shape, dtype):
        _check_layer("LayerOperator", layer)
        self.layer = layer
        super().__init__(input_shape, output_shape, dtype)

    @property
    def tensors(self):
        return [tensor_of(variable) for variable in self._variables() if _is_float(variable)]

    def apply(self, tensors, x):
        given = iter(tensors)
        # What is no real number, such as the state of a seed, has no gradient and stays with the layer.
        values = [next(given) if _is_float(v) else ops.convert_to_tensor(v) for v in self._variables()]
        count = len(self.layer.trainable_variables)
        return self.layer.stateless_call(values[:count], values[count:], x)[0]

    def _variables(self):
        return [*self.layer.trainable_variables, *self.layer.non_trainable_variables]

    def __repr__(self):
        return f'{super().__repr__()[:-1]}, {type(self.layer).__name__} "{self.layer.name}")'


def from_layer(layer, input_shape, seed=0):
    """Makes an operator of a linear Keras layer or model, its adjoint by the vector-Jacobian product.

    The layer is called as in inference. That it is linear is tested on random numbers: `f(0) = 0`, and
    `f(a x + b z) = a f(x) + b f(z)` sample by sample.

    Args:
        layer: A layer or model of one input and one output; built here where it is not yet.
        input_shape: Shape of a sample, without the batch.
        seed: Seed of the random numbers.

    Returns:
        A `LayerOperator`.

    Raises:
        TypeError: for an object that is no Keras layer.
        ValueError: for a layer that is not linear, that has several outputs or computes in half precision.

    Example:
        >>> pool = from_layer(keras.layers.AveragePooling2D(2), (8, 8, 3))
        >>> pool.H.matvec(np.ones((1, 4, 4, 3), "float32")).shape
        TensorShape([1, 8, 8, 3])
    """
    _check_layer("from_layer", layer)
    input_shape = arguments.integers("from_layer", "input_shape", input_shape, least=1)
    seed = arguments.integer("from_layer", "seed", seed, least=0)
    name = f'{type(layer).__name__} "{layer.name}"'
    at_zero = layer(np.zeros((2, *input_shape), "float32"))
    if not hasattr(at_zero, "shape") or at_zero.shape[0] != 2 or 0 in tuple(at_zero.shape):
        raise ValueError(f"{name}: an operator needs one output with the batch in front. Received "
                         f"{getattr(at_zero, 'shape', type(at_zero).__name__)}. Wrap the output you need in a Model.")
    dtype = ops.dtype(at_zero)
    if dtype not in LINEAR:
        raise ValueError(f'{name}: an operator needs a layer that computes in float32 or float64. Received "{dtype}". '
                         f'Make the layer with dtype="float32".')
    operator = LayerOperator(layer, input_shape, at_zero.shape[1:], dtype)
    _check_linear(operator, name, ops.convert_to_numpy(at_zero), seed)
    return operator


def _check_layer(owner, layer):
    if not hasattr(layer, "stateless_call") or isinstance(layer, type):
        raise TypeError(f"{owner} expects a Keras layer or model. Received {type(layer).__name__}. A function of "
                        f"tensors becomes one with keras.layers.Lambda.")


def _is_float(variable):
    return "float" in ops.dtype(variable)


def _check_linear(operator, name, at_zero, seed):
    x, z = np.random.default_rng(seed).normal(size=(2, *operator.domain_shape)).astype(operator.dtype)
    outputs = ops.convert_to_numpy(operator.matvec(np.stack([x, z])))
    both = ops.convert_to_numpy(operator.matvec((2.5 * x - 0.5 * z)[None].astype(operator.dtype)))
    largest = max(np.abs(outputs).max(), 1e-30)
    if not np.abs(at_zero).max() <= LINEAR[operator.dtype] * largest:
        raise ValueError(f"{name} is not linear: f(0) has numbers up to {np.abs(at_zero).max():.1e}, as with a bias. "
                         f"Use use_bias=False, or subtract f(0) from the data and set the bias to zero.")
    error = np.abs(both[0] - 2.5 * outputs[0] + 0.5 * outputs[1]).max()
    if not error <= LINEAR[operator.dtype] * largest:
        raise ValueError(f"{name} is not linear: f(2.5 x - 0.5 z) differs from 2.5 f(x) - 0.5 f(z) by "
                         f"{error / largest:.1e} of the largest output. An activation, a product of inputs or noise is "
                         f"none of an operator's parts; leave it out.")
