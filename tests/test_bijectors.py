"""Invertible layers as bijectors of TensorFlow Probability, which is an optional extra."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from laws import relative_error

from tfconvkit import layers

tfp = pytest.importorskip("tensorflow_probability")
pytest.importorskip("tf_keras")
from tfconvkit import bijectors  # noqa: E402 (only where the extra is installed)

EVENT = (4, 4, 3)


def chain(dtype="float32"):
    """Couplings around a change of shape, with weights away from the start."""
    parts = [coupling(0, 3, dtype), layers.Squeeze(2, dtype=dtype), layers.InvertibleConv2D(seed=1, dtype=dtype)]
    whole = layers.Chain([*parts, coupling(1, 12, dtype), layers.ActNorm(dtype=dtype)])
    whole(keras.KerasTensor((None, *EVENT)))
    rng = np.random.default_rng(0)
    whole.set_weights([w + 0.1 * rng.normal(size=w.shape) for w in whole.get_weights()])
    return whole


def coupling(index, channels, dtype):
    net = keras.Sequential([keras.layers.Conv2D(8, 3, padding="same", activation="elu", dtype=dtype),
                            keras.layers.Conv2D(2 * channels, 3, padding="same", dtype=dtype)])
    return layers.AffineCoupling(net, complement=index, dtype=dtype, name=f"coupling_{index}")


def normal(*shape, dtype="float32"):
    return tf.constant(np.random.default_rng(1).normal(size=shape).astype(dtype))


def test_values_and_log_determinants_are_those_of_the_layer():
    layer, x = chain(), normal(5, *EVENT)
    bijector = bijectors.as_bijector(layer, EVENT)
    y, log_det = layer(x, return_log_det=True)
    results = [bijector.forward(x), bijector.forward_log_det_jacobian(x)]
    assert relative_error(results, [y, log_det]) <= tolerances.SAME_LAYER
    results = [bijector.inverse(y), bijector.inverse_log_det_jacobian(y)]
    assert relative_error(results, [x, -log_det]) <= tolerances.SAME_LAYER


@pytest.mark.parametrize("batch", ((), (2,), (2, 3), (1, 2, 3)), ids=str)
def test_any_leading_axes_are_batch_axes(batch):
    layer, x = chain("float64"), normal(*batch, *EVENT, dtype="float64")
    bijector = bijectors.as_bijector(layer, EVENT)
    y, log_det = bijector.forward(x), bijector.forward_log_det_jacobian(x)
    assert (tuple(y.shape), tuple(log_det.shape)) == ((*batch, 2, 2, 12), batch)
    flat, flat_log_det = layer(tf.reshape(x, (-1, *EVENT)), return_log_det=True)
    assert relative_error(tf.reshape(y, flat.shape), flat) <= tolerances.LAW["float64"]
    assert relative_error(tf.reshape(log_det, [-1]), flat_log_det) <= tolerances.LAW["float64"]


def test_event_shapes_follow_the_layer():
    bijector = bijectors.as_bijector(layers.Squeeze(2), EVENT)
    assert bijector.forward_event_shape(EVENT) == (2, 2, 12)
    assert bijector.inverse_event_shape((2, 2, 12)) == EVENT
    assert bijector.forward_event_shape_tensor(EVENT).numpy().tolist() == [2, 2, 12]


def test_nothing_of_older_weights_is_remembered():
    """TFP caches log-determinants by tensor, whatever the weights: not here."""
    layer, x = chain(), normal(2, *EVENT)
    density = density_of(layer)
    before, z = density.log_prob(x), density.bijector.inverse(x)
    layer.set_weights([1.1 * w for w in layer.get_weights()])
    z, log_det = layer(x, return_log_det=True)
    assert relative_error(density.log_prob(x), base((2, 2, 12)).log_prob(z) + log_det) <= tolerances.SAME_LAYER
    assert relative_error(density.log_prob(x), before) > 1e-2
    assert relative_error(density.bijector.inverse(x), z) <= tolerances.SAME_LAYER


def test_log_prob_in_a_graph_runs_the_layer_once():
    layer, calls = chain(), []
    density = density_of(layer)
    original, layer.call = layer.call, lambda *a, **k: calls.append(1) or original(*a, **k)
    value = tf.function(density.log_prob)(x := normal(2, *EVENT))
    assert len(calls) == 1
    assert relative_error(value, density.log_prob(x)) <= tolerances.SAME_LAYER


def base(shape):
    return tfp.distributions.Independent(tfp.distributions.Normal(tf.zeros(shape), 1.0), len(shape))


def density_of(layer):
    return tfp.distributions.TransformedDistribution(
        base((2, 2, 12)), bijectors.as_bijector(layer, EVENT, inverse=True)
    )


def test_the_variables_of_the_distribution_are_complete():
    layer = chain()
    density = density_of(layer)
    for found, own in ((density.trainable_variables, layer.trainable_variables), (density.variables, layer.variables)):
        assert {id(v) for v in found} == {id(v.value) for v in own}
    assert len(density.trainable_variables) == 13


@pytest.mark.parametrize("jit_compile", (False, True))
def test_a_transformed_distribution_trains_every_variable(jit_compile):
    layer = chain()
    density = density_of(layer)
    x, before = 0.5 * normal(16, *EVENT) + 2.0, [w.copy() for w in layer.get_weights()]

    @tf.function(jit_compile=jit_compile)
    def step():
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(density.log_prob(x))
        gradients = tape.gradient(loss, density.trainable_variables)
        for variable, gradient in zip(density.trainable_variables, gradients, strict=True):
            variable.assign_sub(1e-3 * tf.clip_by_norm(gradient, 10.0))
        return loss

    losses = [float(step()) for _ in range(30)]
    assert losses[-1] < losses[0] - 5
    trained = {id(v) for v in layer.trainable_variables}
    changes = [np.abs(w - old).max() for v, w, old in zip(layer.weights, layer.get_weights(), before, strict=True)
               if id(v) in trained]
    assert len(changes) == 13 and min(changes) > 0
    sample = density.sample(3, seed=1)
    assert sample.shape == (3, *EVENT) and np.isfinite(sample).all()


def test_a_turned_bijector_and_a_copy_hold_the_same_layer():
    layer, x = chain(), normal(2, *EVENT)
    bijector = bijectors.as_bijector(layer, EVENT)
    assert relative_error(bijectors.as_bijector(layer, EVENT, inverse=True).inverse(x), bijector.forward(x)) == 0
    assert relative_error(bijector.copy(name="copy").forward(x), bijector.forward(x)) == 0


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: bijectors.as_bijector(keras.layers.Dense(2), (3,)), TypeError, "layers.Invertible. Received <Dense"),
        (lambda: bijectors.as_bijector(layers.Split(), EVENT[:2] + (4,)), ValueError, "one input and one output"),
    ],
)
def test_wrong_layers_are_named_with_what_was_expected(make, error, message):
    with pytest.raises(error, match=message):
        make()
