"""The flow model: units, priors, training, samples, importance weights, saving."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from backends.running import COMPILED_FITS
from laws import relative_error

from tfconvkit import layers, models
from tfconvkit.models import Flow, StandardLogistic, StandardNormal

QUANTS = 5
IMAGES = np.random.default_rng(0).integers(0, QUANTS, size=(8, 4, 4, 1)).astype("uint8")


def couplings(dtype=None):
    networks = [keras.layers.Conv2D(2, 3, padding="same", dtype=dtype) for _ in range(2)]
    arguments = dict(scale_bound="soft_tanh", dtype=dtype)
    return [layers.AffineCoupling(net, complement=bool(k), **arguments) for k, net in enumerate(networks)]


def integer_flow(dtype=None):
    before = [layers.Dequantize(QUANTS, dtype="float32"), layers.Logit(0.1, dtype="float32")]
    return Flow(layers.Chain([*before, *couplings(dtype)], dtype=dtype))


def multi_scale_flow(prior="standard_normal"):
    first = layers.Chain([*couplings(), layers.Squeeze()], name="first")
    return Flow(layers.MultiScale([first, layers.ActNorm(name="second")]), prior=prior)


def test_log_prob_is_prior_plus_log_det_in_nats():
    flow = Flow(layers.Chain(couplings()))
    x = IMAGES.astype("float32")
    z, log_det = flow.chain(x, return_log_det=True)
    expected = -0.5 * np.sum(np.square(np.array(z)) + np.log(2 * np.pi), axis=(1, 2, 3)) + np.array(log_det)
    assert relative_error(flow.log_prob(x), expected) <= tolerances.SAME_LAYER
    assert relative_error(flow(x), expected) <= tolerances.SAME_LAYER
    assert relative_error(flow.bits_per_dimension(x), -expected / (16 * np.log(2))) <= tolerances.SAME_LAYER
    assert relative_error(flow.decode(flow.encode(x)), x) <= tolerances.LAW["float32"]


def test_the_density_of_one_number_integrates_to_one():
    constant = keras.initializers.Constant
    dense = keras.layers.Dense(2, kernel_initializer=constant(0.1), bias_initializer=constant(0.4))
    flow = Flow(layers.Chain([layers.AffineCoupling(dense, mask="channel", scale_bound=None)]), "standard_logistic")
    axis = np.linspace(-25, 25, 401, dtype="float32")
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    assert np.sum(np.exp(np.array(flow.log_prob(grid)))) * (axis[1] - axis[0]) ** 2 == pytest.approx(1, abs=1e-3)


def test_priors_draw_what_they_score():
    for prior, deviation in ((StandardNormal(), 1.0), (StandardLogistic(), np.pi / np.sqrt(3))):
        first, second = prior.sample([(2000, 3), (2000, 3)], temperature=0.5, seed=1)
        assert np.std(np.array(first)) == pytest.approx(0.5 * deviation, rel=0.05)
        assert abs(np.corrcoef(np.ravel(first), np.ravel(second))[0, 1]) < 0.05
        again = prior.sample((2000, 3), seed=1)
        assert np.array_equal(again, prior.sample((2000, 3), seed=1))
        assert not np.array_equal(prior.sample((2000, 3)), prior.sample((2000, 3)))


@pytest.mark.parametrize("jit_compile", COMPILED_FITS)
def test_fit_lowers_the_bits_and_samples_are_finite_integers(jit_compile):
    keras.utils.set_random_seed(0)
    flow = integer_flow()
    flow.compile(keras.optimizers.Adam(0.02), jit_compile=jit_compile)
    images = np.repeat(np.repeat(IMAGES[:, ::2, ::2], 2, axis=1), 2, axis=2)
    history = flow.fit(images, batch_size=4, epochs=8, verbose=0).history
    assert sorted(history) == ["bits_per_dim", "loss"]
    assert history["loss"] == pytest.approx(history["bits_per_dim"])
    assert history["loss"][-1] < history["loss"][0] - 0.1
    for temperature in (0.7, 1.0):
        samples = np.asarray(flow.sample(6, temperature=temperature, seed=3))
        assert samples.shape == (6, 4, 4, 1) and np.isin(samples, range(QUANTS)).all()
        assert np.array_equal(samples, flow.sample(6, temperature=temperature, seed=3))
    evaluated = flow.evaluate(images, verbose=0, return_dict=True)
    assert evaluated["bits_per_dim"] == pytest.approx(history["loss"][-1], abs=0.2)
    assert flow.inverse_error(images) <= tolerances.LAW["float32"]


def test_the_training_step_is_traced_once():
    traces, flow = [], Flow(layers.Chain(couplings()))
    flow.build((None, 4, 4, 1))
    flow.compile("adam")
    step = flow.train_step
    # On JAX a step takes the state before the data.
    flow.train_step = lambda *arguments: traces.append(arguments) or step(*arguments)
    flow.fit(IMAGES.astype("float32"), batch_size=4, epochs=2, verbose=0)
    assert len(traces) == 1


def test_more_draws_of_noise_bound_tighter():
    flow = integer_flow()
    bounds = [np.mean(flow.importance_weighted(IMAGES, samples=k)) for k in (1, 4, 32)]
    assert bounds[0] < bounds[1] < bounds[2]
    with pytest.raises(ValueError, match="samples must be at least 1. Received samples=0"):
        flow.importance_weighted(IMAGES, samples=0)


def test_sample_weights_and_losses_of_layers_count():
    flow = Flow(layers.Chain(couplings()))
    x, weights = IMAGES[:2].astype("float32"), np.array([1.0, 0.0], "float32")
    bits = np.asarray(flow.bits_per_dimension(x))
    assert float(flow.compute_loss(x=x, y_pred=flow(x), sample_weight=weights)) == pytest.approx(bits[0] / 2, rel=1e-5)
    flow.chain.layers[0].conditioner.kernel.regularizer = keras.regularizers.L2(0.1)
    penalty = 0.1 * np.sum(np.square(flow.chain.layers[0].conditioner.kernel))
    loss = flow.compute_loss(x=x, y_pred=flow(x))
    assert float(loss) == pytest.approx(np.mean(bits) + penalty, rel=1e-5)


def test_sample_weights_count_without_targets():
    flow = Flow(layers.Chain(couplings()))
    flow.compile(keras.optimizers.SGD(0.0))
    x, weights = IMAGES[:3].astype("float32"), np.array([3.0, 0.0, 0.0], "float32")
    bits = float(flow.bits_per_dimension(x)[0])
    evaluated = flow.evaluate(x, sample_weight=weights, verbose=0, return_dict=True)
    trained = flow.fit(x, sample_weight=weights, verbose=0).history
    for loss, metric in (evaluated.values(), np.ravel(list(trained.values()))):
        assert [loss, metric] == pytest.approx([bits, bits], rel=1e-5)


def test_another_loss_is_refused():
    flow = Flow(layers.Chain(couplings()))
    flow.compile("sgd", loss="mse")
    with pytest.raises(ValueError, match="its own loss, the bits per dimension. Received loss='mse' in compile. Leave"):
        flow.fit(IMAGES, IMAGES, verbose=0)


def test_samples_of_another_kind_are_refused():
    flow = Flow(layers.Chain(couplings()))
    flow(IMAGES)
    for shape in ((4, 4, 1), (2, 4, 4, 3)):
        with pytest.raises(ValueError, match=r"batches of samples of shape \(4, 4, 1\). Received shape \("):
            flow.log_prob(np.zeros(shape, "float32"))
    with pytest.raises(ValueError, match="n must be an integer from 0 on. Received n=-1"):
        flow.sample(-1)
    assert flow.sample(0).shape == (0, 4, 4, 1)


def test_a_multi_scale_flow_scores_encodes_and_samples():
    flow = multi_scale_flow("standard_logistic")
    x = IMAGES.astype("float32")
    assert flow(x).shape == (8,)
    assert [part.shape for part in flow.encode(x)] == [(8, 2, 2, 2), (8, 2, 2, 2)]
    assert relative_error(flow.decode(flow.encode(x)), x) <= tolerances.LAW["float32"]
    assert flow.sample(3).shape == (3, 4, 4, 1)


@pytest.mark.parametrize("make", (integer_flow, multi_scale_flow))
def test_saved_flows_load_with_equal_densities(make, tmp_path):
    flow = make()
    flow(IMAGES)
    flow.save(tmp_path / "flow.keras")
    again = keras.saving.load_model(tmp_path / "flow.keras")
    z = flow.prior.sample(flow.chain.compute_output_shape((2, 4, 4, 1)), seed=0)
    assert relative_error(again.decode(z), flow.decode(z)) <= tolerances.SAME_LAYER
    assert again.sample_shape == (4, 4, 1) and type(again.prior) is type(flow.prior)
    again.compile("adam")
    again.fit(IMAGES, verbose=0)


def test_a_saved_flow_goes_on_where_its_training_stopped(tmp_path):
    flow, x = Flow(layers.Chain(couplings())), IMAGES.astype("float32")
    flow.compile(keras.optimizers.Adam(0.01))
    flow.fit(x, epochs=2, verbose=0)
    flow.save(tmp_path / "flow.keras")
    losses = [model.fit(x, epochs=3, verbose=0).history["loss"]
              for model in (keras.saving.load_model(tmp_path / "flow.keras"), flow)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)


@pytest.mark.tensorflow("graphs")
def test_any_batch_and_grid_in_one_trace():
    flow, traces = Flow(layers.Chain(couplings())), []
    flow.build((None, None, None, 1))

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 1))], jit_compile=True)
    def bits(x):
        traces.append(x)
        return flow.bits_per_dimension(x)

    for shape in ((2, 4, 4, 1), (3, 6, 5, 1)):
        x = np.random.default_rng(1).normal(size=shape).astype("float32")
        assert relative_error(bits(x), flow.bits_per_dimension(x)) <= tolerances.SAME_LAYER
    assert len(traces) == 1
    with pytest.raises(ValueError, match="does not know the shape of a sample.*pass sample_shape"):
        flow.sample(2)
    assert flow.sample(2, sample_shape=(4, 6, 1)).shape == (2, 4, 6, 1)


def test_densities_stay_in_float32_under_half_precision():
    flow = integer_flow("mixed_float16")
    assert keras.backend.standardize_dtype(flow(IMAGES).dtype) == "float32"
    bits = np.mean(flow.bits_per_dimension(np.repeat(IMAGES, 4, axis=0)))
    assert 1.0 < bits < 10.0 and np.isfinite(flow.sample(2)).all()


def test_what_is_no_flow_or_prior_is_refused():
    with pytest.raises(TypeError, match="chain must follow layers.Invertible. Received chain=<Dense"):
        Flow(keras.layers.Dense(2))
    with pytest.raises(ValueError, match="prior must be one of .* Received prior='normal'"):
        Flow(layers.ActNorm(), prior="normal")
    with pytest.raises(TypeError, match="methods log_prob"):
        Flow(layers.ActNorm(), prior=keras.layers.Dense(2))


def test_a_prior_with_weights_trains_with_the_flow():
    flow = Flow(layers.Chain(couplings()), prior=Shifted(name="moved"))
    flow.compile(keras.optimizers.SGD(0.1))
    flow.fit(IMAGES.astype("float32"), verbose=0)
    assert np.abs(flow.prior.mean).max() > 0
    assert models.Flow.from_config(flow.get_config()).prior.name == "moved"


@keras.saving.register_keras_serializable(package="test_flow")
class Shifted(StandardNormal):
    """A normal density with a learned mean."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.mean = self.add_weight(shape=(), initializer="zeros", name="mean")

    def log_prob(self, z):
        return super().log_prob(z - self.mean)
