"""Products with Jacobians, and what waits for them."""

import keras
import numpy as np
import pytest
from keras import ops

from tfconvkit import backend


def test_products_with_several_outputs_are_summed_and_unused_inputs_get_zeros():
    def function(x, y, unused):
        return [x * y, ops.sum(x)]

    x, y, unused = np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.ones(3)
    products = backend.vjp(function, [x, y, unused], [np.array([1.0, 10.0]), np.array(5.0)])
    assert [ops.convert_to_numpy(p).tolist() for p in products] == [[8.0, 45.0], [1.0, 20.0], [0.0, 0.0, 0.0]]


def test_a_product_written_by_hand_is_used_and_gets_what_was_kept():
    def forward(x, count):
        return [x * x, count + 1], [x, count]

    def backward(kept, cotangents):
        x, count = kept
        assert int(count) == 7
        return [100 * x * cotangents[0], None]

    def function(x):
        return backend.custom_vjp(forward, backward, [x, ops.convert_to_tensor(7)])[0]

    x = np.array([1.0, 2.0])
    assert ops.convert_to_numpy(function(ops.convert_to_tensor(x))).tolist() == [1.0, 4.0]
    product = backend.vjp(function, [x], np.array([1.0, 1.0]))[0]
    assert ops.convert_to_numpy(product).tolist() == [100.0, 200.0]


def test_tensors_that_wait_for_others_keep_their_values():
    x = ops.convert_to_tensor([1.0, 2.0])
    assert np.array_equal(backend.after([x], [x + 1])[0], x)


def test_other_backends_have_no_differentiation(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "numpy")
    for function in (lambda: backend.vjp(abs, [], 1.0), lambda: backend.custom_vjp(abs, abs, [])):
        with pytest.raises(NotImplementedError, match="'numpy' has no automatic differentiation"):
            function()
