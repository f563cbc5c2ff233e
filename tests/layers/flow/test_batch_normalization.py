"""Batch normalisation as a bijection, against its laws and the official code."""

import golden_files
import numpy as np
import pytest
import tolerances
from keras import ops
from laws import log_det_error, relative_error, round_trip_error

from tfconvkit import backend, layers

MASKS = (None, "checkerboard", "channel", "row", [[[0, 1, 1]]])


def normal(shape=(3, 3, 4, 3), dtype="float64"):
    return np.random.default_rng(0).normal(1.0, 2.0, size=shape).astype(dtype)


def moved(dtype="float64", **arguments):
    """A layer whose moving statistics and trained numbers are not those of the start."""
    layer = layers.FlowBatchNormalization(dtype=dtype, **arguments)
    layer.build((None, None, None, 3))
    rng = np.random.default_rng(1)
    layer.set_weights([rng.uniform(0.3, 2.0, size=w.shape) for w in layer.weights])
    return layer


@pytest.mark.parametrize("mask", MASKS, ids=str)
@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_the_inverse_undoes_inference(mask, dtype):
    layer = moved(dtype, mask=mask, complement=True, center=mask is None, scale=mask is None)
    assert round_trip_error(layer, normal(dtype=dtype)) <= tolerances.LAW[dtype]


@pytest.mark.parametrize("mask", MASKS, ids=str)
def test_the_log_determinant_is_that_of_the_jacobian(mask):
    layer = moved(mask=mask, center=mask is None, scale=mask is None)
    assert log_det_error(layer, normal((2, 2, 3, 3))) <= tolerances.LOG_DET


def test_training_normalises_the_batch_and_moves_the_moments():
    layer, x = layers.FlowBatchNormalization(dtype="float64", momentum=0.8), normal()
    y = ops.convert_to_numpy(layer(x, training=True))
    assert np.abs(y.mean(axis=(0, 1, 2))).max() <= 1e-12
    assert relative_error(y.var(axis=(0, 1, 2)), x.var(axis=(0, 1, 2)) / (x.var(axis=(0, 1, 2)) + 1e-4)) <= 1e-12
    expected = [0.2 * x.mean(axis=(0, 1, 2)), 0.8 + 0.2 * x.var(axis=(0, 1, 2))]
    assert relative_error([layer.moving_mean, layer.moving_variance], expected) <= tolerances.LAW["float64"]


def test_a_training_pass_is_not_undone_by_the_inverse_which_takes_moving_moments():
    layer, x = layers.FlowBatchNormalization(dtype="float64"), normal()
    y = layer(x, training=True)
    assert relative_error(layer(y, inverse=True, training=True), x) > 0.1
    assert relative_error(layer(y, inverse=True, training=True), layer(y, inverse=True)) == 0


def test_a_frozen_layer_takes_moving_moments_in_training():
    layer, x = moved(), normal()
    layer.trainable = False
    before = layer.get_weights()
    assert relative_error(layer(x, training=True), layer(x)) == 0
    assert relative_error(layer.get_weights(), before) == 0


def test_a_mask_counts_the_zeros_of_what_it_keeps():
    """As the official code: the moments are those of the masked array, and what is kept stays, bit for bit."""
    layer = layers.FlowBatchNormalization(mask="checkerboard", dtype="float64")
    x = normal((2, 4, 4, 3))
    kept = (np.indices((4, 4)).sum(axis=0) % 2)[None, :, :, None]
    changed = x * (1 - kept)
    mean, variance = changed.mean(axis=(0, 1, 2)), changed.var(axis=(0, 1, 2)) + 1e-4
    y, log_det = layer(x, return_log_det=True, training=True)
    expected = np.where(kept == 1, x, (x - mean) / np.sqrt(variance))
    assert relative_error(y, expected) <= tolerances.LAW["float64"]
    assert np.array_equal(ops.convert_to_numpy(y)[:, 0, 1], x[:, 0, 1])
    assert relative_error(log_det, np.full(2, -0.5 * 8 * np.log(variance).sum())) <= tolerances.LAW["float64"]


