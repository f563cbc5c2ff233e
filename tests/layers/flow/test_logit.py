"""The logit transform, against its laws, the official code and the UvA tutorial."""

import golden_files
import numpy as np
import pytest
import tolerances
from keras import ops
from laws import log_det_error, relative_error, round_trip_error

from tfconvkit import backend, layers


def image(shape=(2, 3, 4, 3), dtype="float64"):
    return np.random.default_rng(0).uniform(0.01, 0.99, size=shape).astype(dtype)


@pytest.mark.parametrize("alpha", (0.0, 1e-5, 0.05, 0.9))
@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_the_inverse_undoes_the_forward_pass(alpha, dtype):
    assert round_trip_error(layers.Logit(alpha, dtype=dtype), image(dtype=dtype)) <= tolerances.LAW[dtype]


@pytest.mark.parametrize("alpha", (0.0, 0.1))
def test_the_log_determinant_is_that_of_the_jacobian(alpha):
    assert log_det_error(layers.Logit(alpha, dtype="float64"), image((2, 2, 3, 2))) <= tolerances.LOG_DET


@pytest.mark.parametrize("case", ("p0", "p1"))
def test_preprocessing_equals_the_official_code(case):
    data = golden_files.load("preprocess", area="flow")
    x, u = data[f"{case}|in|x"], data[f"{case}|in|u"]
    layer = layers.Logit(alpha=1 - float(data[f"{case}|cfg|data_constraint"]))
    y, log_det = layer((x + u) / 256, return_log_det=True)
    assert relative_error(y, data[f"{case}|out|f|logit"]) <= tolerances.GOLDEN_FLOW
    assert relative_error(log_det, data[f"{case}|out|f|transform_log_det"]) <= tolerances.GOLDEN_FLOW


def test_the_ends_of_the_interval_and_far_away_numbers_stay_finite():
    ends = np.array([[0.0, 1.0]], "float32")
    layer = layers.Logit(1e-5)
    y, log_det = layer(ends, return_log_det=True)
    assert np.isfinite(y).all() and np.isfinite(log_det).all()
    back, log_det = layer(np.array([[-1e4, 1e4]], "float32"), inverse=True, return_log_det=True)
    assert np.isfinite(back).all() and np.isfinite(log_det).all()
    gradient = backend.vjp(lambda y: layer(y, inverse=True, return_log_det=True)[1], [np.full((1, 2), 1e4)], np.ones(1))
    assert np.isfinite(gradient[0]).all()


def test_half_precision_reads_its_input_in_full():
    """Near 1 float16 has steps of 5e-4; the logit there takes the number as it was given."""
    x = np.array([[0.99999]], "float32")
    y = layers.Logit(0.0, dtype="mixed_float16")(x)
    assert ops.dtype(y) == "float16"
    assert abs(float(y[0, 0]) - np.log(x / (1 - x))[0, 0]) <= 1e-2


@pytest.mark.parametrize("alpha", (1.0, -0.1))
def test_wrong_steps_are_named_with_what_was_expected(alpha):
    with pytest.raises(ValueError, match=f"at least 0 and less than 1. Received alpha={alpha}"):
        layers.Logit(alpha)


def test_a_grid_of_any_rank_is_summed_per_sample():
    for shape in ((4,), (4, 3), (4, 3, 2, 2, 1)):
        assert ops.shape(layers.Logit()(image(shape), return_log_det=True)[1]) == (4,)
