"""Legacy functions as Keras layers: one set of weights per layer, by TensorFlow 1's names, in every way to run them."""

import keras
import numpy as np
import pytest
import tolerances
from laws import relative_error

import tfconvkit.compat.tf1 as tf
from tfconvkit.compat import checkpoint
from tfconvkit.compat.tf1.tracking import LegacyLayer, tracks_variables

NAMES = ["net/conv1/kernel", "net/conv1/bias", "net/bn/gamma", "net/bn/beta", "net/bn/moving_mean",
         "net/bn/moving_variance", "net/dense/kernel", "net/dense/bias"]
X = np.random.default_rng(0).normal(1.0, size=(16, 6, 6, 2)).astype("float32")
Y = np.arange(16) % 3


def network(x, is_training=False, reuse=tf.AUTO_REUSE):
    with tf.variable_scope("net", reuse=reuse):
        x = tf.layers.conv2d(x, 4, 3, name="conv1", kernel_regularizer=tf.contrib.layers.l2_regularizer(0.01))
        x = tf.nn.relu(tf.layers.batch_normalization(x, training=is_training, name="bn"))
        return tf.layers.dense(tf.layers.flatten(x), 3)


layer = tracks_variables(network, package="test_tracking")


def scaled(x, **settings):
    return x * tf.get_variable("scale", x.shape[-1:], x.dtype, **settings)


def model_of(function=network, jit_compile=False, **settings):
    model = keras.Sequential([keras.Input(X.shape[1:]), LegacyLayer(function, **settings)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, jit_compile=jit_compile)
    return model


def test_weights_have_the_names_of_tensorflow_1_and_calls_share_them():
    first = layer(X).numpy()
    assert np.array_equal(layer(X), first)
    assert list(layer.variables_by_name) == NAMES and len(layer.weights) == len(NAMES)
    assert layer.count_params() == 9 * 2 * 4 + 4 + 4 * 4 + 64 * 3 + 3
    assert layer.variables_by_name["net/conv1/kernel"].path == "network/net.conv1.kernel"
    assert [weight.name for weight in layer.non_trainable_weights] == ["net.bn.moving_mean", "net.bn.moving_variance"]


def unnamed(x):
    return tf.layers.dense(tf.layers.dense(x, 4, activation=tf.nn.relu), 4)


def test_two_calls_in_one_model_share_layers_without_names():
    x, own = keras.Input((4,)), LegacyLayer(unnamed)
    model = keras.Model(x, own(own(x)))
    assert list(own.variables_by_name) == ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"]
    assert model.count_params() == 2 * (16 + 4)
    assert relative_error(model(X[:, 0, 0:2, :].reshape(-1, 4)),
                          own(own(X[:, 0, 0:2, :].reshape(-1, 4)))) <= tolerances.LAW["float32"]


def test_gradients_reach_every_trainable_weight():
    own = LegacyLayer(network)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(own(X, training=True)))
    gradients = tape.gradient(loss, own.trainable_variables)
    names = [weight.name for weight in own.trainable_weights]
    # What is added before a normalisation does not change its outputs.
    moving = {name for name, each in zip(names, gradients, strict=True) if np.abs(each).max() > 1e-3}
    assert moving == set(names) - {"net.conv1.bias"}


def test_a_saved_model_has_the_same_numbers(tmp_path):
    model = model_of()
    model.export(str(tmp_path / "saved"), verbose=False)
    served = tf.saved_model.load_v2(str(tmp_path / "saved"))
    assert relative_error(served.serve(X), model(X)) <= tolerances.LAW["float32"]


def test_two_layers_do_not_share():
    own, other = LegacyLayer(layer.function), LegacyLayer(layer.function)
    assert np.abs(own(X) - other(X)).max() > 0.1
    assert not {id(weight) for weight in own.weights} & {id(weight) for weight in other.weights}


def test_a_graph_of_tensorflow_1_gives_the_same_numbers(tmp_path):
    with tf.Graph().as_default(), tf.Session() as session:
        y = network(tf.constant(X))
        session.run(tf.global_variables_initializer())
        expected, path = session.run(y), tf.train.Saver().save(session, str(tmp_path / "model"))
    model = model_of()
    loaded = checkpoint.load(model, path)
    assert set(loaded.names) == set(NAMES) and loaded.unused == ()
    assert relative_error(model(X), expected) <= tolerances.LAW["float32"]


