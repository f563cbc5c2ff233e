"""Every operator: its adjoint, its matrix, its checks, graphs, XLA."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from keras import ops
from laws import relative_error
from operators import cases

from tfconvkit.operators import Convolution, Identity, Mask

NAMES = (*cases.CONVOLUTIONS, *cases.OTHERS)


@pytest.mark.parametrize("name", NAMES)
def test_the_adjoint_is_exact(name):
    """`<A x, y> = <x, A^H y>`, relative to `|A x| |y|`."""
    operator = cases.operator(name)
    x, y = cases.samples(operator)
    ax, ay = np.array(operator.matvec(x)), np.array(operator.rmatvec(y))
    assert ops.dtype(ax) == ops.dtype(ay) == "float64" and ax.shape == y.shape and ay.shape == x.shape
    scale = np.linalg.norm(ax) * np.linalg.norm(y)
    assert abs(np.vdot(ax, y) - np.vdot(x, ay)) <= tolerances.LAW["float64"] * scale


@pytest.mark.parametrize("name", ("same, strides", "reflect", "stack", "pooling"))
def test_the_matrix_does_the_same(name):
    operator = cases.operator(name)
    x, y = cases.samples(operator)
    matrix = np.array(operator.to_dense())
    assert matrix.shape == (operator.range_size, operator.domain_size)
    law = tolerances.LAW["float64"]
    assert relative_error(operator.matvec(x), (x.reshape(2, -1) @ matrix.T).reshape(y.shape)) <= law
    assert relative_error(operator.rmatvec(y), (y.reshape(2, -1) @ matrix).reshape(x.shape)) <= law


def test_scipy_takes_it_over():
    linalg = pytest.importorskip("scipy.sparse.linalg")
    operator = cases.operator("same, strides")
    x, y = cases.samples(operator, batch=1)
    flat = operator.to_scipy()
    assert isinstance(flat, linalg.LinearOperator) and flat.dtype == "float64"
    assert relative_error(flat @ x.ravel(), np.ravel(operator.matvec(x))) <= tolerances.LAW["float64"]
    assert relative_error(flat.H @ y.ravel(), np.ravel(operator.rmatvec(y))) <= tolerances.LAW["float64"]


@pytest.mark.tensorflow("graphs")
@pytest.mark.parametrize("name", ("same", "wrap, depthwise, strides and dilation", "product", "row"))
def test_graphs_take_any_batch_and_xla_compiles_them(name):
    operator = cases.operator(name)
    shapes = operator.domain_shape, operator.range_shape
    for product, shape in zip((operator.matvec, operator.rmatvec), shapes, strict=True):
        graph = tf.function(product, input_signature=[tf.TensorSpec((None, *shape), tf.float64)])
        compiled = tf.function(product, jit_compile=True)
        for batch in (1, 3):
            x = cases.numbers(batch, *shape)
            expected = product(x)
            assert relative_error(graph(x), expected) <= tolerances.LAW["float64"]
            assert relative_error(compiled(tf.constant(x)), expected) <= tolerances.LAW["float64"]
        assert graph.experimental_get_tracing_count() == 1


def test_half_precision_is_computed_in_float32():
    operator = Convolution(cases.KERNEL.astype("float16"), cases.GRID)
    y = operator.matvec(cases.numbers(1, 6, 7, 2).astype("float16"))
    assert operator.dtype == keras.backend.standardize_dtype(y.dtype) == "float32"


@pytest.mark.parametrize("x, error, message", [
    (np.ones((6, 7, 2)), ValueError, r"matvec expects shape \(batch, 6, 7, 2\). Received \(6, 7, 2\). Add the batch"),
    (np.ones((1, 6, 6, 2)), ValueError, r"Received \(1, 6, 6, 2\). Reshape"),
    (np.ones((1, 6, 7, 2), "float32"), TypeError, r'matvec expects dtype "float64". Received "float32". Cast it'),
    (np.ones((1, 6, 7, 2), "int32"), TypeError, r'Received "int32"'),
])
def test_wrong_tensors_are_named(x, error, message):
    with pytest.raises(error, match=message):
        Convolution(cases.KERNEL, cases.GRID).matvec(x)


def test_other_dtypes_are_refused():
    with pytest.raises(ValueError, match=r'Identity: dtype must be "float32" or "float64". Received dtype=\'int32\''):
        Identity((2,), "int32")


def test_tensors_are_read_at_each_use():
    variable = keras.Variable(np.ones((2, 2)), dtype="float64")
    mask = Mask(variable)
    variable.assign(np.zeros((2, 2)))
    assert float(ops.sum(mask.matvec(np.ones((1, 2, 2))))) == 0
