"""Back-propagation from outputs: the gradients and states of the ordinary pass, in less memory."""

import argparse
import functools

import flow_memory
import keras
import laws
import numpy as np
import pytest
import tensorflow as tf
import tolerances
from backends.running import COMPILED_FITS
from keras import ops
from laws import relative_error

from tfconvkit import layers

SHAPE = (4, 6, 4, 2)


def network(index, channels, dtype):
    """A network with batch moments, random numbers and an activation."""
    conv = functools.partial(keras.layers.Conv2D, kernel_size=3, padding="same", dtype=dtype)
    parts = [conv(6, use_bias=False), keras.layers.BatchNormalization(dtype=dtype), keras.layers.ReLU(dtype=dtype),
             keras.layers.Dropout(0.3, seed=index, dtype=dtype), conv(channels)]
    return keras.Sequential(parts)


def coupling(index, channels, mask, dtype):
    conditioner = network(index, channels, dtype)
    return layers.AffineCoupling(conditioner, mask, complement=index % 2, dtype=dtype, name=f"coupling_{index}")


def chain(reversible, dtype="float64"):
    """A chain with every kind of state: integers at its start, noise, moments, a start from data."""
    keras.utils.set_random_seed(3)
    parts = [layers.Dequantize(16, seed=1, dtype=dtype), layers.Logit(dtype=dtype)]
    parts += [coupling(0, 4, "checkerboard", dtype), layers.FlowBatchNormalization(mask="checkerboard", dtype=dtype)]
    parts += [layers.Squeeze(2, dtype=dtype), layers.ActNorm(dtype=dtype)]
    parts += [layers.InvertibleConv2D(seed=1, dtype=dtype), coupling(1, 8, "channel", dtype)]
    parts += [layers.FlowBatchNormalization(lag=0.5, scale=True, dtype=dtype, name="norm")]
    whole = layers.Chain(parts, reversible=reversible, name="flow")
    whole(keras.KerasTensor((None, *SHAPE[1:])))
    for layer in whole.layers:
        if isinstance(layer, layers.AffineCoupling):
            layer.scale.assign(0.7)
    return whole


def image(dtype="float64"):
    return np.random.default_rng(0).integers(16, size=SHAPE).astype(dtype)


