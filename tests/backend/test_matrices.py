"""Linear algebra of complex matrices, also by the forms that XLA gets."""

import keras
import numpy as np
import pytest
import tolerances
from backends.running import compiled
from keras import ops
from laws import relative_error

from tfconvkit import backend
from tfconvkit.backend import matrices


def complex_numbers(*shape):
    rng = np.random.default_rng(0)
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def test_real_blocks_multiply_as_the_complex_matrices_do():
    a, b = complex_numbers(3, 2, 4), complex_numbers(3, 4, 5)
    blocks = [backend.working_form(ops.convert_to_tensor(x), is_block=True) for x in (a, b)]
    product = backend.from_working_form(blocks[0] @ blocks[1])
    assert relative_error([ops.real(product), ops.imag(product)], [(a @ b).real, (a @ b).imag]) < 1e-12
    assert ops.dtype(backend.working_form(ops.convert_to_tensor(a))) == "complex128"


def test_the_sign_of_determinants_by_elimination():
    a = np.random.default_rng(1).normal(size=(20, 5, 5))
    a[3, 2] = 0.0
    a[4] = np.eye(5)[[1, 0, 2, 3, 4]]
    expected = np.sign(np.linalg.det(a))
    assert {-1.0, 0.0, 1.0} == set(expected)
    assert np.array_equal(matrices._det_sign_by_elimination(ops.convert_to_tensor(a)), expected)
    assert np.array_equal(backend.det_sign(ops.convert_to_tensor(a)), expected)


def test_inverses_solutions_and_determinants_inside_xla():
    a, rows = complex_numbers(3, 4, 4), complex_numbers(3, 2, 4)

    def function(a, rows):
        inverse, solution = backend.inverse(a), backend.solve_rows(a, rows)
        parts = [part(x) for x in (inverse, solution) for part in (ops.real, ops.imag)]
        return [*parts, backend.log_abs_det(a), backend.singular_values(backend.working_form(a))[..., -1]]

    tensors = [ops.convert_to_tensor(x) for x in (a, rows)]
    expected = function(*tensors)
    found = compiled(function)(*tensors)
    assert relative_error(found[:-1], expected[:-1]) < tolerances.LAW["float64"]
    assert relative_error(found[-1], expected[-1]) < tolerances.XLA_SINGULAR
    assert np.allclose(np.linalg.slogdet(a)[1], expected[-2], rtol=1e-12)


def test_other_backends_have_no_complex_numbers(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "numpy")
    with pytest.raises(NotImplementedError, match="'numpy' has no complex linear algebra"):
        backend.inverse(np.ones((1, 1, 1)))
    for function in (lambda: backend.rfftn(np.ones(2), 1), lambda: backend.irfftn(np.ones(2), (2,)),
                     lambda: backend.complex_from(np.ones(2), np.ones(2))):
        with pytest.raises(NotImplementedError, match="'numpy' has no Fourier transform"):
            function()
