"""Dequantisation, against the UvA tutorial, and as a density of integers."""

import golden_files
import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from keras import ops
from laws import gradients, relative_error
from layers.flow import legacy

from tfconvkit import backend, layers, models


class WithNoise(layers.Dequantize):
    """Takes its uniform noise from an array."""

    uniform = None

    def _uniform(self, x):
        return ops.cast(self.uniform, x.dtype)


def integers(quants=256, shape=(3, 4, 5, 2)):
    return np.random.default_rng(0).integers(quants, size=shape)


def conditional_flow(dtype="float32", depth=2):
    """Couplings whose networks see the image, with a scale that is not the start's 0."""
    couplings = []
    for index in range(depth):
        net = keras.Sequential([keras.layers.Conv2D(6, 3, padding="same", activation="elu", dtype=dtype),
                                keras.layers.Conv2D(4, 3, padding="same", dtype=dtype)])
        couplings.append(layers.AffineCoupling(net, complement=index % 2, dtype=dtype, name=f"coupling_{index}"))
    flow = layers.Chain(couplings, name="flow")
    flow(np.zeros((1, 4, 4, 2)), condition=np.zeros((1, 4, 4, 2)))
    for layer in couplings:
        layer.scale.assign(0.5)
    return flow


@pytest.mark.parametrize("case", ("deq0", "deq1", "deq2"))
def test_uniform_dequantisation_and_logit_equal_the_tutorial(case):
    data = golden_files.load("uva_dequantization", area="flow")
    dequantize = WithNoise(int(data[f"{case}|cfg|quants"]))
    dequantize.uniform = legacy.last_channels(data[f"{case}|in|u"])
    flow = layers.Chain([dequantize, layers.Logit(float(data[f"{case}|cfg|alpha"]))])
    x = legacy.last_channels(data[f"{case}|in|x"])
    z, log_det = flow(x, return_log_det=True)
    assert relative_error(z, legacy.last_channels(data[f"{case}|out|z"])) <= tolerances.GOLDEN_FLOW
    assert relative_error(log_det, data[f"{case}|out|ldj"]) <= tolerances.GOLDEN_FLOW
    back, log_det = flow(legacy.last_channels(data[f"{case}|out|z"]), inverse=True, return_log_det=True)
    assert np.array_equal(back, legacy.last_channels(data[f"{case}|out|inverse_x"]))
    assert relative_error(log_det, data[f"{case}|out|inverse_ldj"]) <= tolerances.GOLDEN_FLOW


def test_variational_dequantisation_equals_the_tutorial():
    case = legacy.cases("uva_dequantization")["vardeq0"]
    flow = layers.Chain([uva_coupling(case["var"], index) for index in range(int(case["cfg"]["n_flows"]))])
    dequantize = WithNoise(256, flow=flow, alpha=float(case["cfg"]["alpha"]))
    dequantize.uniform = legacy.last_channels(case["in"]["u"])
    x = legacy.last_channels(case["in"]["x"])
    z, log_det = layers.Chain([dequantize, layers.Logit(dequantize.alpha)])(x, return_log_det=True)
    assert relative_error(z, legacy.last_channels(case["out"]["z"])) <= tolerances.GOLDEN_FLOW
    assert relative_error(log_det, case["out"]["ldj"]) <= tolerances.GOLDEN_FLOW


def uva_coupling(variables, index):
    """A coupling of the tutorial on one channel and the image; it has the scale before the shift."""
    prefix = f"flows.{index}."
    network = models.GatedConvNet(5, out_channels=2, blocks=1)
    coupling = layers.AffineCoupling(network, complement=index % 2, scale_bound="soft_tanh", name=f"coupling_{index}")
    coupling.build((None, 6, 6, 1), (None, 6, 6, 1))
    *values, kernel, bias = legacy.uva_values(variables, f"{prefix}network.", blocks=1)
    network.set_weights([*values, legacy.swap_halves(kernel), legacy.swap_halves(bias)])
    coupling.scale.assign(variables[f"{prefix}scaling_factor"])
    return coupling


@pytest.mark.parametrize("quants", (1, 5, 17, 256, 1000))
@pytest.mark.parametrize("dtype", ("float32", "float64"))
def test_the_inverse_gives_the_integers_back_whatever_the_noise(quants, dtype):
    x = np.arange(quants).reshape(1, -1, 1, 1)
    for uniform in (0.0, 0.5, 1 - 1e-7, 1.0):
        layer = WithNoise(quants, dtype=dtype)
        layer.uniform = np.full(x.shape, uniform)
        y, log_det = layer(x, return_log_det=True)
        back, back_log_det = layer(y, inverse=True, return_log_det=True)
        assert np.array_equal(back, x)
        assert ((ops.convert_to_numpy(y) >= 0) & (ops.convert_to_numpy(y) < 1)).all()
        assert relative_error(log_det, np.array([-quants * np.log(quants)])) <= tolerances.LAW[dtype]
        assert relative_error(-back_log_det, log_det) <= tolerances.LAW[dtype]


