"""Invertible convolutions with kernels larger than 1x1: circular, by frequencies."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from backends.running import compiled
from golden_files import load
from keras import ops
from laws import gradient_error, gradients, log_det_error, relative_error, round_trip_error

from tfconvkit import backend, layers, models

KERNEL_SIZES = (3, (2, 4), (1, 3))
SQUARE_GOLDEN = ("circspec_c2_k24", "circspec_c3_k3", "circspec_c4_k5")


def normal(shape=(2, 5, 6, 3), dtype="float64"):
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


def moved(kernel_size=3, dtype="float64", channels=3):
    """A layer away from its orthogonal start, but well conditioned."""
    layer = layers.InvertibleConv2D(kernel_size=kernel_size, seed=1, dtype=dtype)
    layer.build((None, None, None, channels))
    noise = np.random.default_rng(2).normal(size=layer.kernel.shape)
    layer.kernel.assign(layer.kernel + 0.3 * noise / np.sqrt(noise[..., 0].size))
    return layer


def golden_layer(golden):
    kernel = golden["kernel_hwio"]
    layer = layers.InvertibleConv2D(kernel_size=kernel.shape[:2], dtype="float64")
    layer.build((None, *golden["in_hw"], kernel.shape[-1]))
    layer.kernel.assign(kernel)
    return layer


@pytest.mark.parametrize("kernel_size", KERNEL_SIZES)
@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_the_inverse_undoes_the_forward_pass(kernel_size, dtype):
    assert round_trip_error(moved(kernel_size, dtype), normal(dtype=dtype)) <= tolerances.LAW[dtype]


@pytest.mark.parametrize("kernel_size", KERNEL_SIZES)
def test_the_log_determinant_is_that_of_the_jacobian(kernel_size):
    layer = moved(kernel_size, channels=2)
    assert log_det_error(layer, normal((1, 4, 5, 2))) <= tolerances.LOG_DET


@pytest.mark.parametrize("name", SQUARE_GOLDEN)
def test_log_determinant_and_its_gradient_are_the_golden_ones(name):
    golden = load(name, "linear")
    layer, x = golden_layer(golden), np.zeros((1, *golden["in_hw"], golden["kernel_hwio"].shape[-1]))

    def log_det(kernel):
        with keras.StatelessScope([(layer.kernel, kernel)]):
            return layer(x, return_log_det=True)[1]

    assert relative_error(layer(x, return_log_det=True)[1][0], golden["logabsdet"]) <= tolerances.GOLDEN_CIRCULAR
    gradient = backend.vjp(log_det, [golden["kernel_hwio"]], np.ones(1))[0]
    assert relative_error(gradient, golden["grad_logabsdet_hwio"]) <= tolerances.GOLDEN_CIRCULAR


def test_it_is_a_convolution_of_an_image_whose_edges_touch():
    layer, x = moved(), normal()
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="wrap")
    assert relative_error(layer(x), ops.conv(padded, layer.kernel, padding="valid")) <= tolerances.LAW["float64"]


def test_the_start_is_orthogonal_and_fixed_by_the_seed():
    both = [layers.InvertibleConv2D(kernel_size=(3, 2), seed=3, dtype="float64") for _ in range(2)]
    x = normal()
    y, log_det = both[0](x, return_log_det=True)
    assert relative_error(ops.sum(y * y), ops.sum(x * x)) <= tolerances.LAW["float64"]
    assert np.abs(log_det).max() <= tolerances.LAW["float64"]
    assert np.array_equal(both[1](x), y)


@pytest.mark.parametrize("inverse", (False, True))
def test_gradients_are_slopes(inverse):
    layer = moved((3, 2))

    def function(x, kernel):
        with keras.StatelessScope([(layer.kernel, kernel)]):
            y, log_det = layer(x, inverse=inverse, return_log_det=True)
        return ops.concatenate([ops.reshape(y, (-1,)), log_det], axis=0)

    inputs = [normal((1, 4, 5, 3)), ops.convert_to_numpy(layer.kernel)]
    assert gradient_error(function, inputs, np.random.default_rng(3)) <= tolerances.FINITE_DIFFERENCE


@pytest.mark.parametrize("inverse", (False, True))
def test_xla_compiles_both_directions_and_their_gradients(inverse):
    layer, x = moved(dtype="float32"), normal(dtype="float32")

    def values(x):
        return layer(x, inverse=inverse, return_log_det=True)

    def step(x):
        return *values(x), *gradients(lambda: sum(map(ops.sum, values(x))), (), [layer.kernel])

    x = ops.convert_to_tensor(x)
    assert relative_error(compiled(step)(x), step(x)) <= tolerances.SAME_LAYER


def test_half_precision_solves_in_float32():
    layer, x = moved(dtype="mixed_float16"), normal(dtype="float16")
    y, log_det = layer(x, return_log_det=True)
    back, _ = layer(y, inverse=True, return_log_det=True)
    assert tuple(map(ops.dtype, (y, log_det, back))) == ("float16", "float32", "float16")
    assert relative_error(back, x) <= tolerances.HALF["float16"]


@pytest.mark.tensorflow("graphs and SavedModel")
def test_the_exported_inverse_undoes_the_exported_layer(tmp_path):
    layer, x = moved(dtype="float32"), normal(dtype="float32")
    inputs = keras.Input((None, None, 3))
    keras.Model(inputs, layer(inputs, inverse=True)).export(str(tmp_path / "inverse"), verbose=False)
    served = tf.saved_model.load(str(tmp_path / "inverse"))
    assert relative_error(served.serve(layer(x)), x) <= tolerances.LAW["float32"]


def test_a_singular_kernel_has_no_volume():
    layer = moved()
    layer.kernel.assign(np.ones(layer.kernel.shape))
    assert float(layer(normal(), return_log_det=True)[1][0]) < -100
    layer.kernel.assign(np.zeros(layer.kernel.shape))
    assert float(layer(normal(), return_log_det=True)[1][0]) == -np.inf


def flow(reversible):
    net = keras.layers.Conv2D(4, 3, padding="same", activation="tanh")
    parts = [layers.InvertibleConv2D(seed=1, kernel_size=3), layers.AffineCoupling(net, mask="channel")]
    return models.Flow(layers.Chain([layers.Squeeze(2), layers.ActNorm(), *parts], reversible=reversible))


@pytest.mark.parametrize("reversible", (False, True))
def test_a_flow_with_it_trains(reversible):
    model = flow(reversible)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 8, 8, 1)).cumsum(axis=1).cumsum(axis=2).astype("float32")
    model.compile(keras.optimizers.Adam(3e-3))
    losses = model.fit(x, epochs=6, batch_size=32, verbose=0).history["loss"]
    assert losses[-1] < losses[1] - 0.05


def test_configurations_from_before_kernel_size_still_load():
    config = {"name": "old", "parametrization": "lu", "seed": 3}
    old = layers.InvertibleConv2D.from_config(config)
    assert old.kernel_size == (1, 1) and old.parametrization == "lu"
    config = json.loads(json.dumps(layers.InvertibleConv2D(kernel_size=(3, 2), seed=1).get_config()))
    assert config["kernel_size"] == [3, 2] and config["parametrization"] == "plain"
    assert layers.InvertibleConv2D.from_config(config).kernel_size == (3, 2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.InvertibleConv2D("lu", kernel_size=3), r'Received kernel_size=\(3, 3\). Use parametrization='),
        (lambda: layers.InvertibleConv2D(kernel_size=3).build((None, 2, 8, 3)), r"Received the grid \(2, 8\)"),
        (lambda: moved(3)(normal((1, 8, 2, 3))), r"Received the grid \(8, 2\) for a kernel of the dilated size"),
        (lambda: moved(3)(normal((1, 8, 2, 3)), inverse=True), r"Received the grid \(8, 2\)"),
        (lambda: layers.InvertibleConv2D(kernel_size=3).build((None, 8, 3)), r"needs an input \(batch, height, width"),
        (lambda: layers.InvertibleConv2D(kernel_size=0), "kernel_size must be a positive integer"),
    ],
)
def test_wrong_arguments_are_named_with_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()