@pytest.mark.parametrize("scale", (1, 0))
@pytest.mark.parametrize("lag", ("0.0", "0.9"))
def test_outputs_gradients_and_moments_equal_the_official_batch_norm(scale, lag):
    data, case = golden_files.load("batch_norm", area="flow"), f"bn_scale{scale}_lag{lag}"
    layer, x = official(data, case, scale=bool(scale), center=True), data[f"{case}|in|x"]
    assert relative_error(layer(x), data[f"{case}|out|eval|y"]) <= tolerances.GOLDEN_FLOW
    keep = layer.get_weights()
    gradient = backend.vjp(lambda x: layer(x, training=True), [x], data[f"{case}|out|train|cotangent"])[0]
    assert relative_error(gradient, data[f"{case}|out|train|grad_x"]) <= tolerances.GOLDEN_FLOW
    layer.set_weights(keep)
    assert relative_error(layer(x, training=True), data[f"{case}|out|train|y"]) <= tolerances.GOLDEN_FLOW
    for name, weight in names(layer).items():
        expected = data.get(f"{case}|after|train|bn/{name}", data[f"{case}|var|bn/{name}"])
        assert relative_error(weight, expected) <= tolerances.GOLDEN_FLOW


@pytest.mark.parametrize("lag", ("0.0", "0.9"))
def test_outputs_and_volumes_equal_the_official_batch_norm_log_diff(lag):
    data, case = golden_files.load("batch_norm", area="flow"), f"logdiff_lag{lag}"
    x = data[f"{case}|in|x"]
    positions = x[0, ..., 0].size
    log_det = official(data, case)(x, return_log_det=True)[1]
    expected = -0.5 * positions * np.log(data[f"{case}|out|eval|var"]).sum()
    assert relative_error(log_det, np.full(len(x), expected)) <= tolerances.GOLDEN_FLOW
    y, log_det = official(data, case)(x, return_log_det=True, training=True)
    expected = positions * data[f"{case}|out|train|log_diff_channel"].sum()
    assert relative_error(y, data[f"{case}|out|train|y"]) <= tolerances.GOLDEN_FLOW
    assert relative_error(log_det, np.full(len(x), expected)) <= tolerances.GOLDEN_FLOW


def official(data, case, **arguments):
    """The layer with the settings and variables of a golden case."""
    momentum, lag = 1 - float(data[f"{case}|cfg|decay"]), float(data[f"{case}|cfg|bn_lag"])
    epsilon = float(data[f"{case}|cfg|epsilon"])
    layer = layers.FlowBatchNormalization(momentum=momentum, lag=lag, epsilon=epsilon, **arguments)
    layer.build(data[f"{case}|in|x"].shape)
    for name, weight in names(layer).items():
        weight.assign(data[f"{case}|var|bn/{name}"])
    return layer


def names(layer):
    official = {"mean": layer.moving_mean, "var": layer.moving_variance, "step": layer.step}
    return {n: w for n, w in {**official, "gamma": layer.gamma, "beta": layer.beta}.items() if w is not None}


def test_half_precision_normalises_in_float32():
    x = np.full((2, 8, 8, 3), 300.0, "float16") + normal((2, 8, 8, 3), "float16")
    y, log_det = layers.FlowBatchNormalization(dtype="mixed_float16")(x, return_log_det=True, training=True)
    assert (ops.dtype(y), ops.dtype(log_det)) == ("float16", "float32")
    assert np.isfinite(y).all() and np.isfinite(log_det).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.FlowBatchNormalization(mask="stripes"), "mask must be one of .*Received mask='stripes'"),
        (lambda: layers.FlowBatchNormalization(momentum=1.0), "less than 1. Received momentum=1.0"),
        (lambda: layers.FlowBatchNormalization(lag=1.0), "less than 1. Received .* lag=1.0"),
        (lambda: layers.FlowBatchNormalization(epsilon=-1.0), "epsilon must not be negative. Received epsilon=-1.0"),
        (lambda: layers.FlowBatchNormalization(mask="row", scale=True), "move what the mask keeps.*scale=True"),
        (lambda: layers.FlowBatchNormalization().build((None, 8, 8, None)), "needs a known number of channels"),
        (lambda: layers.FlowBatchNormalization(mask="channel").build((None, 8, 8, 1)), "at least 2 channels"),
    ],
)
def test_wrong_arguments_are_named_with_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()
