import json

import keras
import numpy as np
import pytest
import tolerances
from backends.running import compiled
from golden_files import load
from laws import gradient_error, relative_error

from tfconvkit import backend, losses, operators

PENALTIES = (
    losses.OrthogonalityPenalty((4, 6), factor=0.3),
    losses.LipschitzPenalty((4, 6), limit=0.5, factor=0.3),
    losses.OrthogonalityPenalty((4, 6), factor=0.3, strides=2),
    losses.LipschitzPenalty((4, 6), limit=0.5, factor=0.3, strides=(2, 1)),
)


def normal(shape=(3, 2, 2, 3)):
    return np.random.default_rng(0).normal(size=shape)


def shifts(taps, channels=3):
    """An orthogonal kernel: every channel goes to another one, shifted by its own tap."""
    kernel = np.zeros((3, 3, channels, channels))
    for channel, tap in enumerate(taps):
        kernel[(*tap, channel, (channel + 1) % channels)] = 1 - 2 * (channel % 2)
    return kernel


@pytest.mark.parametrize("grid", ((3, 3), (6, 5)))
def test_an_orthogonal_kernel_costs_nothing(grid):
    kernel = shifts([(0, 2), (1, 1), (2, 1)])
    assert float(losses.OrthogonalityPenalty(grid)(kernel)) <= tolerances.LAW["float64"]
    assert float(losses.LipschitzPenalty(grid, limit=1 + 1e-12)(kernel)) == 0
    for part in (kernel[..., :2], kernel[..., :2, :]):
        assert float(losses.OrthogonalityPenalty(grid)(part)) <= tolerances.LAW["float64"]
    assert float(losses.OrthogonalityPenalty(grid)(kernel + 0.1)) > 0.01


def test_gathering_all_pixels_of_a_stride_is_orthogonal():
    kernel = np.eye(8).reshape(2, 2, 2, 8)
    assert float(losses.OrthogonalityPenalty((4, 6), strides=2)(kernel)) <= tolerances.LAW["float64"]
    assert float(losses.OrthogonalityPenalty((4, 6), strides=1)(kernel)) > 0.01


@pytest.mark.parametrize("strides", (1, 2))
@pytest.mark.parametrize("filters", (2, 9))
def test_both_penalties_are_those_of_the_dense_matrix(strides, filters):
    kernel = normal((3, 2, 2, filters))
    matrix = operators.Convolution(kernel, (4, 6), pad_mode="wrap", strides=strides).to_dense()
    s, count = np.linalg.svd(np.asarray(matrix), compute_uv=False), 24 // strides**2
    value = losses.OrthogonalityPenalty((4, 6), factor=0.3, strides=strides)(kernel)
    assert relative_error(value, 0.3 / count * np.sum((s**2 - 1) ** 2)) <= tolerances.LAW["float64"]
    value = losses.LipschitzPenalty((4, 6), limit=1.5, factor=0.3, strides=strides)(kernel)
    assert relative_error(value, 0.3 / count * np.sum(np.maximum(s - 1.5, 0) ** 2)) <= tolerances.LAW["float64"]


def test_orthogonality_is_the_same_on_every_grid_of_two_kernels():
    small, large = (losses.OrthogonalityPenalty(grid)(normal()) for grid in ((5, 3), (9, 8)))
    assert relative_error(small, large) <= tolerances.LAW["float64"]


def test_a_limit_at_the_golden_norm_costs_nothing():
    golden = load("circspec_2to5_k3", "linear")
    kernel, grid, norm = golden["kernel_hwio"], golden["in_hw"], float(golden["spectral_norm"])
    assert float(losses.LipschitzPenalty(grid, limit=norm + 1e-9)(kernel)) == 0
    assert float(losses.LipschitzPenalty(grid, limit=norm - 1e-3)(kernel)) > 0


@pytest.mark.parametrize("penalty", PENALTIES, ids=lambda penalty: f"{type(penalty).__name__}-{penalty.strides}")
def test_the_gradient_is_the_slope(penalty):
    assert gradient_error(penalty, [normal()], np.random.default_rng(1)) <= tolerances.FINITE_DIFFERENCE


def test_a_function_of_xla_gives_the_same():
    penalty, kernel = losses.LipschitzPenalty((3, 4), limit=0.5), normal((2, 2, 1, 2)).astype("float32")
    assert relative_error(compiled(penalty)(kernel), penalty(kernel)) <= tolerances.SAME_LAYER


@pytest.mark.parametrize("penalty", PENALTIES, ids=lambda penalty: f"{type(penalty).__name__}-{penalty.strides}")
def test_a_saved_convolution_keeps_its_penalty(penalty, tmp_path):
    inputs = keras.Input((8, 9, 2))
    conv = keras.layers.Conv2D(3, (3, 2), kernel_regularizer=penalty, dtype="mixed_float16")
    model = keras.Model(inputs, conv(inputs))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert keras.ops.dtype(loaded.losses[0]) == "float32" and float(loaded.losses[0]) == float(model.losses[0]) > 0
    config = json.loads(json.dumps(penalty.get_config()))
    assert type(penalty).from_config(config).get_config() == penalty.get_config()


def test_descent_finds_an_orthogonal_kernel():
    penalty = losses.OrthogonalityPenalty((5, 5), factor=1.0)
    kernel = shifts([(0, 2), (1, 1), (2, 1)]) + 0.1 * normal((3, 3, 3, 3))
    before = float(penalty(kernel))
    for _ in range(40):
        kernel = kernel - 0.03 * np.asarray(backend.vjp(penalty, [kernel], 1.0)[0])
    assert float(penalty(kernel)) < 0.01 * before


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: losses.OrthogonalityPenalty((4, 4), factor=-1), "factor must not be negative. Received factor=-1"),
        (lambda: losses.LipschitzPenalty((4, 4), limit=-1), "limit must not be negative. Received limit=-1"),
        (lambda: losses.OrthogonalityPenalty((2, 4))(normal()), "at least as large as the kernel"),
        (lambda: losses.LipschitzPenalty((4, 5), strides=2)(normal()), "divisible by the strides"),
    ],
)
def test_wrong_arguments_are_named_with_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_groups_and_depthwise_kernels_are_read_as_their_layers_do():
    identity = np.zeros((3, 3, 4, 1))
    identity[1, 1] = 1
    grouped = np.zeros((3, 3, 2, 4))
    grouped[1, 1] = np.tile(np.eye(2), 2)
    for kernel, settings in ((identity, {"depthwise": True}), (grouped, {"groups": 2})):
        assert float(losses.OrthogonalityPenalty((6, 6), 1.0, **settings)(kernel)) == pytest.approx(0, abs=1e-12)
        assert float(losses.LipschitzPenalty((6, 6), 1.0, 1.0, **settings)(1.5 * kernel)) == pytest.approx(1)
    with pytest.raises(ValueError, match="grid must list positive integers.*Received grid=8"):
        losses.OrthogonalityPenalty(8)