def step(flow, x, **arguments):
    """Loss and gradients of a pass in training."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, log_det = flow(x, return_log_det=True, training=True, **arguments)
        loss = tf.reduce_sum(y**2) - tf.reduce_sum(log_det * tf.range(1.0, 5.0, dtype=log_det.dtype))
    return loss, tape.gradient(loss, [x, *(v.value for v in flow.trainable_variables)], unconnected_gradients="zero")


@pytest.mark.tensorflow("tape and graphs")
@pytest.mark.parametrize("mode", ("eager", "graph", "jit"))
def test_gradients_and_states_are_those_of_the_ordinary_pass(mode):
    results = []
    for reversible in (False, True):
        flow, x = chain(reversible), tf.constant(image())
        function = functools.partial(step, flow, x)
        function = function if mode == "eager" else tf.function(function, jit_compile=mode == "jit")
        # Twice: states and seeds go on from where the first pass left them.
        outputs = [function(), function()]
        results.append((outputs, flow.get_weights(), [v.numpy() for v in flow.non_trainable_variables]))
    assert relative_error(results[1], results[0]) <= tolerances.REVERSIBLE


def loss(flow, x, *condition, **arguments):
    """A number that all outputs of a pass in training take part in."""
    condition = condition[0] if condition else None
    y, log_det = flow(x, condition=condition, return_log_det=True, training=True, **arguments)
    return ops.sum(ops.square(y)) - ops.sum(log_det * ops.arange(1, len(x) + 1, dtype=log_det.dtype))


def test_every_backend_gives_the_gradients_and_states_of_the_ordinary_pass():
    results = []
    for reversible in (False, True):
        flow = chain(reversible)
        for _ in range(2):
            # Twice: states and seeds go on from where the first pass left them.
            gradients = laws.gradients(functools.partial(loss, flow), [image()], flow.trainable_variables)
            results.append([loss(flow, image()), gradients, [v.value for v in flow.non_trainable_variables]])
    assert relative_error(results[2:], results[:2]) <= tolerances.REVERSIBLE


def test_gradients_of_the_inverse_direction_and_of_a_condition_are_those_of_the_ordinary_pass():
    results, rng = [], np.random.default_rng(0)
    inputs = [rng.normal(size=(4, 3, 2, 4)), rng.normal(size=(4, 3, 2, 1))]
    for reversible in (False, True):
        keras.utils.set_random_seed(3)
        couplings = [coupling(index, 4, "channel", "float64") for index in range(2)]
        parts = [couplings[0], layers.ActNorm(dtype="float64"), couplings[1]]
        flow = layers.Chain(parts, reversible=reversible, name="flow")
        flow(inputs[0], condition=inputs[1])
        flow.set_weights([w + 0.3 for w in flow.get_weights()])
        backward = functools.partial(loss, flow, inverse=True)
        gradients = laws.gradients(backward, inputs, flow.trainable_variables)
        results.append([gradients, backward(*inputs), flow.get_weights()])
    assert relative_error(results[1], results[0]) <= tolerances.REVERSIBLE


def float32_gradients(flow, sizes):
    """Gradients of the mean loss per number for all weights."""
    x = np.asarray(flow_memory.data(sizes))
    return laws.gradients(lambda: loss(flow, x) / x.size, (), flow.trainable_variables)


def test_float32_gradients_of_twelve_couplings_are_equal_to_1e_4():
    sizes = argparse.Namespace(batch=64, size=8, channels=12, filters=8, batch_norm=False)
    forms = ("reversible", "ordinary")
    gradients = [float32_gradients(flow_memory.chain(sizes, 12, form), sizes) for form in forms]
    assert flow_memory.gradient_error(*gradients) <= 1e-4


@pytest.mark.parametrize("batch_norm", (False, True))
def test_float32_gradients_of_every_weight_are_equal_where_networks_are_smooth(batch_norm):
    """Without the kinks of relu, where a last digit decides on which side an activation is."""
    sizes, gradients = argparse.Namespace(batch=8, size=8, channels=12), []
    for reversible in (False, True):
        keras.utils.set_random_seed(0)
        parts = [part for index in range(4) for part in smooth(index, batch_norm)]
        flow = layers.Chain(parts, reversible=reversible)
        flow(keras.KerasTensor((None, 8, 8, 12)))
        gradients.append(float32_gradients(flow, sizes))
    errors = [flow_memory.gradient_error([one], [other]) for one, other in zip(*gradients, strict=True)]
    assert max(errors) <= tolerances.REVERSIBLE_FLOAT32


def smooth(index, batch_norm):
    """A coupling and its normalisation, the network without a kink."""
    conv, mask = functools.partial(keras.layers.Conv2D, padding="same"), {"mask": "channel", "complement": index % 2}
    norm = [keras.layers.BatchNormalization()] if batch_norm else []
    parts = [conv(16, 3, use_bias=not batch_norm), *norm, keras.layers.Activation("silu"), conv(12, 3)]
    coupling = layers.AffineCoupling(keras.Sequential(parts), name=f"coupling_{index}", **mask)
    coupling(keras.KerasTensor((None, 8, 8, 12)))
    coupling.scale.assign(0.5)
    return [coupling, layers.FlowBatchNormalization(name=f"norm_{index}", **mask)]


def test_a_chain_in_a_chain_is_reversible_too():
    results = []
    for reversible in (False, True):
        inner = chain(reversible)
        flow = layers.Chain([inner, layers.FlowBatchNormalization(dtype="float64", name="last")], reversible=reversible)
        flow(image())
        gradients = laws.gradients(functools.partial(loss, flow), [image()], flow.trainable_variables)
        results.append([gradients, loss(flow, image()), flow.get_weights()])
    assert relative_error(results[1], results[0]) <= tolerances.REVERSIBLE


def test_integers_as_input_work():
    gradients = []
    for reversible in (False, True):
        flow, x = chain(reversible), image().astype("int32")
        gradients.append(laws.gradients(functools.partial(loss, flow, x), (), flow.trainable_variables))
    assert relative_error(gradients[1], gradients[0]) <= tolerances.REVERSIBLE


@pytest.mark.parametrize("jit_compile", COMPILED_FITS)
def test_fit_trains_it_as_the_ordinary_chain(jit_compile):
    histories = []
    for reversible in (False, True):
        flow = chain(reversible, dtype="float32")
        model = keras.Sequential([keras.Input(SHAPE[1:]), flow, keras.layers.Flatten(), Mean()])
        model.compile(keras.optimizers.Adam(1e-3), "mse", jit_compile=jit_compile)
        histories.append(model.fit(image("float32"), np.zeros((4, 1)), epochs=3, verbose=0).history["loss"])
    assert relative_error(np.array(histories[1]), np.array(histories[0])) <= 1e-4


class Mean(keras.layers.Layer):
    def call(self, x):
        return ops.mean(ops.square(x), axis=-1, keepdims=True)


def test_it_is_saved_with_its_chain(tmp_path):
    inputs = keras.Input(SHAPE[1:])
    flow = layers.Chain([layers.Squeeze(2), coupling(0, 8, "channel", "float32")], reversible=True)
    model = keras.Model(inputs, flow(inputs))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].reversible
    assert np.array_equal(loaded(image("float32")), model(image("float32")))


def test_losses_added_in_a_call_are_refused():
    conditioner = keras.layers.Conv2D(8, 3, padding="same", activity_regularizer="l2")
    flow = layers.Chain([layers.Squeeze(2), layers.AffineCoupling(conditioner, "channel")], reversible=True)
    with pytest.raises(ValueError, match="cannot carry the losses .*Received 1 such losses"):
        flow(image("float32"))


@pytest.mark.parametrize("dtype", ("mixed_float16", "bfloat16"))
def test_half_precision_is_refused(dtype):
    with pytest.raises(ValueError, match="reversible=True needs float32 or float64.* Received dtype policy"):
        layers.Chain([layers.ActNorm(dtype=dtype)], reversible=True)


@pytest.mark.slow
@pytest.mark.tensorflow("memory")
@pytest.mark.parametrize("jit_compile", (False, True))
def test_memory_does_not_grow_with_depth(jit_compile):
    arguments = argparse.Namespace(batch=64, size=32, channels=12, filters=32, batch_norm=False)
    measure = functools.partial(flow_memory.rise_in_a_process, arguments, jit_compile=jit_compile)
    few, many, reversible = measure("ordinary", 3), measure("ordinary", 12), measure("reversible", 12)
    assert reversible <= 1.3 * few
    assert reversible <= 0.5 * many