@pytest.mark.parametrize("jit_compile", [False, True])
def test_fit_trains_and_the_model_saves_and_reloads(jit_compile, tmp_path):
    model = model_of(jit_compile=jit_compile)
    before = model.get_weights()
    losses = model.fit(X, Y, epochs=3, batch_size=8, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert all(np.abs(new - old).max() > 0 for new, old in zip(model.get_weights(), before, strict=True))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert np.array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    assert relative_error(again.losses, model.losses) == 0 and len(model.losses) == 1
    again.fit(X, Y, epochs=1, verbose=0)


def test_moving_averages_move_in_training_alone():
    own = LegacyLayer(network)
    own(X)
    mean, (kernel, bias) = own.variables_by_name["net/bn/moving_mean"], own.get_weights()[:2]
    own(X, training=False)
    assert not mean.numpy().any()
    own(X, training=True)
    batch = tf.nn.conv2d(X, kernel, padding="VALID").numpy().mean(axis=(0, 1, 2)) + bias
    assert relative_error(mean, 0.01 * batch) <= tolerances.LAW["float32"]


def test_an_eager_call_and_a_function_give_the_same():
    inside = tf.function(lambda x: layer(x))
    assert relative_error(inside(X), layer(X)) <= tolerances.LAW["float32"]


class Subclass(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = LegacyLayer(network)

    def call(self, x, training=False):
        return self.inner(x)


def test_a_model_that_calls_the_layer_builds_it_in_fit():
    model = Subclass()
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(X, Y, epochs=1, verbose=0)
    assert len(model.weights) == len(NAMES)
    assert model.inner.variables_by_name["net/bn/moving_mean"].numpy().any()


def test_regularisers_and_collected_losses_are_losses_of_the_layer():
    def function(x):
        w = tf.get_variable("w", (2, 2), regularizer=tf.contrib.layers.l2_regularizer(0.5))
        tf.get_variable("v", (2,), regularizer=lambda v: None)
        tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, tf.constant(3.0))
        tf.losses.add_loss(tf.reduce_sum(x))
        return x @ w

    own = LegacyLayer(function)
    own(X[:, 0, 0])
    expected = [np.sum(own.get_weights()[0] ** 2) / 4, 0.0, 3.0, X[:, 0, 0].sum()]
    assert relative_error(sorted(map(float, own.losses)), sorted(map(float, expected))) <= tolerances.LAW["float32"]


@pytest.mark.parametrize("name", ["training", "is_training", "train"])
def test_the_phase_goes_to_the_argument_that_the_function_has(name):
    function = eval(f"lambda x, {name}=None: x + (1.0 if {name} else 0.0)")
    own = LegacyLayer(function)
    assert float(own(np.zeros(1), training=True)[0]) == 1.0 and float(own(np.zeros(1))[0]) == 0.0
    fixed = LegacyLayer(function, arguments={name: True})
    assert float(fixed(np.zeros(1))[0]) == 1.0


def embedded(pair, table, offset=0.0):
    weights = tf.get_variable("table", (5, 3))
    return tf.nn.embedding_lookup(weights, pair[0]) + pair[1] + table["x"] * tf.get_variable("c", ()) + offset


@pytest.mark.parametrize("arguments", [None, {"offset": 2.0}])
def test_nested_inputs_of_several_types_build_save_and_reload(arguments, tmp_path):
    inputs = [keras.Input((), dtype="int32"), keras.Input((3,)), keras.Input((3,))]
    own = LegacyLayer(embedded, arguments=arguments)
    model = keras.Model(inputs, own(inputs[:2], table={"x": inputs[2]}))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", custom_objects={"embedded": embedded})
    x = [np.arange(4, dtype="int32"), X[:4, 0, :3, 0], X[:4, 1, :3, 0]]
    table, c = own.get_weights()
    expected = table[:4] + x[1] + c * x[2] + (arguments or {"offset": 0.0})["offset"]
    assert relative_error(model(x), expected) <= tolerances.LAW["float32"]
    assert np.array_equal(again(x), model(x))


def test_a_layer_builds_from_a_shape_and_from_its_configuration():
    built = LegacyLayer(scaled)
    built.build((None, 4))
    again = LegacyLayer(scaled)
    again.build_from_config(built.get_build_config())
    assert built.weights[0].shape == again.weights[0].shape == (4,)


def test_half_precision_keeps_weights_in_float32_and_float64_stays():
    for dtype, stored in (("mixed_float16", "float32"), ("float64", "float64")):
        own = LegacyLayer(scaled, dtype=dtype)
        y = own(X.astype("float64"))
        assert own.weights[0].dtype == stored and y.dtype == own.compute_dtype
    mixed = LegacyLayer(network, dtype="mixed_float16")
    assert np.isfinite(mixed(X, training=True)).all() and mixed.get_weights()[-2].any()


def test_initializers_of_every_form_are_used():
    def function(x):
        tf.get_variable("a", initializer=np.arange(3.0, dtype="float32"))
        tf.get_variable("b", (2,), initializer=tf.constant_initializer(4.0))
        tf.get_variable("c", (2,), initializer=tf.zeros_initializer, dtype=tf.int64)
        tf.get_variable("d", (2,), initializer=lambda shape, dtype, partition_info=None: tf.fill(shape, 5.0))
        tf.get_variable("e", initializer=tf.constant([6.0]), trainable=False)
        return x

    own = LegacyLayer(function)
    own(X)
    values = {name: weight.numpy().tolist() for name, weight in own.variables_by_name.items()}
    assert values == {"a": [0.0, 1.0, 2.0], "b": [4.0, 4.0], "c": [0, 0], "d": [5.0, 5.0], "e": [6.0]}
    assert [weight.name for weight in own.trainable_weights] == ["a", "b", "d"]


def twice(x, reuse):
    with tf.variable_scope("s"):
        scaled(x)
    with tf.variable_scope("s", reuse=reuse):
        return scaled(x)


def test_reuse_within_a_call_means_what_it_did():
    for reuse in (True, tf.AUTO_REUSE):
        own = LegacyLayer(twice, arguments={"reuse": reuse})
        own(X)
        assert list(own.variables_by_name) == ["s/scale"]
    with pytest.raises(ValueError, match='variable "s/scale": expected reuse=True or tf.AUTO_REUSE.*Set reuse'):
        LegacyLayer(twice, arguments={"reuse": False})(X)
    with pytest.raises(ValueError, match='variable "net/conv1/kernel": expected one made before.*Use tf.AUTO_REUSE'):
        LegacyLayer(network, arguments={"reuse": True})(X)


def with_late_variable(x, extra=False):
    return scaled(x) + (tf.get_variable("late", ()) if extra else 0.0)


def test_variables_that_no_layer_could_keep_are_refused():
    own = LegacyLayer(with_late_variable)
    own(X)
    with pytest.raises(ValueError, match='"late": expected all variables in the first call.*Ask for it in every call'):
        own(X, extra=True)
    with pytest.raises(ValueError, match="Received tf.Variable.*Use tf.get_variable"):
        LegacyLayer(lambda x: x * tf.Variable(1.0))(X)
    sized = LegacyLayer(scaled)
    sized(X)
    with pytest.raises(ValueError, match=r'"scale" of shape .3,.*Received .2,. from the first call. Use one layer'):
        sized(np.zeros((1, 3), "float32"))


def registered_nowhere(x):
    return scaled(x)


def test_what_a_saved_model_could_not_name_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected a named function.*Received <lambda>. Write it with def"):
        LegacyLayer(lambda x: x).get_config()
    with pytest.raises(ValueError, match="expected a named function.*Received <lambda>"):
        tracks_variables(lambda x: x)
    with pytest.raises(TypeError, match="expected a function. Received 3.0 of type.*Pass the legacy function itself"):
        LegacyLayer(3.0)
    path = tmp_path / "model.keras"
    model_of(registered_nowhere).save(path)
    with pytest.raises(TypeError, match="Could not locate function 'registered_nowhere'"):
        keras.saving.load_model(path)


def test_saved_weights_of_another_function_are_refused(tmp_path):
    path = str(tmp_path / "w.weights.h5")
    model_of(scaled).save_weights(path)
    with pytest.raises(ValueError, match=r"expected the variables \['net/bn/beta'.*Received \['scale'\] in the saved"):
        model_of().load_weights(path)


def test_an_error_inside_the_function_is_not_replaced():
    @tracks_variables
    def of_two_dtypes(x):
        return tf.matmul(x, tf.compat.v1.get_variable("w", (3, 2), tf.float64))

    with pytest.raises((TypeError, ValueError), match="float64"):
        keras.Sequential([keras.Input((3,)), of_two_dtypes])
