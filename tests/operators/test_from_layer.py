"""Layers as operators: which are taken, which are refused and why."""

import keras
import numpy as np
import pytest
import tolerances
from keras import ops
from laws import gradients, relative_error
from operators import cases

from tfconvkit import backend, layers, operators
from tfconvkit.operators import ConjugateGradient, from_layer

PLAIN = {"use_bias": False, "dtype": "float64"}


def test_the_operator_is_the_layer():
    layer = keras.layers.Conv2D(3, 3, strides=2, padding="same", **PLAIN)
    operator = from_layer(layer, (7, 6, 2))
    x, _ = cases.samples(operator)
    assert relative_error(operator.matvec(x), layer(x)) == 0
    plain = operators.Convolution(layer.kernel, (7, 6), strides=2)
    assert relative_error(operator.to_dense(), plain.to_dense()) <= tolerances.LAW["float64"]
    assert 'Conv2D "' in repr(operator)


def test_the_adjoint_of_unfold_is_fold():
    operator = from_layer(layers.Unfold(3, strides=2, padding="same", dtype="float64"), (6, 7, 2))
    _, y = cases.samples(operator)
    fold = layers.Fold(3, 2, padding="same", output_size=(6, 7), dtype="float64")
    assert relative_error(operator.H.matvec(y), fold(y)) <= tolerances.LAW["float64"]


def test_a_model_is_solved_and_its_weights_have_gradients():
    model = keras.Sequential([keras.Input((6, 6, 1), dtype="float64"), keras.layers.Conv2D(4, 3, **PLAIN),
                              keras.layers.AveragePooling2D(2, dtype="float64")])
    operator = from_layer(model, (6, 6, 1))
    y = operator.matvec(cases.numbers(1, 6, 6, 1))
    solver = ConjugateGradient(tol=1e-11)
    assert bool(operator.solve(y, solver).converged[0])
    found = gradients(lambda: ops.sum(operator.solve(y, solver).value), (), model.trainable_variables[:1])
    assert np.abs(ops.convert_to_numpy(found[0])).max() > 0


def test_frozen_weights_and_seeds_may_stand_in_a_layer():
    model = keras.Sequential([keras.layers.Dense(3, use_bias=False, trainable=False), keras.layers.Dropout(0.5)])
    operator = from_layer(model, (3,))
    y = operator.matvec(np.ones((1, 3), "float32"))

    def solved(y):
        return operator.solve(y, ConjugateGradient(tol=1e-5)).value

    assert relative_error(solved(y), np.ones((1, 3))) <= 1e-3
    assert np.any(ops.convert_to_numpy(backend.vjp(solved, [y], np.ones((1, 3)))[0]))


def dense(**arguments):
    return keras.layers.Dense(3, bias_initializer="ones", **arguments)


@pytest.mark.parametrize("make, message", [
    (lambda: dense(name="d"), r'Dense "d" is not linear: f\(0\) has numbers up to 1.0e\+00, as with a bias'),
    (lambda: keras.layers.ReLU(name="r"), r'ReLU "r" is not linear: f\(2.5 x - 0.5 z\) differs from'),
    (lambda: keras.layers.Lambda(lambda x: x * x, name="s"), r'Lambda "s" is not linear'),
    (lambda: keras.layers.Lambda(lambda x: x[:1] + 0 * x, name="b"), r'Lambda "b" is not linear'),
    (lambda: keras.layers.Lambda(lambda x: x[:1]), r"needs one output with the batch in front"),
    (lambda: keras.layers.Lambda(lambda x: (x, x)), r"needs one output with the batch in front. Received tuple"),
    (lambda: dense(dtype="mixed_float16"), r'computes in float32 or float64. Received "float16". Make the layer'),
])
def test_what_is_no_linear_layer_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        from_layer(make(), (4,))


def test_functions_are_refused():
    with pytest.raises(TypeError, match=r"expects a Keras layer or model. Received function"):
        from_layer(lambda x: x, (4,))