def test_the_inverse_keeps_to_the_range():
    y = np.array([[-0.1, 0.0, 0.999, 1.0, 1.5]])
    assert ops.convert_to_numpy(layers.Dequantize(17)(y, inverse=True)).tolist() == [[0, 0, 16, 16, 16]]


def test_variational_noise_stays_in_its_cell_and_is_undone():
    layer, x = layers.Dequantize(17, flow=conditional_flow("float64"), seed=1), integers(17)
    y, log_det = layer(x, return_log_det=True)
    noise = ops.convert_to_numpy(y) * 17 - x
    assert (noise >= 0).all() and (noise < 1).all()
    back, back_log_det = layer(y, inverse=True, return_log_det=True)
    assert np.array_equal(back, x)
    assert relative_error(-back_log_det, log_det) <= 1e-9


def test_the_variational_volume_is_the_density_of_the_noise():
    """`log_det = -D log(quants) + log|det dv/du|`, the latter by automatic differentiation."""
    flow, x = conditional_flow("float64"), integers(17, (1, 2, 3, 2))
    layer = WithNoise(17, flow=flow, alpha=0.0)
    u = np.random.default_rng(1).uniform(0.05, 0.95, size=x.shape)

    def function(u):
        layer.uniform = u
        return layer(x)

    jacobian = np.stack([np.ravel(backend.vjp(function, [u], row.reshape(x.shape))[0]) for row in np.eye(12)])
    layer.uniform = ops.convert_to_tensor(u)
    log_det = layer(x, return_log_det=True)[1]
    assert abs(float(log_det[0]) - np.linalg.slogdet(jacobian).logabsdet) <= tolerances.LOG_DET * 12 * np.log(17)


def test_the_flow_is_trained_through_the_bound():
    layer = layers.Dequantize(256, flow=conditional_flow())

    def loss():
        y, log_det = layer(integers(), return_log_det=True, training=True)
        return ops.mean(log_det) + ops.mean(y)

    found = gradients(loss, (), layer.trainable_variables)
    assert len(found) == 10 and all(np.abs(ops.convert_to_numpy(g)).max() > 0 for g in found)


@pytest.mark.tensorflow("graphs")
@pytest.mark.parametrize("jit_compile", (False, True))
@pytest.mark.parametrize("has_flow", (False, True))
def test_it_is_compiled_for_unknown_sizes_and_draws_anew_in_every_call(jit_compile, has_flow):
    layer = layers.Dequantize(256, flow=conditional_flow() if has_flow else None, seed=1)
    layer(integers())

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 2), "int64")], jit_compile=jit_compile)
    def function(x):
        return layer(x, return_log_det=True)

    for shape in ((2, 4, 5, 2), (3, 6, 3, 2)):
        x = integers(shape=shape)
        (first, log_det), (second, _) = function(x), function(x)
        assert np.abs(first - second).max() > 1e-3
        assert np.array_equal(np.floor(first * 256), x) and log_det.shape == shape[:1]


def test_models_with_it_are_saved_and_loaded(tmp_path):
    layer = layers.Dequantize(17, flow=conditional_flow(), alpha=1e-4, seed=3)
    inputs = keras.Input((4, 5, 2))
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras").layers[-1]
    assert (again.quants, again.alpha, again.seed) == (17, 1e-4, 3)
    y = layer(integers(17))
    both = (one(y, inverse=True, return_log_det=True) for one in (again, layer))
    assert all(np.array_equal(a, b) for a, b in zip(*both, strict=True))


def test_equal_seeds_draw_equal_noise():
    one, two = (layers.Dequantize(seed=5)(integers()) for _ in range(2))
    assert np.array_equal(one, two)


def test_half_precision_keeps_to_the_range():
    y, log_det = layers.Dequantize(256, dtype="mixed_float16")(integers(), return_log_det=True)
    assert (ops.dtype(y), ops.dtype(log_det)) == ("float16", "float32")
    assert np.abs(ops.convert_to_numpy(y).astype("float64") * 256 - integers() - 0.5).max() <= 0.65


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: layers.Dequantize(0), ValueError, "quants must be a positive integer. Received quants=0"),
        (lambda: layers.Dequantize(256.0), ValueError, "quants must be a positive integer. Received quants=256.0"),
        (lambda: layers.Dequantize(flow=keras.layers.Dense(2)), TypeError, "layers.Invertible. Received <Dense"),
        (lambda: layers.Dequantize(alpha=1.0), ValueError, "alpha must be at least 0 and less than 1"),
    ],
)
def test_wrong_arguments_are_named_with_what_was_expected(make, error, message):
    with pytest.raises(error, match=message):
        make()
